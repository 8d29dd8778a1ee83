-- What a facility asks for. The amount is known, a range, or needed without anybody knowing how much; those three are never added up as one.
CREATE TABLE supplies.need (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    facility_code text NOT NULL,
    region_code text NOT NULL,
    -- Null while the name in the file means no item of the catalogue yet; the specification then holds the name.
    item_code text,
    specification text NOT NULL DEFAULT '' CHECK (length(specification) <= 200),
    amount_kind text NOT NULL CHECK (amount_kind IN ('known', 'range', 'unknown')),
    quantity bigint CHECK (quantity BETWEEN 1 AND 10000000000000),
    low bigint CHECK (low BETWEEN 1 AND 10000000000000),
    high bigint CHECK (high BETWEEN 1 AND 10000000000000),
    met_quantity bigint NOT NULL DEFAULT 0 CHECK (met_quantity BETWEEN 0 AND 10000000000000),
    urgency smallint NOT NULL DEFAULT 2 CHECK (urgency BETWEEN 1 AND 3),
    tier smallint NOT NULL CHECK (tier BETWEEN 1 AND 4),
    tier_rule text NOT NULL,
    burn_per_day bigint CHECK (burn_per_day BETWEEN 0 AND 10000000000000),
    needed_by date,
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'partly_met', 'met', 'met_elsewhere', 'no_longer_needed', 'expired')),
    is_verified boolean NOT NULL DEFAULT true,
    source text NOT NULL CHECK (length(source) BETWEEN 1 AND 40),
    source_link text NOT NULL DEFAULT '' CHECK (length(source_link) <= 1000),
    expires_at timestamptz NOT NULL,
    reminded_at timestamptz,
    asked_back_at timestamptz,
    version integer NOT NULL DEFAULT 1,
    asked_by text NOT NULL,
    asked_at timestamptz NOT NULL,
    closed_at timestamptz,
    batch_id bigint,
    CHECK ((amount_kind = 'known') = (quantity IS NOT NULL)),
    CHECK ((amount_kind = 'range') = (low IS NOT NULL) AND (amount_kind = 'range' OR high IS NULL) AND (high IS NULL OR low <= high)),
    CHECK (item_code IS NOT NULL OR specification <> ''),
    CHECK ((state IN ('open', 'partly_met')) = (closed_at IS NULL)),
    FOREIGN KEY (facility_code, region_code) REFERENCES supplies.facility (code, region_code) ON UPDATE CASCADE
);
COMMENT ON COLUMN supplies.need.urgency IS '1 can wait, 2 within days, 3 today';
-- A facility has one open need of an item: asking again changes it, and nothing is counted twice.
CREATE UNIQUE INDEX need_open_item ON supplies.need (facility_code, item_code) WHERE state IN ('open', 'partly_met') AND item_code IS NOT NULL;
CREATE UNIQUE INDEX need_open_name ON supplies.need (facility_code, specification) WHERE state IN ('open', 'partly_met') AND item_code IS NULL;
CREATE INDEX need_open_expiry ON supplies.need (expires_at) WHERE state IN ('open', 'partly_met');
CREATE INDEX need_item ON supplies.need (item_code, state, region_code);
ALTER TABLE supplies.need ENABLE ROW LEVEL SECURITY;
ALTER TABLE supplies.need FORCE ROW LEVEL SECURITY;
CREATE POLICY need_sight ON supplies.need FOR SELECT USING (supplies.sees(region_code, facility_code));
CREATE POLICY need_insert ON supplies.need FOR INSERT WITH CHECK (supplies.acts_for(region_code, facility_code));
CREATE POLICY need_update ON supplies.need FOR UPDATE USING (supplies.acts_for(region_code, facility_code));
CREATE POLICY need_delete ON supplies.need FOR DELETE USING (platform.may('supplies.plan') AND supplies.acts_for(region_code, facility_code));

-- What happened to a need, and what it was before: for its history, and to take an import back.
CREATE TABLE supplies.need_step (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    need_id bigint NOT NULL REFERENCES supplies.need (id) ON DELETE CASCADE,
    facility_code text NOT NULL,
    region_code text NOT NULL,
    what text NOT NULL,
    version integer NOT NULL,
    before jsonb,
    actor text NOT NULL,
    at timestamptz NOT NULL,
    batch_id bigint,
    FOREIGN KEY (facility_code, region_code) REFERENCES supplies.facility (code, region_code) ON UPDATE CASCADE
);
CREATE INDEX need_step_need ON supplies.need_step (need_id, id);
CREATE INDEX need_step_batch ON supplies.need_step (batch_id) WHERE batch_id IS NOT NULL;
ALTER TABLE supplies.need_step ENABLE ROW LEVEL SECURITY;
ALTER TABLE supplies.need_step FORCE ROW LEVEL SECURITY;
CREATE POLICY need_step_sight ON supplies.need_step FOR SELECT USING (supplies.sees(region_code, facility_code));
CREATE POLICY need_step_insert ON supplies.need_step FOR INSERT WITH CHECK (supplies.acts_for(region_code, facility_code));

-- What the figures of the outbreak and of staff say is used where nobody asked: an interval with its basis, in a table of its own so that no sum
-- of what was asked can take it in.
CREATE TABLE supplies.demand_estimate (
    region_code text NOT NULL,
    item_code text NOT NULL,
    day date NOT NULL,
    low bigint NOT NULL CHECK (low >= 0),
    high bigint NOT NULL CHECK (high >= low),
    active_cases bigint NOT NULL,
    staff bigint NOT NULL,
    table_version text NOT NULL,
    computed_at timestamptz NOT NULL,
    PRIMARY KEY (region_code, item_code)
);
COMMENT ON COLUMN supplies.demand_estimate.low IS 'units a day';
ALTER TABLE supplies.demand_estimate ENABLE ROW LEVEL SECURITY;
ALTER TABLE supplies.demand_estimate FORCE ROW LEVEL SECURITY;
CREATE POLICY demand_estimate_read ON supplies.demand_estimate FOR SELECT USING (platform.is_system() OR ((platform.may('supplies.read') OR platform.may('supplies.plan')) AND platform.region_in_scope(region_code)));
CREATE POLICY demand_estimate_insert ON supplies.demand_estimate FOR INSERT WITH CHECK (platform.is_system());
CREATE POLICY demand_estimate_delete ON supplies.demand_estimate FOR DELETE USING (platform.is_system());
