-- What a shop offers to households.
CREATE TABLE supplies.household_package (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organisation text NOT NULL,
    region_code text NOT NULL,
    name text NOT NULL,
    content text NOT NULL,
    price_fen bigint NOT NULL CHECK (price_fen >= 0),
    is_offered boolean NOT NULL DEFAULT true
);
COMMENT ON TABLE supplies.household_package IS 'public: an offer is made to everybody';
ALTER TABLE supplies.household_package ENABLE ROW LEVEL SECURITY;
ALTER TABLE supplies.household_package FORCE ROW LEVEL SECURITY;
CREATE POLICY household_package_read ON supplies.household_package FOR SELECT USING (true);
CREATE POLICY household_package_write ON supplies.household_package FOR ALL USING (platform.is_system()
    OR (platform.may('supplies.own') AND platform.organisation() <> '' AND organisation = platform.organisation()));

-- A residential compound and its buildings, by metres east and north of the gate: where to walk, not where in the world.
CREATE TABLE supplies.compound (
    code text PRIMARY KEY,
    name text NOT NULL,
    region_code text NOT NULL
);
ALTER TABLE supplies.compound ENABLE ROW LEVEL SECURITY;
ALTER TABLE supplies.compound FORCE ROW LEVEL SECURITY;
CREATE POLICY compound_worker ON supplies.compound FOR ALL USING (platform.is_system() OR (platform.may('supplies.deliver') AND platform.region_in_scope(region_code)));

CREATE TABLE supplies.building (
    compound_code text NOT NULL,
    name text NOT NULL,
    region_code text NOT NULL,
    east_m integer NOT NULL CHECK (east_m BETWEEN -5000 AND 5000),
    north_m integer NOT NULL CHECK (north_m BETWEEN -5000 AND 5000),
    PRIMARY KEY (compound_code, name)
);
ALTER TABLE supplies.building ENABLE ROW LEVEL SECURITY;
ALTER TABLE supplies.building FORCE ROW LEVEL SECURITY;
CREATE POLICY building_worker ON supplies.building FOR ALL USING (platform.is_system() OR (platform.may('supplies.deliver') AND platform.region_in_scope(region_code)));

-- A door. No name: the code on the paper slip that the grid worker hands over is what orders for it.
CREATE TABLE supplies.household (
    code text PRIMARY KEY,
    compound_code text NOT NULL,
    building text NOT NULL,
    door text NOT NULL,
    region_code text NOT NULL,
    is_isolated boolean NOT NULL DEFAULT false,
    UNIQUE (compound_code, building, door)
);
ALTER TABLE supplies.household ENABLE ROW LEVEL SECURITY;
ALTER TABLE supplies.household FORCE ROW LEVEL SECURITY;
CREATE POLICY household_worker ON supplies.household FOR ALL USING (platform.is_system() OR (platform.may('supplies.deliver') AND platform.region_in_scope(region_code)));

-- A window in which a compound is supplied, and how many orders it takes.
CREATE TABLE supplies.delivery_slot (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    compound_code text NOT NULL,
    region_code text NOT NULL,
    day date NOT NULL,
    from_hour smallint NOT NULL CHECK (from_hour BETWEEN 0 AND 23),
    to_hour smallint NOT NULL CHECK (to_hour BETWEEN 1 AND 24),
    capacity integer NOT NULL CHECK (capacity BETWEEN 1 AND 1000),
    booked integer NOT NULL DEFAULT 0,
    UNIQUE (compound_code, day, from_hour),
    CHECK (from_hour < to_hour),
    CHECK (booked BETWEEN 0 AND capacity)
);
ALTER TABLE supplies.delivery_slot ENABLE ROW LEVEL SECURITY;
ALTER TABLE supplies.delivery_slot FORCE ROW LEVEL SECURITY;
CREATE POLICY delivery_slot_worker ON supplies.delivery_slot FOR ALL USING (platform.is_system() OR (platform.may('supplies.deliver') AND platform.region_in_scope(region_code)));

-- ordered -> packed -> out -> left -> collected | returned; cancelled before it leaves. Whatever was ordered is packed or short, and short has a reason.
CREATE TABLE supplies.household_order (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    number text NOT NULL UNIQUE,
    -- Of the form that was sent: sent twice, it is one order.
    request_key text NOT NULL,
    household_code text NOT NULL,
    compound_code text NOT NULL,
    region_code text NOT NULL,
    package_id bigint NOT NULL,
    organisation text NOT NULL,
    slot_id bigint NOT NULL,
    is_isolated boolean NOT NULL,
    state text NOT NULL DEFAULT 'ordered' CHECK (state IN ('ordered', 'packed', 'out', 'left', 'collected', 'returned', 'cancelled')),
    ordered integer NOT NULL CHECK (ordered BETWEEN 1 AND 20),
    packed integer CHECK (packed >= 0),
    short integer CHECK (short >= 0),
    short_reason text NOT NULL DEFAULT '',
    hand_over_code text NOT NULL,
    wrong_codes smallint NOT NULL DEFAULT 0,
    ordered_at timestamptz NOT NULL,
    UNIQUE (household_code, request_key),
    CONSTRAINT nothing_is_lost CHECK (CASE WHEN state = 'ordered' THEN packed IS NULL AND short IS NULL
        ELSE packed IS NOT NULL AND short IS NOT NULL AND packed + short = ordered AND (short = 0 OR short_reason <> '') END)
);
CREATE INDEX household_order_slot ON supplies.household_order (slot_id);
CREATE INDEX household_order_household ON supplies.household_order (household_code);
CREATE INDEX household_order_shop ON supplies.household_order (organisation, id);
ALTER TABLE supplies.household_order ENABLE ROW LEVEL SECURITY;
ALTER TABLE supplies.household_order FORCE ROW LEVEL SECURITY;
CREATE POLICY household_order_worker ON supplies.household_order FOR ALL USING (platform.is_system()
    OR (platform.may('supplies.deliver') AND platform.region_in_scope(region_code))
    OR (platform.may('supplies.own') AND platform.organisation() <> '' AND organisation = platform.organisation()));

-- Every step of every order, with who took it: the state can be retold from here.
CREATE TABLE supplies.household_step (
    order_id bigint NOT NULL,
    state text NOT NULL,
    at timestamptz NOT NULL,
    actor text NOT NULL,
    note text NOT NULL DEFAULT '',
    PRIMARY KEY (order_id, state)
);
ALTER TABLE supplies.household_step ENABLE ROW LEVEL SECURITY;
ALTER TABLE supplies.household_step FORCE ROW LEVEL SECURITY;
CREATE POLICY household_step_order ON supplies.household_step FOR ALL USING (platform.is_system() OR EXISTS (SELECT FROM supplies.household_order o WHERE o.id = order_id));
