-- What somebody without an account wants to give, before anybody has the goods. The code on it stays the code of the donation that comes of it.
CREATE TABLE supplies.donor_offer (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL UNIQUE CHECK (code ~ '^[A-HJ-NP-Z2-9]{12}$'),
    report text NOT NULL UNIQUE CHECK (length(report) BETWEEN 1 AND 50),
    donor text NOT NULL DEFAULT '' CHECK (length(donor) <= 100),
    phone text NOT NULL DEFAULT '' CHECK (phone ~ '^[0-9+() -]{0,40}$'),
    region_code text NOT NULL CHECK (region_code ~ '^[0-9]{2,12}$'),
    address text NOT NULL DEFAULT '' CHECK (length(address) <= 200),
    item_code text NOT NULL,
    quantity bigint NOT NULL CHECK (quantity BETWEEN 1 AND 10000000000000),
    note text NOT NULL DEFAULT '' CHECK (length(note) <= 500),
    state text NOT NULL DEFAULT 'offered' CHECK (state IN ('offered', 'accepted', 'declined', 'withdrawn', 'taken')),
    facility_code text REFERENCES supplies.facility (code),
    expires_at timestamptz NOT NULL,
    offered_at timestamptz NOT NULL,
    decided_by text,
    decided_at timestamptz,
    CHECK (state NOT IN ('accepted', 'taken') OR facility_code IS NOT NULL)
);
COMMENT ON COLUMN supplies.donor_offer.phone IS 'to call the donor back; emptied when the offer is over, and by supplies.forget-donors when it ran out';
COMMENT ON COLUMN supplies.donor_offer.facility_code IS 'where the goods are to be brought';
CREATE INDEX donor_offer_region ON supplies.donor_offer (region_code, id DESC);
CREATE INDEX donor_offer_facility ON supplies.donor_offer (facility_code, id DESC) WHERE facility_code IS NOT NULL;
ALTER TABLE supplies.donor_offer ENABLE ROW LEVEL SECURITY;
ALTER TABLE supplies.donor_offer FORCE ROW LEVEL SECURITY;
CREATE POLICY donor_offer_read ON supplies.donor_offer FOR SELECT USING (platform.is_system() OR (platform.may('supplies.plan') AND platform.region_in_scope(region_code))
    OR (platform.may('supplies.own') AND platform.organisation() <> '' AND platform.organisation() = facility_code));
CREATE POLICY donor_offer_insert ON supplies.donor_offer FOR INSERT WITH CHECK (platform.is_system());
CREATE POLICY donor_offer_update ON supplies.donor_offer FOR UPDATE USING (platform.is_system());
