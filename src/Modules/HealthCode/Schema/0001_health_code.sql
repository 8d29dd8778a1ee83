-- A resident. Who it is stands encrypted; finding one goes by the keyed hash of the document alone. No policy lets staff read this table: what they
-- need of one person they get by a use case that names its purpose, and the person sees that they did.
CREATE TABLE health_code.person (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    region_code text NOT NULL,
    document_hash bytea NOT NULL UNIQUE,
    document bytea NOT NULL,
    name bytea NOT NULL,
    phone bytea,
    phone_hash bytea,
    -- Signed in by a relative or a grid worker, with the consent recorded: a child, a parent without a phone.
    delegate_id bigint,
    is_demo boolean NOT NULL DEFAULT false,
    stamp uuid NOT NULL DEFAULT gen_random_uuid(),
    created_at timestamptz NOT NULL
);
CREATE INDEX person_phone ON health_code.person (phone_hash);
CREATE INDEX person_delegate ON health_code.person (delegate_id) WHERE delegate_id IS NOT NULL;
ALTER TABLE health_code.person ENABLE ROW LEVEL SECURITY;
ALTER TABLE health_code.person FORCE ROW LEVEL SECURITY;
CREATE POLICY person_own ON health_code.person FOR ALL USING (platform.is_system() OR platform.actor() = 'person:' || id::text OR platform.actor() = 'person:' || delegate_id::text);

-- True for the person, for the one who acts for the person, and for the product.
CREATE FUNCTION health_code.is_mine(whose bigint) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN platform.is_system() OR platform.actor() = 'person:' || whose::text
    OR (platform.actor_kind() = 'person' AND EXISTS (SELECT FROM health_code.person p WHERE p.id = whose AND platform.actor() = 'person:' || p.delegate_id::text));

-- Facts brought together, as a list of a laboratory or of contacts. Restrictive ones count only once a second organisation has approved them.
CREATE TABLE health_code.fact_batch (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL,
    region_code text NOT NULL,
    reason text NOT NULL,
    evidence text NOT NULL,
    is_restrictive boolean NOT NULL,
    people integer NOT NULL,
    organisation text NOT NULL,
    author text NOT NULL,
    proposed_at timestamptz NOT NULL,
    approved_organisation text,
    approver text,
    approved_at timestamptz NOT NULL DEFAULT 'infinity',
    withdrawn_by text,
    withdrawn_at timestamptz NOT NULL DEFAULT 'infinity',
    import_batch_id bigint,
    CHECK (approver IS NULL OR (approver <> author AND approved_organisation <> organisation))
);
ALTER TABLE health_code.fact_batch ENABLE ROW LEVEL SECURITY;
ALTER TABLE health_code.fact_batch FORCE ROW LEVEL SECURITY;
CREATE POLICY fact_batch_staff ON health_code.fact_batch FOR ALL USING (platform.is_system() OR (platform.may('health.record') AND platform.region_in_scope(region_code)));

-- What is held of a person, in the days it is about (valid) and the instants it was known (recorded, withdrawn). Never changed, only withdrawn.
CREATE TABLE health_code.fact (
    person_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    kind text NOT NULL,
    from_day date NOT NULL,
    to_day date NOT NULL,
    region_code text NOT NULL DEFAULT '',
    detail jsonb NOT NULL DEFAULT '{}',
    source text NOT NULL,
    evidence text NOT NULL DEFAULT '',
    author text NOT NULL,
    organisation text NOT NULL,
    batch_id bigint,
    confidence real NOT NULL DEFAULT 1 CHECK (confidence BETWEEN 0 AND 1),
    expires_on date NOT NULL,
    recorded_at timestamptz NOT NULL,
    withdrawn_at timestamptz NOT NULL DEFAULT 'infinity',
    withdrawn_by text,
    PRIMARY KEY (person_id, id),
    CHECK (from_day <= to_day)
);
CREATE INDEX fact_batch_member ON health_code.fact (batch_id) WHERE batch_id IS NOT NULL;
CREATE INDEX fact_expiry ON health_code.fact (expires_on);
ALTER TABLE health_code.fact ENABLE ROW LEVEL SECURITY;
ALTER TABLE health_code.fact FORCE ROW LEVEL SECURITY;
CREATE POLICY fact_own ON health_code.fact FOR ALL USING (health_code.is_mine(person_id));

