-- A plan: what was plannable at one instant, and one solution after another of it. The snapshot is never changed; a plan of what is plannable
-- later is another plan that names this one as its parent.
CREATE TABLE supplies.plan (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    region_code text NOT NULL,
    parent_id bigint REFERENCES supplies.plan (id),
    state text NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'sent')),
    version integer NOT NULL DEFAULT 1,
    snapshot bytea NOT NULL CHECK (length(snapshot) <= 200000000),
    snapshot_sha256 text NOT NULL CHECK (snapshot_sha256 ~ '^[0-9a-f]{64}$'),
    engine_version text NOT NULL,
    rule_version text NOT NULL,
    needs integer NOT NULL,
    is_demo boolean NOT NULL DEFAULT false,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    sent_by text,
    sent_at timestamptz
);
COMMENT ON COLUMN supplies.plan.snapshot IS 'gzip of the JSON whose SHA-256 stands beside it';
CREATE INDEX plan_region ON supplies.plan (region_code, id DESC);
ALTER TABLE supplies.plan ENABLE ROW LEVEL SECURITY;
ALTER TABLE supplies.plan FORCE ROW LEVEL SECURITY;
CREATE POLICY plan_read ON supplies.plan FOR SELECT USING (platform.is_system() OR ((platform.may('supplies.read') OR platform.may('supplies.plan')) AND platform.region_in_scope(region_code)));
CREATE POLICY plan_insert ON supplies.plan FOR INSERT WITH CHECK (platform.is_system() OR (platform.may('supplies.plan') AND platform.region_in_scope(region_code)));
CREATE POLICY plan_update ON supplies.plan FOR UPDATE USING (platform.is_system() OR (platform.may('supplies.plan') AND platform.region_in_scope(region_code)));

-- What a person may do with a plan's parts follows from the plan: the list of those the person sees is made once a query.

-- One solution: who changed what, the lines fixed by hand, and the result with the prices that prove it.
CREATE TABLE supplies.plan_version (
    plan_id bigint NOT NULL REFERENCES supplies.plan (id),
    version integer NOT NULL,
    actor text NOT NULL,
    at timestamptz NOT NULL,
    changes jsonb NOT NULL,
    pins jsonb NOT NULL,
    result bytea NOT NULL CHECK (length(result) <= 200000000),
    result_sha256 text NOT NULL CHECK (result_sha256 ~ '^[0-9a-f]{64}$'),
    is_proven boolean,
    gap numeric,
    cost numeric NOT NULL,
    missed jsonb NOT NULL,
    PRIMARY KEY (plan_id, version)
);
COMMENT ON COLUMN supplies.plan_version.is_proven IS 'what the check by the certificate found; null while it has not been made';
COMMENT ON COLUMN supplies.plan_version.gap IS 'how much better a plan within trucks, packs and lots could be at most, as a share; null where the prices prove the optimum';
ALTER TABLE supplies.plan_version ENABLE ROW LEVEL SECURITY;
ALTER TABLE supplies.plan_version FORCE ROW LEVEL SECURITY;
CREATE POLICY plan_version_read ON supplies.plan_version FOR SELECT USING (plan_id IN (SELECT id FROM supplies.plan));
CREATE POLICY plan_version_insert ON supplies.plan_version FOR INSERT WITH CHECK (plan_id IN (SELECT id FROM supplies.plan) AND (platform.is_system() OR platform.may('supplies.plan')));
CREATE POLICY plan_version_update ON supplies.plan_version FOR UPDATE USING (plan_id IN (SELECT id FROM supplies.plan) AND (platform.is_system() OR platform.may('supplies.plan')));

-- The lines of the plan's present version. A line that the last change removed stays with 0 until the next, so that the page can tell.
CREATE TABLE supplies.plan_line (
    plan_id bigint NOT NULL REFERENCES supplies.plan (id),
    supply integer NOT NULL,
    demand integer NOT NULL,
    wanted_item text NOT NULL,
    item_code text NOT NULL,
    source text NOT NULL CHECK (source IN ('on_hand', 'offered', 'planned')),
    from_facility text NOT NULL,
    from_region text NOT NULL,
    to_facility text NOT NULL,
    to_region text NOT NULL,
    need_id bigint,
    tier smallint NOT NULL,
    quantity bigint NOT NULL CHECK (quantity >= 0),
    before bigint,
    pinned bigint CHECK (pinned >= 0),
    unit_cost bigint NOT NULL,
    consignment_id bigint,
    sent_at timestamptz,
    PRIMARY KEY (plan_id, supply, demand)
);
COMMENT ON COLUMN supplies.plan_line.supply IS 'place in the snapshot''s list of supplies, from 0; demand is the place in its list of needs';
COMMENT ON COLUMN supplies.plan_line.before IS 'units in the version before; null in the first';
CREATE INDEX plan_line_consignment ON supplies.plan_line (consignment_id) WHERE consignment_id IS NOT NULL;
CREATE INDEX plan_line_order ON supplies.plan_line (plan_id, tier, demand, supply);
ALTER TABLE supplies.plan_line ENABLE ROW LEVEL SECURITY;
ALTER TABLE supplies.plan_line FORCE ROW LEVEL SECURITY;
CREATE POLICY plan_line_read ON supplies.plan_line FOR SELECT USING (plan_id IN (SELECT id FROM supplies.plan));
CREATE POLICY plan_line_write ON supplies.plan_line FOR ALL USING (plan_id IN (SELECT id FROM supplies.plan) AND (platform.is_system() OR platform.may('supplies.plan')));

-- What each need of the plan gets: for the page and for the audit of equal treatment.
CREATE TABLE supplies.plan_need (
    plan_id bigint NOT NULL REFERENCES supplies.plan (id),
    demand integer NOT NULL,
    need_id bigint,
    facility_code text NOT NULL,
    region_code text NOT NULL,
    item_code text NOT NULL,
    tier smallint NOT NULL,
    amount_kind text NOT NULL CHECK (amount_kind IN ('known', 'range', 'unknown', 'estimated')),
    basis text NOT NULL,
    needed bigint NOT NULL CHECK (needed >= 0),
    high bigint,
    missed bigint NOT NULL CHECK (missed BETWEEN 0 AND needed),
    PRIMARY KEY (plan_id, demand)
);
CREATE INDEX plan_need_missed ON supplies.plan_need (plan_id, tier, missed DESC) WHERE missed > 0;
ALTER TABLE supplies.plan_need ENABLE ROW LEVEL SECURITY;
ALTER TABLE supplies.plan_need FORCE ROW LEVEL SECURITY;
CREATE POLICY plan_need_read ON supplies.plan_need FOR SELECT USING (plan_id IN (SELECT id FROM supplies.plan));
CREATE POLICY plan_need_write ON supplies.plan_need FOR ALL USING (plan_id IN (SELECT id FROM supplies.plan) AND (platform.is_system() OR platform.may('supplies.plan')));
