-- Public holidays and working weekends of years that the product does not ship: an administrator's entry counts from when it is recorded, the
-- newest of a year wins, and nothing is overwritten.
CREATE TABLE casework.calendar_year (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    year integer NOT NULL CHECK (year BETWEEN 2000 AND 2100),
    days jsonb NOT NULL,
    citation text NOT NULL,
    author text NOT NULL,
    recorded_at timestamptz NOT NULL
);
COMMENT ON TABLE casework.calendar_year IS 'public: the calendar of working days is published by the State Council';
ALTER TABLE casework.calendar_year ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework.calendar_year FORCE ROW LEVEL SECURITY;
CREATE POLICY calendar_year_read ON casework.calendar_year FOR SELECT USING (true);
CREATE POLICY calendar_year_write ON casework.calendar_year FOR INSERT WITH CHECK (platform.may('access.manage'));

-- One row per key a module ever set. set_event and met_event are numbers of the events that said so: the two kinds of event arrive through
-- separate queues, so the row goes by their order and not by that of their arrival. A key that only met_event knows has no due_at yet.
CREATE TABLE casework.deadline (
    key text PRIMARY KEY,
    region_code text NOT NULL,
    title_zh text NOT NULL,
    title_en text NOT NULL,
    link text NOT NULL,
    due_at timestamptz,
    state text NOT NULL CHECK (state IN ('open', 'met', 'passed')),
    set_at timestamptz NOT NULL,
    ended_at timestamptz,
    set_event bigint NOT NULL DEFAULT 0,
    met_event bigint NOT NULL DEFAULT 0,
    CHECK (state <> 'open' OR due_at IS NOT NULL)
);
CREATE INDEX deadline_due ON casework.deadline (due_at) WHERE state = 'open';
ALTER TABLE casework.deadline ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework.deadline FORCE ROW LEVEL SECURITY;
CREATE POLICY deadline_read ON casework.deadline FOR SELECT USING (platform.is_system() OR (platform.may('casework.read') AND platform.region_in_scope(region_code)));
CREATE POLICY deadline_write ON casework.deadline FOR ALL USING (platform.is_system());

-- What happened to deadlines, oldest first: set, moved, met, passed. Rows are only added.
CREATE TABLE casework.deadline_change (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key text NOT NULL,
    region_code text NOT NULL,
    what text NOT NULL CHECK (what IN ('set', 'moved', 'met', 'passed')),
    due_at timestamptz,
    at timestamptz NOT NULL
);
CREATE INDEX deadline_change_key ON casework.deadline_change (key, id);
ALTER TABLE casework.deadline_change ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework.deadline_change FORCE ROW LEVEL SECURITY;
CREATE POLICY deadline_change_read ON casework.deadline_change FOR SELECT USING (platform.is_system() OR (platform.may('casework.read') AND platform.region_in_scope(region_code)));
CREATE POLICY deadline_change_write ON casework.deadline_change FOR INSERT WITH CHECK (platform.is_system());

-- The register's enterprises as this module needs them for lists: derived from the register's events, never edited here.
CREATE TABLE casework.enterprise (
    id integer PRIMARY KEY,
    code text NOT NULL,
    name text NOT NULL,
    region_code text NOT NULL,
    industry text NOT NULL,
    park text NOT NULL
);
CREATE INDEX enterprise_region ON casework.enterprise (region_code text_pattern_ops, park);
ALTER TABLE casework.enterprise ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework.enterprise FORCE ROW LEVEL SECURITY;
CREATE POLICY enterprise_read ON casework.enterprise FOR SELECT USING (platform.is_system() OR (platform.may('casework.read') AND platform.region_in_scope(region_code)));
CREATE POLICY enterprise_write ON casework.enterprise FOR ALL USING (platform.is_system());

