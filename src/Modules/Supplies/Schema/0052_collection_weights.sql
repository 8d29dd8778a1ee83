-- A load is weighed three times: by whoever gives it, by the carrier that fetches it and by the treatment facility that receives it.
ALTER TABLE supplies.collection
    ADD COLUMN carrier_weight_grams bigint CHECK (carrier_weight_grams BETWEEN 1 AND 100000000000),
    ADD COLUMN fetched_by text,
    ADD COLUMN fetched_at timestamptz,
    ADD COLUMN received_weight_grams bigint CHECK (received_weight_grams BETWEEN 1 AND 100000000000),
    ADD COLUMN received_by text,
    ADD COLUMN received_at timestamptz,
    ADD CHECK ((carrier_weight_grams IS NULL) = (fetched_at IS NULL)),
    ADD CHECK ((received_weight_grams IS NULL) = (received_at IS NULL));
COMMENT ON COLUMN supplies.collection.weight_grams IS 'by whoever gives it; so the gap to the others shows what left the load on its way';
CREATE INDEX collection_carrier ON supplies.collection (carrier, id DESC);
CREATE INDEX collection_treatment ON supplies.collection (treatment, id DESC);
