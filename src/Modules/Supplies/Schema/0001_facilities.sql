-- Who sees what stands at a facility: the staff of its region, and the facility itself.
CREATE FUNCTION supplies.sees(region text, facility text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN platform.is_system()
    OR ((platform.may('supplies.read') OR platform.may('supplies.plan')) AND platform.region_in_scope(region))
    OR (platform.organisation() <> '' AND platform.organisation() = facility AND (platform.may('supplies.own') OR platform.may('supplies.carry')));

-- Who may write what a facility says of itself: planners of its region, and the facility itself.
CREATE FUNCTION supplies.acts_for(region text, facility text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN platform.is_system()
    OR (platform.may('supplies.plan') AND platform.region_in_scope(region))
    OR (platform.organisation() <> '' AND platform.organisation() = facility AND (platform.may('supplies.own') OR platform.may('supplies.carry')));

-- Where goods lie, are made, are needed or are carried by. Whoever has an account of it has the code as the account's organisation.
CREATE TABLE supplies.facility (
    code text PRIMARY KEY CHECK (code ~ '^[A-Za-z0-9-]{1,40}$'),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    kind text NOT NULL,
    role text NOT NULL GENERATED ALWAYS AS (CASE
        WHEN kind IN ('producer', 'warehouse', 'donor') THEN 'supplier'
        WHEN kind = 'carrier' THEN 'carrier'
        ELSE 'receiver' END) STORED,
    region_code text NOT NULL,
    address text NOT NULL DEFAULT '' CHECK (length(address) <= 400),
    longitude numeric(9, 6) CHECK (longitude BETWEEN -180 AND 180),
    latitude numeric(8, 6) CHECK (latitude BETWEEN -90 AND 90),
    size_class text NOT NULL DEFAULT 'unknown' CHECK (size_class IN ('unknown', 'small', 'medium', 'large')),
    front_line smallint NOT NULL DEFAULT 0 CHECK (front_line BETWEEN 0 AND 3),
    staff integer CHECK (staff >= 0),
    is_demo boolean NOT NULL DEFAULT false,
    batch_id bigint,
    created_at timestamptz NOT NULL,
    UNIQUE (code, region_code),
    CHECK (kind IN ('hospital', 'health_centre', 'cdc', 'community', 'port', 'charity', 'other', 'producer', 'warehouse', 'donor', 'carrier'))
);
COMMENT ON COLUMN supplies.facility.front_line IS '0 no patients, 1 patients of all kinds, 2 fever clinic or suspected cases, 3 isolation ward, intensive care, designated or temporary hospital';
COMMENT ON COLUMN supplies.facility.longitude IS 'degrees, WGS 84; null where unknown';
CREATE INDEX facility_region ON supplies.facility (region_code, role);
CREATE INDEX facility_name ON supplies.facility (name);
ALTER TABLE supplies.facility ENABLE ROW LEVEL SECURITY;
ALTER TABLE supplies.facility FORCE ROW LEVEL SECURITY;
-- Suppliers and carriers of the whole country stand open to planners of any region: goods come from elsewhere.
CREATE POLICY facility_read ON supplies.facility FOR SELECT USING (supplies.sees(region_code, code) OR (role <> 'receiver' AND platform.may('supplies.plan')));
CREATE POLICY facility_insert ON supplies.facility FOR INSERT WITH CHECK (supplies.acts_for(region_code, code) OR (kind IN ('producer', 'warehouse', 'donor', 'carrier') AND platform.may('supplies.plan')));
CREATE POLICY facility_update ON supplies.facility FOR UPDATE USING (supplies.acts_for(region_code, code));
CREATE POLICY facility_delete ON supplies.facility FOR DELETE USING (platform.is_system());

-- Whom to call. For staff and the facility alone, also where the facility itself is open to others.
CREATE TABLE supplies.facility_contact (
    facility_code text PRIMARY KEY,
    region_code text NOT NULL,
    person text NOT NULL DEFAULT '' CHECK (length(person) <= 100),
    phone text NOT NULL DEFAULT '' CHECK (length(phone) <= 40),
    email text NOT NULL DEFAULT '' CHECK (length(email) <= 200),
    FOREIGN KEY (facility_code, region_code) REFERENCES supplies.facility (code, region_code) ON UPDATE CASCADE ON DELETE CASCADE
);
ALTER TABLE supplies.facility_contact ENABLE ROW LEVEL SECURITY;
ALTER TABLE supplies.facility_contact FORCE ROW LEVEL SECURITY;
CREATE POLICY facility_contact_sight ON supplies.facility_contact FOR ALL USING (supplies.sees(region_code, facility_code)) WITH CHECK (supplies.acts_for(region_code, facility_code));

-- What people said an item's name in a file means, beyond the names that are shipped with the catalogue.
CREATE TABLE supplies.item_alias (
    name text PRIMARY KEY CHECK (length(name) BETWEEN 1 AND 200),
    item_code text NOT NULL,
    decided_by text NOT NULL,
    decided_at timestamptz NOT NULL
);
COMMENT ON COLUMN supplies.item_alias.name IS 'in the form of ItemNames.Normalise';
ALTER TABLE supplies.item_alias ENABLE ROW LEVEL SECURITY;
ALTER TABLE supplies.item_alias FORCE ROW LEVEL SECURITY;
CREATE POLICY item_alias_staff ON supplies.item_alias FOR ALL
    USING (platform.may('supplies.read') OR platform.may('supplies.plan') OR platform.may('supplies.own')) WITH CHECK (platform.may('supplies.plan'));