-- A case. Every state comes from CaseFlow.Decide: people's sessions may read rows and write none, so there is no other way to set one.
--   enterprise_id_opened  the number at the opening, never changed, so that a merge of enterprises can be taken back
--   is_shared             false for alerts and price findings about an enterprise, which it does not see
--   next_at               what the deadline engine waits for: the answer, the next step of the ladder, or the enterprise's reply
CREATE TABLE casework.case_file (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key text NOT NULL UNIQUE,
    category text NOT NULL,
    urgency text NOT NULL CHECK (urgency IN ('normal', 'urgent', 'critical')),
    region_code text NOT NULL,
    enterprise_id_opened integer,
    enterprise_id integer,
    enterprise_code text NOT NULL DEFAULT '',
    enterprise_name text NOT NULL DEFAULT '',
    industry text NOT NULL DEFAULT '',
    title_zh text NOT NULL,
    title_en text NOT NULL,
    detail text NOT NULL,
    link text NOT NULL DEFAULT '',
    is_shared boolean NOT NULL,
    answer_days integer NOT NULL,
    stage text NOT NULL CHECK (stage IN ('open', 'accepted', 'asked', 'closed', 'merged')),
    level integer NOT NULL DEFAULT 0 CHECK (level BETWEEN 0 AND 2),
    owner_id text,
    owner_name text NOT NULL DEFAULT '',
    opened_at timestamptz NOT NULL,
    opened_by text NOT NULL,
    opened_by_name text NOT NULL,
    due_at timestamptz NOT NULL,
    next_at timestamptz,
    asked_at timestamptz,
    answered_at timestamptz,
    closed_at timestamptz,
    outcome text CHECK (outcome IN ('solved', 'partly', 'unsolved', 'withdrawn')),
    duplicate_of bigint REFERENCES casework.case_file (id),
    rating integer CHECK (rating BETWEEN 1 AND 5),
    rating_words text NOT NULL DEFAULT '',
    wanted_event bigint NOT NULL DEFAULT 0,
    version integer NOT NULL DEFAULT 1
);
CREATE INDEX case_file_region ON casework.case_file (region_code text_pattern_ops, due_at);
CREATE INDEX case_file_enterprise ON casework.case_file (enterprise_id) WHERE enterprise_id IS NOT NULL;
CREATE INDEX case_file_code ON casework.case_file (enterprise_code) WHERE enterprise_code <> '';
CREATE INDEX case_file_owner ON casework.case_file (owner_id, due_at) WHERE stage IN ('open', 'accepted', 'asked');
CREATE INDEX case_file_duplicates ON casework.case_file (duplicate_of) WHERE duplicate_of IS NOT NULL;
ALTER TABLE casework.case_file ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework.case_file FORCE ROW LEVEL SECURITY;
CREATE POLICY case_file_read ON casework.case_file FOR SELECT USING (platform.is_system()
    OR (platform.may('casework.read') AND platform.region_in_scope(region_code))
    OR (is_shared AND platform.may('casework.own') AND enterprise_code <> '' AND enterprise_code = platform.organisation()));
CREATE POLICY case_file_write ON casework.case_file FOR ALL USING (platform.is_system());

