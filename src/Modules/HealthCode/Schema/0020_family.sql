-- Who acts for whom: a child, a parent without a phone. Asked for by the one, agreed by the other: by a code sent to the other's own telephone, or
-- in person before a community worker who saw both documents. Whether the named document is known here is told to nobody.
CREATE TABLE health_code.delegation (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    delegate_id bigint NOT NULL,
    ward_id bigint,
    ward_document_hash bytea NOT NULL,
    ward_document bytea NOT NULL,
    ward_name bytea NOT NULL,
    delegate_name bytea NOT NULL,
    region_code text NOT NULL,
    relation text NOT NULL CHECK (relation IN ('child', 'parent', 'other')),
    code_sha256 bytea,
    attempts integer NOT NULL DEFAULT 0,
    requested_at timestamptz NOT NULL,
    -- "phone" or "worker": how the other agreed.
    basis text CHECK (basis IN ('phone', 'worker')),
    confirmed_at timestamptz NOT NULL DEFAULT 'infinity',
    confirmed_by text,
    until date,
    ended_at timestamptz NOT NULL DEFAULT 'infinity',
    ended_by text,
    CHECK ((basis IS NULL) = (confirmed_at = 'infinity'))
);
CREATE INDEX delegation_delegate ON health_code.delegation (delegate_id);
CREATE UNIQUE INDEX delegation_in_force ON health_code.delegation (ward_id) WHERE basis IS NOT NULL AND ended_at = 'infinity';
CREATE INDEX delegation_open ON health_code.delegation (region_code) WHERE basis IS NULL AND ended_at = 'infinity';
ALTER TABLE health_code.delegation ENABLE ROW LEVEL SECURITY;
ALTER TABLE health_code.delegation FORCE ROW LEVEL SECURITY;
CREATE POLICY delegation_own ON health_code.delegation FOR ALL USING (platform.is_system() OR platform.actor() = 'person:' || delegate_id::text OR platform.actor() = 'person:' || ward_id::text);
CREATE POLICY delegation_worker ON health_code.delegation FOR SELECT USING (platform.may('health.family') AND platform.region_in_scope(region_code) AND basis IS NULL AND ended_at = 'infinity');

-- Where a resident works, told by herself so that her employer can plan with numbers; and her name in Latin letters, for certificates read abroad.
CREATE TABLE health_code.workplace (
    person_id bigint PRIMARY KEY,
    enterprise_code text NOT NULL,
    -- Where she is while she has not returned; empty once she is there.
    away_region text NOT NULL DEFAULT '',
    told_at timestamptz NOT NULL
);
CREATE INDEX workplace_enterprise ON health_code.workplace (enterprise_code);
ALTER TABLE health_code.workplace ENABLE ROW LEVEL SECURITY;
ALTER TABLE health_code.workplace FORCE ROW LEVEL SECURITY;
CREATE POLICY workplace_own ON health_code.workplace FOR ALL USING (health_code.is_mine(person_id));

CREATE TABLE health_code.latin_name (
    person_id bigint PRIMARY KEY,
    family_name bytea NOT NULL,
    given_name bytea NOT NULL,
    birth_date bytea NOT NULL
);
ALTER TABLE health_code.latin_name ENABLE ROW LEVEL SECURITY;
ALTER TABLE health_code.latin_name FORCE ROW LEVEL SECURITY;
CREATE POLICY latin_name_own ON health_code.latin_name FOR ALL USING (health_code.is_mine(person_id));
