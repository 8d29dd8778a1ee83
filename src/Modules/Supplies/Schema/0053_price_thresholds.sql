-- A figure of the price rules that a region sets for itself from a day on. Rows are added, approved once, and never changed after.
CREATE TABLE supplies.price_threshold (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    rule_id text NOT NULL CHECK (length(rule_id) BETWEEN 1 AND 100),
    row_id text NOT NULL CHECK (length(row_id) BETWEEN 1 AND 100),
    region_code text NOT NULL CHECK (region_code ~ '^[0-9]{0,12}$'),
    value integer NOT NULL CHECK (value BETWEEN 1 AND 100000),
    effective_from date NOT NULL,
    document text NOT NULL CHECK (length(document) BETWEEN 1 AND 300),
    clause text NOT NULL CHECK (length(clause) BETWEEN 1 AND 100),
    proposer text NOT NULL,
    proposed_at timestamptz NOT NULL,
    approver text,
    approved_at timestamptz,
    CHECK (approver <> proposer),
    CHECK ((approver IS NULL) = (approved_at IS NULL))
);
COMMENT ON TABLE supplies.price_threshold IS 'public: what shops are held to is there for everybody to read';
COMMENT ON COLUMN supplies.price_threshold.value IS 'hundredths of a percent, or of a month, as the fact of the rule has it';
ALTER TABLE supplies.price_threshold ENABLE ROW LEVEL SECURITY;
ALTER TABLE supplies.price_threshold FORCE ROW LEVEL SECURITY;
CREATE POLICY price_threshold_read ON supplies.price_threshold FOR SELECT USING (true);
CREATE POLICY price_threshold_insert ON supplies.price_threshold FOR INSERT WITH CHECK (approver IS NULL AND (platform.is_system() OR (platform.may('supplies.market') AND platform.region_in_scope(region_code))));
CREATE POLICY price_threshold_approve ON supplies.price_threshold FOR UPDATE USING (approver IS NULL AND (platform.is_system() OR (platform.may('supplies.market') AND platform.region_in_scope(region_code)))) WITH CHECK (approver IS NOT NULL);