-- The daily check-in, the one fact that a whole city makes every morning: narrow, one a day counts, the last.
CREATE TABLE health_code.check_in (
    person_id bigint NOT NULL,
    day date NOT NULL,
    temperature smallint NOT NULL,
    symptoms smallint NOT NULL,
    channel text NOT NULL,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (person_id, day, recorded_at)
);
COMMENT ON COLUMN health_code.check_in.temperature IS 'tenths of a degree Celsius';
COMMENT ON COLUMN health_code.check_in.symptoms IS 'bits of Symptoms';
ALTER TABLE health_code.check_in ENABLE ROW LEVEL SECURITY;
ALTER TABLE health_code.check_in FORCE ROW LEVEL SECURITY;
CREATE POLICY check_in_own ON health_code.check_in FOR ALL USING (health_code.is_mine(person_id));

-- An appeal against one fact. At due_at an undecided one takes the fact's effect away.
CREATE TABLE health_code.appeal (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id bigint NOT NULL,
    fact_id bigint NOT NULL,
    region_code text NOT NULL,
    statement text NOT NULL,
    filed_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    decided_at timestamptz NOT NULL DEFAULT 'infinity',
    is_upheld boolean,
    decider text,
    decider_organisation text,
    ground text,
    UNIQUE (person_id, fact_id, filed_at)
);
CREATE INDEX appeal_open ON health_code.appeal (due_at) WHERE is_upheld IS NULL;
ALTER TABLE health_code.appeal ENABLE ROW LEVEL SECURITY;
ALTER TABLE health_code.appeal FORCE ROW LEVEL SECURITY;
CREATE POLICY appeal_own ON health_code.appeal FOR ALL USING (health_code.is_mine(person_id) OR (platform.may('health.appeal') AND platform.region_in_scope(region_code)));

-- Who looked at a person's data, for which of the closed list of purposes: the person reads it.
CREATE TABLE health_code.look (
    person_id bigint NOT NULL,
    at timestamptz NOT NULL,
    actor text NOT NULL,
    organisation text NOT NULL,
    purpose text NOT NULL,
    reason text NOT NULL,
    PRIMARY KEY (person_id, at, actor, purpose)
);
ALTER TABLE health_code.look ENABLE ROW LEVEL SECURITY;
ALTER TABLE health_code.look FORCE ROW LEVEL SECURITY;
CREATE POLICY look_own ON health_code.look FOR ALL USING (health_code.is_mine(person_id));

-- Versions of the colour rules. The shipped one has no row; an edited one is proposed by one person and approved by another.
CREATE TABLE health_code.rule_version (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    document text NOT NULL,
    effective_from date NOT NULL,
    reason text NOT NULL,
    dry_run jsonb NOT NULL,
    proposer text NOT NULL,
    proposed_at timestamptz NOT NULL,
    approver text,
    approved_at timestamptz NOT NULL DEFAULT 'infinity',
    CHECK (approver IS NULL OR approver <> proposer)
);
COMMENT ON TABLE health_code.rule_version IS 'public: the rules that decide colours are there for everybody to read';
ALTER TABLE health_code.rule_version ENABLE ROW LEVEL SECURITY;
ALTER TABLE health_code.rule_version FORCE ROW LEVEL SECURITY;
CREATE POLICY rule_version_read ON health_code.rule_version FOR SELECT USING (true);
CREATE POLICY rule_version_write ON health_code.rule_version FOR ALL USING (platform.may('health.rules'));

