-- What a region cannot meet by itself, handed to the region above it: one open record of region, item and priority tier.
CREATE TABLE supplies.escalation (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    region_code text NOT NULL,
    to_region text NOT NULL,
    item_code text NOT NULL,
    tier smallint NOT NULL CHECK (tier BETWEEN 1 AND 4),
    quantity bigint NOT NULL CHECK (quantity BETWEEN 1 AND 10000000000000),
    reference text NOT NULL CHECK (length(reference) BETWEEN 1 AND 100),
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'met')),
    raised_by text NOT NULL,
    raised_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    CHECK (starts_with(region_code, to_region) AND region_code <> to_region)
);
COMMENT ON COLUMN supplies.escalation.to_region IS 'empty for the nation';
CREATE UNIQUE INDEX escalation_open ON supplies.escalation (region_code, item_code, tier) WHERE state = 'open';
ALTER TABLE supplies.escalation ENABLE ROW LEVEL SECURITY;
ALTER TABLE supplies.escalation FORCE ROW LEVEL SECURITY;
CREATE POLICY escalation_read ON supplies.escalation FOR SELECT USING (platform.is_system() OR ((platform.may('supplies.read') OR platform.may('supplies.plan')) AND platform.region_in_scope(region_code)));
CREATE POLICY escalation_insert ON supplies.escalation FOR INSERT WITH CHECK (platform.is_system() OR (platform.may('supplies.plan') AND platform.region_in_scope(region_code)));
CREATE POLICY escalation_update ON supplies.escalation FOR UPDATE USING (platform.is_system() OR (platform.may('supplies.plan') AND platform.region_in_scope(region_code)));
