-- A receiver asks what goods would cost; suppliers answer; what is ordered stands in supplies.purchase.
CREATE TABLE supplies.quotation_request (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key text NOT NULL UNIQUE CHECK (length(key) BETWEEN 1 AND 100),
    facility_code text NOT NULL,
    region_code text NOT NULL,
    facility_name text NOT NULL CHECK (length(facility_name) BETWEEN 1 AND 200),
    item_code text NOT NULL,
    specification text NOT NULL DEFAULT '' CHECK (length(specification) <= 200),
    quantity bigint NOT NULL CHECK (quantity BETWEEN 1 AND 10000000000000),
    needed_by date,
    closes_at timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'closed')),
    asked_by text NOT NULL,
    asked_at timestamptz NOT NULL,
    closed_at timestamptz,
    CHECK ((state = 'open') = (closed_at IS NULL)),
    FOREIGN KEY (facility_code, region_code) REFERENCES supplies.facility (code, region_code) ON UPDATE CASCADE
);
COMMENT ON COLUMN supplies.quotation_request.facility_name IS 'as it was when it asked: suppliers do not see the list of receivers';
CREATE INDEX quotation_request_open ON supplies.quotation_request (closes_at) WHERE state = 'open';
ALTER TABLE supplies.quotation_request ENABLE ROW LEVEL SECURITY;
ALTER TABLE supplies.quotation_request FORCE ROW LEVEL SECURITY;
-- Every supplier may answer, so every supplier sees what is asked for.
CREATE POLICY quotation_request_read ON supplies.quotation_request FOR SELECT USING (supplies.sees(region_code, facility_code) OR platform.may('supplies.plan') OR platform.may('supplies.own'));
CREATE POLICY quotation_request_insert ON supplies.quotation_request FOR INSERT WITH CHECK (supplies.acts_for(region_code, facility_code));
CREATE POLICY quotation_request_update ON supplies.quotation_request FOR UPDATE USING (supplies.acts_for(region_code, facility_code));

-- A quotation is an offer that answers a request: it can be taken, runs out and is renewed as any other.
CREATE TABLE supplies.quotation (
    offer_id bigint PRIMARY KEY REFERENCES supplies.offer (id),
    request_id bigint NOT NULL REFERENCES supplies.quotation_request (id),
    supplier text NOT NULL,
    region_code text NOT NULL,
    FOREIGN KEY (supplier, region_code) REFERENCES supplies.facility (code, region_code) ON UPDATE CASCADE
);
CREATE INDEX quotation_request_id ON supplies.quotation (request_id);
ALTER TABLE supplies.quotation ENABLE ROW LEVEL SECURITY;
ALTER TABLE supplies.quotation FORCE ROW LEVEL SECURITY;
-- Suppliers see their own and nobody else's price.
CREATE POLICY quotation_read ON supplies.quotation FOR SELECT USING (supplies.sees(region_code, supplier) OR platform.may('supplies.plan'));
CREATE POLICY quotation_insert ON supplies.quotation FOR INSERT WITH CHECK (supplies.acts_for(region_code, supplier));