-- What follows from the facts, kept so that a host knows a million colours within seconds of its start. May be emptied at any time.
CREATE TABLE health_code.colour (
    person_id bigint PRIMARY KEY,
    colour smallint NOT NULL,
    changes_on date NOT NULL
);
ALTER TABLE health_code.colour ENABLE ROW LEVEL SECURITY;
ALTER TABLE health_code.colour FORCE ROW LEVEL SECURITY;
CREATE POLICY colour_own ON health_code.colour FOR ALL USING (health_code.is_mine(person_id));

-- Keys that sign passes, and other secrets of the module; protected by the key ring of the platform.
CREATE TABLE health_code.secret (
    name text PRIMARY KEY,
    protected bytea NOT NULL,
    public_part bytea,
    not_before timestamptz NOT NULL,
    not_after timestamptz NOT NULL
);
ALTER TABLE health_code.secret ENABLE ROW LEVEL SECURITY;
ALTER TABLE health_code.secret FORCE ROW LEVEL SECURITY;
CREATE POLICY secret_system ON health_code.secret FOR ALL USING (platform.is_system());

-- Passes that live longer than minutes (paper cards): they can be revoked one by one.
CREATE TABLE health_code.card (
    pass_id uuid PRIMARY KEY,
    person_id bigint NOT NULL,
    issued_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz NOT NULL DEFAULT 'infinity'
);
CREATE INDEX card_person ON health_code.card (person_id);
ALTER TABLE health_code.card ENABLE ROW LEVEL SECURITY;
ALTER TABLE health_code.card FORCE ROW LEVEL SECURITY;
CREATE POLICY card_own ON health_code.card FOR ALL USING (health_code.is_mine(person_id));

-- Codes sent to phones for signing in, and every other message: what a gateway has taken or will take.
CREATE TABLE health_code.sms (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    phone bytea NOT NULL,
    phone_hash bytea NOT NULL,
    text bytea NOT NULL,
    created_at timestamptz NOT NULL,
    sent_at timestamptz,
    attempts integer NOT NULL DEFAULT 0
);
CREATE INDEX sms_waiting ON health_code.sms (id) WHERE sent_at IS NULL;
ALTER TABLE health_code.sms ENABLE ROW LEVEL SECURITY;
ALTER TABLE health_code.sms FORCE ROW LEVEL SECURITY;
CREATE POLICY sms_system ON health_code.sms FOR ALL USING (platform.is_system());

CREATE TABLE health_code.sign_in_code (
    phone_hash bytea NOT NULL,
    code_sha256 bytea NOT NULL,
    document_hash bytea NOT NULL,
    created_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    used_at timestamptz,
    PRIMARY KEY (phone_hash, created_at)
);
ALTER TABLE health_code.sign_in_code ENABLE ROW LEVEL SECURITY;
ALTER TABLE health_code.sign_in_code FORCE ROW LEVEL SECURITY;
CREATE POLICY sign_in_code_system ON health_code.sign_in_code FOR ALL USING (platform.is_system());

-- What was deleted because its time was over: counts, never contents.
CREATE TABLE health_code.deletion_receipt (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    what text NOT NULL,
    expired_before date NOT NULL,
    rows_deleted bigint NOT NULL,
    deleted_at timestamptz NOT NULL
);
COMMENT ON TABLE health_code.deletion_receipt IS 'public: that data were deleted in time is there for everybody to check';
ALTER TABLE health_code.deletion_receipt ENABLE ROW LEVEL SECURITY;
ALTER TABLE health_code.deletion_receipt FORCE ROW LEVEL SECURITY;
CREATE POLICY deletion_receipt_read ON health_code.deletion_receipt FOR SELECT USING (true);
CREATE POLICY deletion_receipt_write ON health_code.deletion_receipt FOR INSERT WITH CHECK (platform.is_system());
