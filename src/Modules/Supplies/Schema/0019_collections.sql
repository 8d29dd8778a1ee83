-- What was used and came back: to be destroyed under a certificate, or cleaned and used again.
CREATE TABLE supplies.collection (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key text NOT NULL UNIQUE CHECK (length(key) BETWEEN 1 AND 100),
    facility_code text NOT NULL,
    region_code text NOT NULL,
    stream text NOT NULL CHECK (stream IN ('protective', 'sharps', 'reusable')),
    item_code text,
    quantity bigint CHECK (quantity BETWEEN 1 AND 10000000000000),
    weight_grams bigint NOT NULL CHECK (weight_grams BETWEEN 1 AND 100000000000),
    carrier text NOT NULL,
    treatment text NOT NULL,
    state text NOT NULL DEFAULT 'collected' CHECK (state IN ('collected', 'destroyed', 'returned')),
    certificate text NOT NULL DEFAULT '' CHECK (length(certificate) <= 100),
    collected_by text NOT NULL,
    collected_at timestamptz NOT NULL,
    closed_by text,
    closed_at timestamptz,
    CHECK ((item_code IS NULL) = (quantity IS NULL)),
    -- Sharps are weighed, never counted again by hand.
    CHECK ((stream = 'sharps') = (item_code IS NULL)),
    CHECK ((state = 'collected') = (closed_at IS NULL)),
    CHECK (state <> 'destroyed' OR certificate <> ''),
    CHECK (state <> 'returned' OR stream = 'reusable'),
    FOREIGN KEY (facility_code, region_code) REFERENCES supplies.facility (code, region_code) ON UPDATE CASCADE,
    FOREIGN KEY (carrier) REFERENCES supplies.facility (code),
    FOREIGN KEY (treatment) REFERENCES supplies.facility (code)
);
CREATE INDEX collection_facility ON supplies.collection (facility_code, id DESC);
ALTER TABLE supplies.collection ENABLE ROW LEVEL SECURITY;
ALTER TABLE supplies.collection FORCE ROW LEVEL SECURITY;
CREATE POLICY collection_read ON supplies.collection FOR SELECT USING (supplies.sees(region_code, facility_code) OR (platform.organisation() <> '' AND platform.organisation() IN (carrier, treatment)));
CREATE POLICY collection_insert ON supplies.collection FOR INSERT WITH CHECK (platform.is_system());
CREATE POLICY collection_update ON supplies.collection FOR UPDATE USING (platform.is_system());
CREATE TABLE supplies.collection_lot (
    collection_id bigint NOT NULL REFERENCES supplies.collection (id),
    lot_id bigint NOT NULL REFERENCES supplies.lot (id),
    quantity bigint NOT NULL CHECK (quantity >= 1),
    PRIMARY KEY (collection_id, lot_id)
);
ALTER TABLE supplies.collection_lot ENABLE ROW LEVEL SECURITY;
ALTER TABLE supplies.collection_lot FORCE ROW LEVEL SECURITY;
CREATE POLICY collection_lot_read ON supplies.collection_lot FOR SELECT USING (EXISTS (SELECT FROM supplies.collection c WHERE c.id = collection_id));
CREATE POLICY collection_lot_insert ON supplies.collection_lot FOR INSERT WITH CHECK (platform.is_system());
