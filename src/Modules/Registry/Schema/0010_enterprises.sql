-- The register of enterprises. What a public register shows is public; figures, places, links and contacts are not.

CREATE TABLE registry.park (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    region_code text COLLATE "C" NOT NULL,
    name text NOT NULL,
    kind text NOT NULL DEFAULT 'park' CHECK (kind IN ('park', 'cluster')),
    UNIQUE (region_code, name)
);
COMMENT ON TABLE registry.park IS 'no-policy: names of parks and clusters, which are public';

-- The section of an industry code; sections are ranges of divisions in GB/T 4754-2017.
CREATE FUNCTION registry.section_of(industry text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN industry = '' THEN ''
    ELSE substr('ABCDEFGHIJKLMNOPQRST', width_bucket(left(industry, 2)::int,
        ARRAY[1, 6, 13, 44, 47, 51, 53, 61, 63, 66, 70, 71, 73, 76, 80, 83, 84, 86, 91, 97]), 1) END;

CREATE TABLE registry.enterprise (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text COLLATE "C" NOT NULL UNIQUE CHECK (length(code) = 18),
    name text COLLATE "C" NOT NULL,
    region_code text COLLATE "C" NOT NULL CHECK (length(region_code) BETWEEN 2 AND 9),
    address text NOT NULL DEFAULT '',
    industry text COLLATE "C" NOT NULL DEFAULT '',
    section text COLLATE "C" NOT NULL GENERATED ALWAYS AS (registry.section_of(industry)) STORED,
    -- 0 unknown, 1 micro, 2 small, 3 medium, 4 large; derived from the figures by the rule named beside it.
    size smallint NOT NULL DEFAULT 0 CHECK (size BETWEEN 0 AND 4),
    size_rule text NOT NULL,
    park_id integer REFERENCES registry.park (id),
    status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended', 'revoked', 'closed')),
    registered_on date,
    closed_on date,
    merged_into integer REFERENCES registry.enterprise (id) CHECK (merged_into <> id),
    -- Taken back with the import that brought it: no longer shown, never deleted, alive again when its code comes again.
    withdrawn_at timestamptz,
    confirmed_on date,
    source text NOT NULL,
    batch_id bigint,
    recorded_at timestamptz NOT NULL,
    CHECK (closed_on IS NULL OR registered_on IS NULL OR registered_on <= closed_on)
);
CREATE INDEX enterprise_by_region ON registry.enterprise (region_code, id) WHERE merged_into IS NULL AND withdrawn_at IS NULL;
CREATE INDEX enterprise_by_name ON registry.enterprise (name, id) WHERE merged_into IS NULL AND withdrawn_at IS NULL;
CREATE INDEX enterprise_by_parent ON registry.enterprise (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX enterprise_by_batch ON registry.enterprise (batch_id);
ALTER TABLE registry.enterprise ENABLE ROW LEVEL SECURITY;
ALTER TABLE registry.enterprise FORCE ROW LEVEL SECURITY;
COMMENT ON TABLE registry.enterprise IS 'public: what a public register of enterprises shows; written by those who keep it, in their regions';
CREATE POLICY enterprise_read ON registry.enterprise FOR SELECT USING (true);
CREATE POLICY enterprise_add ON registry.enterprise FOR INSERT WITH CHECK (platform.is_system() OR (platform.may('registry.enterprises') AND platform.region_in_scope(region_code)));
CREATE POLICY enterprise_change ON registry.enterprise FOR UPDATE USING (platform.is_system() OR (platform.may('registry.enterprises') AND platform.region_in_scope(region_code)));

-- The entry that a number means today: itself, or the one it was merged into, however long the chain.
CREATE FUNCTION registry.kept_id(number integer) RETURNS integer LANGUAGE sql STABLE PARALLEL SAFE AS $$
    WITH RECURSIVE chain AS (
        SELECT id, merged_into FROM registry.enterprise WHERE id = number
        UNION ALL SELECT e.id, e.merged_into FROM registry.enterprise e JOIN chain c ON e.id = c.merged_into)
    SELECT id FROM chain WHERE merged_into IS NULL $$;

-- The entry and everything that was merged into it.
CREATE FUNCTION registry.members(kept integer) RETURNS SETOF integer LANGUAGE sql STABLE PARALLEL SAFE AS $$
    WITH RECURSIVE tree AS (SELECT kept AS id UNION ALL SELECT e.id FROM registry.enterprise e JOIN tree t ON e.merged_into = t.id)
    SELECT id FROM tree $$;

CREATE FUNCTION registry.may_keep(enterprise integer) RETURNS boolean LANGUAGE sql STABLE
RETURN platform.may('registry.enterprises') AND EXISTS (SELECT FROM registry.enterprise e WHERE e.id = enterprise AND platform.region_in_scope(e.region_code));

-- The actor acts for the enterprise, or for the one it was merged into.
CREATE FUNCTION registry.is_own(enterprise integer) RETURNS boolean LANGUAGE sql STABLE
RETURN platform.organisation() <> '' AND platform.may('registry.own')
    AND EXISTS (SELECT FROM registry.enterprise e WHERE e.code = platform.organisation() AND registry.kept_id(e.id) = registry.kept_id(enterprise));

-- Bounds of the regions that a list shows its reader: those of a clerk's scope, everything for everybody else. They make the scope a range of the
-- index, where asking region_in_scope alone would read the whole province for one district.
CREATE FUNCTION registry.scope_low() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN platform.actor_kind() IN ('account', 'machine') AND coalesce(current_setting('rongtong.scope', true), '') <> '*'
    THEN coalesce((SELECT min(s COLLATE "C") FROM unnest(string_to_array(current_setting('rongtong.scope', true), ',')) AS s), '~') ELSE '' END;
CREATE FUNCTION registry.scope_high() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN platform.actor_kind() IN ('account', 'machine') AND coalesce(current_setting('rongtong.scope', true), '') <> '*'
    THEN coalesce((SELECT max(s COLLATE "C") FROM unnest(string_to_array(current_setting('rongtong.scope', true), ',')) AS s), '') ELSE '' END || '~';

-- What the enterprise reports about itself to the statistics; whole numbers, revenue and assets in 10,000 yuan.
CREATE TABLE registry.enterprise_figure (
    enterprise_id integer PRIMARY KEY REFERENCES registry.enterprise (id),
    persons integer CHECK (persons >= 0),
    revenue bigint CHECK (revenue >= 0),
    assets bigint CHECK (assets >= 0)
);
ALTER TABLE registry.enterprise_figure ENABLE ROW LEVEL SECURITY;
ALTER TABLE registry.enterprise_figure FORCE ROW LEVEL SECURITY;
CREATE POLICY enterprise_figure_access ON registry.enterprise_figure FOR ALL
    USING (platform.is_system() OR registry.may_keep(enterprise_id) OR registry.is_own(enterprise_id));

-- Every change of a fact with where it came from; an undo reads it backwards.
CREATE TABLE registry.enterprise_change (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    enterprise_id integer NOT NULL REFERENCES registry.enterprise (id),
    field text NOT NULL,
    old text,
    new text,
    source text NOT NULL,
    batch_id bigint,
    recorded_by text NOT NULL DEFAULT platform.actor(),
    recorded_at timestamptz NOT NULL
);
CREATE INDEX enterprise_change_of ON registry.enterprise_change (enterprise_id, id);
CREATE INDEX enterprise_change_by_batch ON registry.enterprise_change (batch_id) WHERE batch_id IS NOT NULL;
ALTER TABLE registry.enterprise_change ENABLE ROW LEVEL SECURITY;
ALTER TABLE registry.enterprise_change FORCE ROW LEVEL SECURITY;
CREATE POLICY enterprise_change_access ON registry.enterprise_change FOR ALL
    USING (platform.is_system() OR registry.may_keep(enterprise_id) OR registry.is_own(enterprise_id));

CREATE TABLE registry.place (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    enterprise_id integer NOT NULL REFERENCES registry.enterprise (id),
    kind smallint NOT NULL CHECK (kind BETWEEN 0 AND 3),
    name text NOT NULL,
    region_code text COLLATE "C" NOT NULL,
    address text NOT NULL DEFAULT '',
    area_square_metres numeric(12, 2) CHECK (area_square_metres > 0),
    capacity integer CHECK (capacity >= 0),
    recorded_by text NOT NULL DEFAULT platform.actor(),
    recorded_at timestamptz NOT NULL,
    ended_at timestamptz
);
CREATE INDEX place_of ON registry.place (enterprise_id);
ALTER TABLE registry.place ENABLE ROW LEVEL SECURITY;
ALTER TABLE registry.place FORCE ROW LEVEL SECURITY;
CREATE POLICY place_access ON registry.place FOR ALL USING (platform.is_system() OR registry.may_keep(enterprise_id) OR registry.is_own(enterprise_id));

-- Who supplies whom with what; both ends and the keepers of the register in their regions see it.
CREATE TABLE registry.supply_link (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    supplier_id integer NOT NULL REFERENCES registry.enterprise (id),
    customer_id integer NOT NULL REFERENCES registry.enterprise (id) CHECK (customer_id <> supplier_id),
    item text NOT NULL,
    since date NOT NULL,
    ended_on date CHECK (ended_on >= since),
    recorded_by text NOT NULL DEFAULT platform.actor(),
    recorded_at timestamptz NOT NULL,
    UNIQUE (supplier_id, customer_id, item, since)
);
CREATE INDEX supply_link_to ON registry.supply_link (customer_id);
ALTER TABLE registry.supply_link ENABLE ROW LEVEL SECURITY;
ALTER TABLE registry.supply_link FORCE ROW LEVEL SECURITY;
CREATE POLICY supply_link_access ON registry.supply_link FOR ALL USING (platform.is_system()
    OR registry.may_keep(supplier_id) OR registry.may_keep(customer_id) OR registry.is_own(supplier_id) OR registry.is_own(customer_id));

-- People to be called; staff see those alone who have agreed and not taken it back.
CREATE TABLE registry.contact (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    enterprise_id integer NOT NULL REFERENCES registry.enterprise (id),
    name text NOT NULL,
    duty text NOT NULL DEFAULT '',
    phone text NOT NULL,
    consented_at timestamptz,
    withdrawn_at timestamptz,
    recorded_at timestamptz NOT NULL
);
CREATE INDEX contact_of ON registry.contact (enterprise_id);
ALTER TABLE registry.contact ENABLE ROW LEVEL SECURITY;
ALTER TABLE registry.contact FORCE ROW LEVEL SECURITY;
CREATE POLICY contact_own ON registry.contact FOR ALL USING (platform.is_system() OR registry.is_own(enterprise_id));
CREATE POLICY contact_staff ON registry.contact FOR SELECT USING (consented_at IS NOT NULL AND withdrawn_at IS NULL AND registry.may_keep(enterprise_id));

-- Two entries that may be one enterprise, for a person to decide; nothing is merged by itself.
CREATE TABLE registry.duplicate_candidate (
    first_id integer NOT NULL REFERENCES registry.enterprise (id),
    second_id integer NOT NULL REFERENCES registry.enterprise (id) CHECK (first_id < second_id),
    -- Likeness of name and address in thousandths.
    likeness smallint NOT NULL CHECK (likeness BETWEEN 0 AND 1000),
    reason text NOT NULL CHECK (reason IN ('same-name', 'like-name', 'same-address')),
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'merged', 'different')),
    batch_id bigint,
    found_at timestamptz NOT NULL,
    decided_by text,
    decided_at timestamptz,
    PRIMARY KEY (first_id, second_id)
);
CREATE INDEX duplicate_candidate_open ON registry.duplicate_candidate (likeness DESC, first_id, second_id) WHERE state = 'open';
ALTER TABLE registry.duplicate_candidate ENABLE ROW LEVEL SECURITY;
ALTER TABLE registry.duplicate_candidate FORCE ROW LEVEL SECURITY;
CREATE POLICY duplicate_candidate_access ON registry.duplicate_candidate FOR ALL USING (platform.is_system() OR registry.may_keep(first_id));
