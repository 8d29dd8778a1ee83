-- Places with a code at the door. Anybody may know that a place has one; who scanned it stands with the person alone (fact of kind VenueVisit).
CREATE TABLE health_code.venue (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    region_code text NOT NULL,
    name text NOT NULL,
    address text NOT NULL,
    -- The organisation that keeps it: for an enterprise its social credit code.
    organisation text NOT NULL,
    -- Printed codes carry this number; a new print makes the old ones worthless.
    print integer NOT NULL DEFAULT 1,
    opens_at smallint NOT NULL DEFAULT 0 CHECK (opens_at BETWEEN 0 AND 23),
    closes_at smallint NOT NULL DEFAULT 24 CHECK (closes_at BETWEEN 1 AND 24),
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    closed_at timestamptz NOT NULL DEFAULT 'infinity'
);
CREATE INDEX venue_organisation ON health_code.venue (organisation);
ALTER TABLE health_code.venue ENABLE ROW LEVEL SECURITY;
ALTER TABLE health_code.venue FORCE ROW LEVEL SECURITY;
CREATE POLICY venue_keeper ON health_code.venue FOR ALL USING (platform.is_system()
    OR (platform.may('health.venue') AND platform.region_in_scope(region_code) AND platform.organisation() <> '' AND organisation = platform.organisation()));

-- Visits counted by place and day: what the place's keeper and planning see. A person counts once a day; who it was is not here.
CREATE TABLE health_code.venue_day (
    venue_id bigint NOT NULL,
    day date NOT NULL,
    people integer NOT NULL,
    refused integer NOT NULL,
    PRIMARY KEY (venue_id, day)
);
ALTER TABLE health_code.venue_day ENABLE ROW LEVEL SECURITY;
ALTER TABLE health_code.venue_day FORCE ROW LEVEL SECURITY;
CREATE POLICY venue_day_keeper ON health_code.venue_day FOR ALL USING (platform.is_system() OR EXISTS (SELECT FROM health_code.venue v WHERE v.id = venue_id));
