-- Less of an item than this a supplier does not send at once: a carton is not opened, a truck not sent for ten masks.
CREATE TABLE supplies.minimum_lot (
    facility_code text NOT NULL,
    region_code text NOT NULL,
    item_code text NOT NULL,
    units bigint NOT NULL CHECK (units BETWEEN 2 AND 10000000000000),
    set_by text NOT NULL,
    set_at timestamptz NOT NULL,
    PRIMARY KEY (facility_code, item_code),
    FOREIGN KEY (facility_code, region_code) REFERENCES supplies.facility (code, region_code) ON UPDATE CASCADE ON DELETE CASCADE
);
ALTER TABLE supplies.minimum_lot ENABLE ROW LEVEL SECURITY;
ALTER TABLE supplies.minimum_lot FORCE ROW LEVEL SECURITY;
-- As open to planners as what suppliers have.
CREATE POLICY minimum_lot_read ON supplies.minimum_lot FOR SELECT USING (supplies.sees(region_code, facility_code) OR platform.may('supplies.plan'));
CREATE POLICY minimum_lot_insert ON supplies.minimum_lot FOR INSERT WITH CHECK (supplies.acts_for(region_code, facility_code));
CREATE POLICY minimum_lot_update ON supplies.minimum_lot FOR UPDATE USING (supplies.acts_for(region_code, facility_code));
CREATE POLICY minimum_lot_delete ON supplies.minimum_lot FOR DELETE USING (supplies.acts_for(region_code, facility_code));
