-- A producer's day, item by item. A figure that nobody told is null, never zero; what is corrected is written again, and the last counts.
CREATE TABLE supplies.producer_report (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    facility_code text NOT NULL,
    region_code text NOT NULL,
    item_code text,
    specification text NOT NULL DEFAULT '' CHECK (length(specification) <= 200),
    day date NOT NULL,
    design_capacity bigint CHECK (design_capacity BETWEEN 0 AND 10000000000000),
    output bigint CHECK (output BETWEEN 0 AND 10000000000000),
    expandable_capacity bigint CHECK (expandable_capacity BETWEEN 0 AND 10000000000000),
    stock bigint CHECK (stock BETWEEN 0 AND 10000000000000),
    raw_material_days integer CHECK (raw_material_days BETWEEN 0 AND 3650),
    source text NOT NULL CHECK (length(source) BETWEEN 1 AND 40),
    source_link text NOT NULL DEFAULT '' CHECK (length(source_link) <= 1000),
    reported_by text NOT NULL,
    reported_at timestamptz NOT NULL,
    batch_id bigint,
    CHECK (item_code IS NOT NULL OR specification <> ''),
    FOREIGN KEY (facility_code, region_code) REFERENCES supplies.facility (code, region_code) ON UPDATE CASCADE
);
COMMENT ON COLUMN supplies.producer_report.design_capacity IS 'units a day; so are output and expandable_capacity, the last on top of output within a month';
CREATE INDEX producer_report_latest ON supplies.producer_report (facility_code, item_code, specification, day DESC, id DESC);
CREATE INDEX producer_report_batch ON supplies.producer_report (batch_id) WHERE batch_id IS NOT NULL;
ALTER TABLE supplies.producer_report ENABLE ROW LEVEL SECURITY;
ALTER TABLE supplies.producer_report FORCE ROW LEVEL SECURITY;
-- Capacity stands open to planners of any region, as producers do; stock in the ledger does not.
CREATE POLICY producer_report_read ON supplies.producer_report FOR SELECT USING (supplies.sees(region_code, facility_code) OR platform.may('supplies.plan'));
CREATE POLICY producer_report_insert ON supplies.producer_report FOR INSERT WITH CHECK (supplies.acts_for(region_code, facility_code) OR platform.may('supplies.plan'));
CREATE POLICY producer_report_update ON supplies.producer_report FOR UPDATE USING (platform.may('supplies.plan'));
CREATE POLICY producer_report_delete ON supplies.producer_report FOR DELETE USING (platform.may('supplies.plan'));

-- What a supplier offers, until it expires. Withdrawing or declining asks for no reason and is kept against nobody.
CREATE TABLE supplies.offer (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    facility_code text NOT NULL,
    region_code text NOT NULL,
    item_code text NOT NULL,
    specification text NOT NULL DEFAULT '' CHECK (length(specification) <= 200),
    quantity bigint NOT NULL CHECK (quantity BETWEEN 1 AND 10000000000000),
    taken_quantity bigint NOT NULL DEFAULT 0 CHECK (taken_quantity >= 0),
    is_donation boolean NOT NULL,
    price_fen bigint CHECK (price_fen >= 0),
    available_from date NOT NULL,
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'taken', 'withdrawn', 'declined', 'expired')),
    expires_at timestamptz NOT NULL,
    reminded_at timestamptz,
    version integer NOT NULL DEFAULT 1,
    offered_by text NOT NULL,
    offered_at timestamptz NOT NULL,
    closed_at timestamptz,
    CHECK (taken_quantity <= quantity),
    CHECK (NOT is_donation OR price_fen IS NULL),
    CHECK ((state = 'open') = (closed_at IS NULL)),
    FOREIGN KEY (facility_code, region_code) REFERENCES supplies.facility (code, region_code) ON UPDATE CASCADE
);
COMMENT ON COLUMN supplies.offer.price_fen IS 'fen per unit; null for a donation or where no price was told';
CREATE INDEX offer_open ON supplies.offer (item_code, expires_at) WHERE state = 'open';
CREATE INDEX offer_facility ON supplies.offer (facility_code, id DESC);
ALTER TABLE supplies.offer ENABLE ROW LEVEL SECURITY;
ALTER TABLE supplies.offer FORCE ROW LEVEL SECURITY;
CREATE POLICY offer_read ON supplies.offer FOR SELECT USING (supplies.sees(region_code, facility_code) OR platform.may('supplies.plan'));
CREATE POLICY offer_insert ON supplies.offer FOR INSERT WITH CHECK (supplies.acts_for(region_code, facility_code));
CREATE POLICY offer_update ON supplies.offer FOR UPDATE USING (supplies.acts_for(region_code, facility_code));

-- Where a carrier goes, and with how many trucks. An empty region is the whole country.
CREATE TABLE supplies.lane (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    carrier_code text NOT NULL,
    region_code text NOT NULL,
    from_region text NOT NULL,
    to_region text NOT NULL,
    trucks integer CHECK (trucks BETWEEN 0 AND 100000),
    truck_units bigint CHECK (truck_units BETWEEN 1 AND 10000000000000),
    takes_donations boolean,
    is_green_channel boolean,
    note text NOT NULL DEFAULT '' CHECK (length(note) <= 1000),
    source text NOT NULL CHECK (length(source) BETWEEN 1 AND 40),
    source_link text NOT NULL DEFAULT '' CHECK (length(source_link) <= 1000),
    told_on date NOT NULL,
    reported_by text NOT NULL,
    reported_at timestamptz NOT NULL,
    batch_id bigint,
    UNIQUE (carrier_code, from_region, to_region),
    FOREIGN KEY (carrier_code, region_code) REFERENCES supplies.facility (code, region_code) ON UPDATE CASCADE
);
COMMENT ON COLUMN supplies.lane.trucks IS 'free today; null where the carrier told no number';
COMMENT ON COLUMN supplies.lane.truck_units IS 'units of goods that a truck takes; null where unknown';
ALTER TABLE supplies.lane ENABLE ROW LEVEL SECURITY;
ALTER TABLE supplies.lane FORCE ROW LEVEL SECURITY;
CREATE POLICY lane_read ON supplies.lane FOR SELECT USING (supplies.sees(region_code, carrier_code) OR platform.may('supplies.plan'));
CREATE POLICY lane_insert ON supplies.lane FOR INSERT WITH CHECK (supplies.acts_for(region_code, carrier_code) OR platform.may('supplies.plan'));
CREATE POLICY lane_update ON supplies.lane FOR UPDATE USING (supplies.acts_for(region_code, carrier_code) OR platform.may('supplies.plan'));
CREATE POLICY lane_delete ON supplies.lane FOR DELETE USING (supplies.acts_for(region_code, carrier_code) OR platform.may('supplies.plan'));