-- What was done, in order; the enterprise sees all of it. Whoever sees the case sees its steps.
CREATE TABLE casework.case_step (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    case_id bigint NOT NULL REFERENCES casework.case_file (id),
    kind text NOT NULL,
    stage text NOT NULL,
    author text NOT NULL,
    author_name text NOT NULL,
    words text NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX case_step_case ON casework.case_step (case_id, id);
ALTER TABLE casework.case_step ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework.case_step FORCE ROW LEVEL SECURITY;
CREATE POLICY case_step_read ON casework.case_step FOR SELECT USING (platform.is_system() OR EXISTS (SELECT FROM casework.case_file c WHERE c.id = case_id));
CREATE POLICY case_step_write ON casework.case_step FOR INSERT WITH CHECK (platform.is_system());

CREATE FUNCTION casework.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%.% keeps a history: rows are added, never changed or removed', TG_TABLE_SCHEMA, TG_TABLE_NAME;
END $$;
CREATE TRIGGER case_step_append_only BEFORE UPDATE OR DELETE ON casework.case_step FOR EACH STATEMENT EXECUTE FUNCTION casework.refuse_change();
CREATE TRIGGER deadline_change_append_only BEFORE UPDATE OR DELETE ON casework.deadline_change FOR EACH STATEMENT EXECUTE FUNCTION casework.refuse_change();

-- Photographs and papers of a case, small enough for the database and so in its backup.
CREATE TABLE casework.case_photo (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    case_id bigint NOT NULL REFERENCES casework.case_file (id),
    media_type text NOT NULL CHECK (media_type IN ('image/jpeg', 'image/png', 'application/pdf')),
    content bytea NOT NULL CHECK (length(content) <= 5242880),
    author text NOT NULL,
    author_name text NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX case_photo_case ON casework.case_photo (case_id, id);
ALTER TABLE casework.case_photo ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework.case_photo FORCE ROW LEVEL SECURITY;
CREATE POLICY case_photo_read ON casework.case_photo FOR SELECT USING (platform.is_system() OR EXISTS (SELECT FROM casework.case_file c WHERE c.id = case_id));
CREATE POLICY case_photo_write ON casework.case_photo FOR INSERT WITH CHECK (platform.is_system());

-- "No longer wanted" and "wanted" arrive through separate queues: the one that came early waits here for the other.
CREATE TABLE casework.case_unwanted (
    key text PRIMARY KEY,
    event bigint NOT NULL
);
ALTER TABLE casework.case_unwanted ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework.case_unwanted FORCE ROW LEVEL SECURITY;
CREATE POLICY case_unwanted_system ON casework.case_unwanted FOR ALL USING (platform.is_system());

-- Who looks after which enterprise, from when to when (to_day is the last day; null while it goes on). One officer at a time.
CREATE TABLE casework.assignment (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    enterprise_id integer NOT NULL,
    region_code text NOT NULL,
    officer_id text NOT NULL,
    officer_name text NOT NULL,
    from_day date NOT NULL,
    to_day date,
    author text NOT NULL,
    recorded_at timestamptz NOT NULL,
    CHECK (to_day IS NULL OR to_day >= from_day),
    EXCLUDE USING gist (int4range(enterprise_id, enterprise_id, '[]') WITH &&, daterange(from_day, to_day, '[]') WITH &&)
);
CREATE INDEX assignment_officer ON casework.assignment (officer_id, from_day);
CREATE INDEX assignment_enterprise ON casework.assignment (enterprise_id, from_day);
ALTER TABLE casework.assignment ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework.assignment FORCE ROW LEVEL SECURITY;
CREATE POLICY assignment_officers ON casework.assignment FOR ALL
    USING (platform.is_system() OR (platform.may('casework.read') AND platform.region_in_scope(region_code)))
    WITH CHECK (platform.is_system() OR (platform.may('casework.work') AND platform.region_in_scope(region_code)));

CREATE TABLE casework.visit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    enterprise_id integer NOT NULL,
    region_code text NOT NULL,
    officer_id text NOT NULL,
    officer_name text NOT NULL,
    day date NOT NULL,
    note text NOT NULL,
    recorded_at timestamptz NOT NULL
);
CREATE INDEX visit_enterprise ON casework.visit (enterprise_id, day);
ALTER TABLE casework.visit ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework.visit FORCE ROW LEVEL SECURITY;
CREATE POLICY visit_officers ON casework.visit FOR ALL
    USING (platform.is_system() OR (platform.may('casework.read') AND platform.region_in_scope(region_code)))
    WITH CHECK (platform.is_system() OR (platform.may('casework.work') AND platform.region_in_scope(region_code)));

-- What a visit found; one tap makes a case of it, and only one.
CREATE TABLE casework.finding (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    visit_id bigint NOT NULL REFERENCES casework.visit (id),
    region_code text NOT NULL,
    category text NOT NULL,
    words text NOT NULL,
    case_id bigint REFERENCES casework.case_file (id)
);
CREATE INDEX finding_visit ON casework.finding (visit_id);
ALTER TABLE casework.finding ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework.finding FORCE ROW LEVEL SECURITY;
CREATE POLICY finding_officers ON casework.finding FOR ALL
    USING (platform.is_system() OR (platform.may('casework.read') AND platform.region_in_scope(region_code)))
    WITH CHECK (platform.is_system() OR (platform.may('casework.work') AND platform.region_in_scope(region_code)));

-- The queue of messages to people and enterprises. Address, subject and text are encrypted; event_id keeps an event from being queued twice.
CREATE TABLE casework.message (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id bigint NOT NULL UNIQUE,
    channel text NOT NULL CHECK (channel IN ('sms', 'email')),
    recipient bytea NOT NULL,
    subject bytea NOT NULL,
    body bytea NOT NULL,
    created_at timestamptz NOT NULL,
    next_attempt_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    provider text NOT NULL DEFAULT '',
    sent_at timestamptz,
    given_up_at timestamptz,
    last_error text NOT NULL DEFAULT ''
);
CREATE INDEX message_waiting ON casework.message (id) WHERE sent_at IS NULL AND given_up_at IS NULL;
ALTER TABLE casework.message ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework.message FORCE ROW LEVEL SECURITY;
CREATE POLICY message_system ON casework.message FOR ALL USING (platform.is_system());
