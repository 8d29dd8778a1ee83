-- How well groups of facilities are served, counted and published: no facility can be told from it.
CREATE TABLE supplies.fill_audit (
    basis text NOT NULL CHECK (basis IN ('plans', 'receipts')),
    compared text NOT NULL CHECK (compared IN ('place', 'size')),
    class text NOT NULL CHECK (class IN ('town', 'city', 'small', 'large')),
    tier smallint NOT NULL CHECK (tier BETWEEN 0 AND 4),
    facilities integer NOT NULL,
    needs integer NOT NULL,
    whole integer NOT NULL,
    whole_low numeric NOT NULL,
    whole_high numeric NOT NULL,
    filled numeric NOT NULL,
    filled_low numeric NOT NULL,
    filled_high numeric NOT NULL,
    computed_at timestamptz NOT NULL,
    PRIMARY KEY (basis, compared, class, tier)
);
COMMENT ON TABLE supplies.fill_audit IS 'public: rates of groups of facilities, published so that everybody can check equal treatment';
COMMENT ON COLUMN supplies.fill_audit.tier IS '0 is all tiers together';
COMMENT ON COLUMN supplies.fill_audit.filled IS 'mean of the filled shares of the needs, 0 to 1';
ALTER TABLE supplies.fill_audit ENABLE ROW LEVEL SECURITY;
ALTER TABLE supplies.fill_audit FORCE ROW LEVEL SECURITY;
CREATE POLICY fill_audit_read ON supplies.fill_audit FOR SELECT USING (true);
CREATE POLICY fill_audit_insert ON supplies.fill_audit FOR INSERT WITH CHECK (platform.is_system());
CREATE POLICY fill_audit_delete ON supplies.fill_audit FOR DELETE USING (platform.is_system());
