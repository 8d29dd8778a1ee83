-- What is given or sold of free will has records of its own; what an authority allots stands in its plan. Their consignments differ by regime.
CREATE TABLE supplies.donation (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL UNIQUE CHECK (code ~ '^[A-HJ-NP-Z2-9]{12}$'),
    donor text NOT NULL DEFAULT '' CHECK (length(donor) <= 100),
    facility_code text NOT NULL,
    region_code text NOT NULL,
    item_code text NOT NULL,
    lot_id bigint NOT NULL UNIQUE REFERENCES supplies.lot (id),
    quantity bigint NOT NULL CHECK (quantity BETWEEN 1 AND 10000000000000),
    report text NOT NULL UNIQUE CHECK (length(report) BETWEEN 1 AND 100),
    taken_by text NOT NULL,
    taken_at timestamptz NOT NULL,
    FOREIGN KEY (facility_code, region_code) REFERENCES supplies.facility (code, region_code) ON UPDATE CASCADE
);
COMMENT ON COLUMN supplies.donation.code IS 'whoever has it may follow the goods; 60 bits, so that nobody guesses one';
COMMENT ON COLUMN supplies.donation.donor IS 'the name under which the donor wants to be shown; empty for none. No contact is kept.';
COMMENT ON COLUMN supplies.donation.lot_id IS 'a donation is a lot of its own: the ledger itself follows it to whoever received some of it';
ALTER TABLE supplies.donation ENABLE ROW LEVEL SECURITY;
ALTER TABLE supplies.donation FORCE ROW LEVEL SECURITY;
CREATE POLICY donation_read ON supplies.donation FOR SELECT USING (supplies.sees(region_code, facility_code));
CREATE POLICY donation_insert ON supplies.donation FOR INSERT WITH CHECK (supplies.acts_for(region_code, facility_code));

-- Goods bought of an offer.
CREATE TABLE supplies.purchase (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    offer_id bigint NOT NULL REFERENCES supplies.offer (id),
    consignment_id bigint NOT NULL UNIQUE REFERENCES supplies.consignment (id),
    price_fen bigint NOT NULL CHECK (price_fen >= 0),
    total_fen numeric(30, 0) NOT NULL CHECK (total_fen >= 0),
    quotations jsonb NOT NULL,
    ordered_by text NOT NULL,
    ordered_at timestamptz NOT NULL
);
COMMENT ON COLUMN supplies.purchase.price_fen IS 'fen per unit, as offered when it was ordered';
COMMENT ON COLUMN supplies.purchase.quotations IS 'the quotations that stood beside it then, cheapest first: why this one';
ALTER TABLE supplies.purchase ENABLE ROW LEVEL SECURITY;
ALTER TABLE supplies.purchase FORCE ROW LEVEL SECURITY;
CREATE POLICY purchase_read ON supplies.purchase FOR SELECT USING (EXISTS (SELECT FROM supplies.consignment c WHERE c.id = consignment_id) AND (platform.is_system() OR platform.may('supplies.read') OR platform.may('supplies.plan')));
CREATE POLICY purchase_insert ON supplies.purchase FOR INSERT WITH CHECK (platform.is_system());
