-- Tells a count that found the same values from one that did not, so that days compared with this one need not be counted anew.
ALTER TABLE observations.counted_day ADD COLUMN values_sha256 bytea NOT NULL DEFAULT '';

-- From which share of the baseline on an enterprise counts as resumed, where a region sets its own; only added to, the later from a day on wins.
CREATE TABLE observations.strictness (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    region text NOT NULL,
    from_day date NOT NULL,
    threshold_ppm integer NOT NULL CHECK (threshold_ppm BETWEEN 10000 AND 1000000),
    citation text NOT NULL CHECK (length(citation) BETWEEN 4 AND 300),
    set_by text NOT NULL,
    set_at timestamptz NOT NULL
);
COMMENT ON TABLE observations.strictness IS 'public: how a published figure is made';
ALTER TABLE observations.strictness ENABLE ROW LEVEL SECURITY;
ALTER TABLE observations.strictness FORCE ROW LEVEL SECURITY;
CREATE POLICY strictness_read ON observations.strictness FOR SELECT USING (true);
CREATE POLICY strictness_add ON observations.strictness FOR INSERT WITH CHECK (platform.is_system() OR (platform.may('observations.define') AND platform.region_in_scope(region)));
