-- Who may see a row that belongs to an enterprise: the product, officers of its region, and the enterprise itself.
CREATE FUNCTION resumption.may_see(whose text, region_code text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN platform.is_system()
    OR ((platform.may('resumption.read') OR platform.may('resumption.decide')) AND platform.region_in_scope(region_code))
    OR (platform.may('resumption.own') AND whose <> '' AND platform.organisation() = whose);

-- An opening: which way the rule of its day asked for, and where it stands. Steps are never changed, so that everybody reads the same story.
CREATE TABLE resumption.opening (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    enterprise_code text NOT NULL,
    enterprise_id integer NOT NULL,
    enterprise_name text NOT NULL,
    region_code text NOT NULL,
    track text NOT NULL CHECK (track IN ('none', 'notice', 'filing', 'approval')),
    rule_version text NOT NULL,
    rule_row text NOT NULL,
    facts jsonb NOT NULL,
    planned_day date NOT NULL,
    staff integer NOT NULL CHECK (staff >= 0),
    status text NOT NULL CHECK (status IN ('open', 'committed', 'waiting', 'agreed', 'deemed', 'escalated', 'refused', 'withdrawn')),
    filed_at timestamptz NOT NULL,
    due_at timestamptz,
    ended_at timestamptz
);
CREATE UNIQUE INDEX opening_current ON resumption.opening (enterprise_code) WHERE status NOT IN ('refused', 'withdrawn');
CREATE INDEX opening_due ON resumption.opening (due_at) WHERE status IN ('waiting', 'escalated');
ALTER TABLE resumption.opening ENABLE ROW LEVEL SECURITY;
ALTER TABLE resumption.opening FORCE ROW LEVEL SECURITY;
CREATE POLICY opening_seen ON resumption.opening FOR ALL USING (resumption.may_see(enterprise_code, region_code));

-- The offices that answer at the same time, each once.
CREATE TABLE resumption.opening_office (
    opening_id bigint NOT NULL,
    office text NOT NULL,
    enterprise_code text NOT NULL,
    region_code text NOT NULL,
    answer text CHECK (answer IN ('agreed', 'refused')),
    ground text NOT NULL DEFAULT '',
    answered_by text,
    answered_at timestamptz,
    PRIMARY KEY (opening_id, office)
);
ALTER TABLE resumption.opening_office ENABLE ROW LEVEL SECURITY;
ALTER TABLE resumption.opening_office FORCE ROW LEVEL SECURITY;
CREATE POLICY opening_office_seen ON resumption.opening_office FOR SELECT USING (resumption.may_see(enterprise_code, region_code));
CREATE POLICY opening_office_made ON resumption.opening_office FOR INSERT WITH CHECK (platform.is_system());
-- An enterprise reads the answers and can never write one.
CREATE POLICY opening_office_answered ON resumption.opening_office FOR UPDATE USING (platform.is_system() OR (platform.may('resumption.decide') AND platform.region_in_scope(region_code)));

CREATE TABLE resumption.opening_step (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    opening_id bigint NOT NULL,
    enterprise_code text NOT NULL,
    region_code text NOT NULL,
    kind text NOT NULL,
    office text NOT NULL DEFAULT '',
    note text NOT NULL DEFAULT '',
    author text NOT NULL,
    recorded_at timestamptz NOT NULL
);
CREATE INDEX opening_step_of ON resumption.opening_step (opening_id, id);
ALTER TABLE resumption.opening_step ENABLE ROW LEVEL SECURITY;
ALTER TABLE resumption.opening_step FORCE ROW LEVEL SECURITY;
CREATE POLICY opening_step_seen ON resumption.opening_step FOR SELECT USING (resumption.may_see(enterprise_code, region_code));
CREATE POLICY opening_step_added ON resumption.opening_step FOR INSERT WITH CHECK (resumption.may_see(enterprise_code, region_code));

-- Documents of the closed list that were asked for, and the file that answered.
CREATE TABLE resumption.opening_document (
    opening_id bigint NOT NULL,
    document text NOT NULL,
    enterprise_code text NOT NULL,
    region_code text NOT NULL,
    asked_by text NOT NULL,
    asked_at timestamptz NOT NULL,
    attachment_id bigint,
    PRIMARY KEY (opening_id, document)
);
ALTER TABLE resumption.opening_document ENABLE ROW LEVEL SECURITY;
ALTER TABLE resumption.opening_document FORCE ROW LEVEL SECURITY;
CREATE POLICY opening_document_seen ON resumption.opening_document FOR ALL USING (resumption.may_see(enterprise_code, region_code));

-- Photographs and documents. Small by the limit of the upload, so that they are backed up with the rest.
CREATE TABLE resumption.attachment (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    enterprise_code text NOT NULL,
    region_code text NOT NULL,
    name text NOT NULL,
    media_type text NOT NULL,
    content bytea NOT NULL,
    sha256 text NOT NULL,
    recorded_at timestamptz NOT NULL
);
ALTER TABLE resumption.attachment ENABLE ROW LEVEL SECURITY;
ALTER TABLE resumption.attachment FORCE ROW LEVEL SECURITY;
CREATE POLICY attachment_seen ON resumption.attachment FOR SELECT USING (resumption.may_see(enterprise_code, region_code));
CREATE POLICY attachment_added ON resumption.attachment FOR INSERT WITH CHECK (resumption.may_see(enterprise_code, region_code));

-- What a person had to type, per form and submission: the meter of the burden.
CREATE TABLE resumption.burden (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    enterprise_code text NOT NULL,
    region_code text NOT NULL,
    form text NOT NULL,
    week date NOT NULL,
    typed smallint NOT NULL,
    confirmed smallint NOT NULL,
    recorded_at timestamptz NOT NULL
);
COMMENT ON COLUMN resumption.burden.week IS 'Monday of the week, in China';
COMMENT ON COLUMN resumption.burden.typed IS 'fields whose value differs from what the form showed';
CREATE INDEX burden_of ON resumption.burden (enterprise_code, week);
ALTER TABLE resumption.burden ENABLE ROW LEVEL SECURITY;
ALTER TABLE resumption.burden FORCE ROW LEVEL SECURITY;
CREATE POLICY burden_seen ON resumption.burden FOR SELECT USING (resumption.may_see(enterprise_code, region_code));
CREATE POLICY burden_added ON resumption.burden FOR INSERT WITH CHECK (resumption.may_see(enterprise_code, region_code));

-- Forms that an office defined besides the shipped ones; each fact can be asked by one form of the whole product.
CREATE TABLE resumption.form (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    region_code text NOT NULL,
    title text NOT NULL,
    author text NOT NULL,
    organisation text NOT NULL,
    recorded_at timestamptz NOT NULL,
    closed_at timestamptz
);
COMMENT ON TABLE resumption.form IS 'public: everybody may read which office asks what';
ALTER TABLE resumption.form ENABLE ROW LEVEL SECURITY;
ALTER TABLE resumption.form FORCE ROW LEVEL SECURITY;
CREATE POLICY form_read ON resumption.form FOR SELECT USING (true);
CREATE POLICY form_write ON resumption.form FOR INSERT WITH CHECK (platform.is_system() OR (platform.may('resumption.decide') AND platform.region_in_scope(region_code)));
CREATE POLICY form_close ON resumption.form FOR UPDATE USING (platform.is_system() OR (platform.may('resumption.decide') AND platform.region_in_scope(region_code)));

CREATE TABLE resumption.form_question (
    form_id bigint NOT NULL,
    fact text NOT NULL UNIQUE,
    question text NOT NULL,
    PRIMARY KEY (form_id, fact)
);
COMMENT ON TABLE resumption.form_question IS 'public: everybody may read which office asks what';
ALTER TABLE resumption.form_question ENABLE ROW LEVEL SECURITY;
ALTER TABLE resumption.form_question FORCE ROW LEVEL SECURITY;
CREATE POLICY form_question_read ON resumption.form_question FOR SELECT USING (true);
CREATE POLICY form_question_write ON resumption.form_question FOR INSERT WITH CHECK (platform.is_system() OR platform.may('resumption.decide'));

CREATE TABLE resumption.form_answer (
    form_id bigint NOT NULL,
    enterprise_code text NOT NULL,
    region_code text NOT NULL,
    fact text NOT NULL,
    value text NOT NULL,
    author text NOT NULL,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (enterprise_code, fact, recorded_at)
);
ALTER TABLE resumption.form_answer ENABLE ROW LEVEL SECURITY;
ALTER TABLE resumption.form_answer FORCE ROW LEVEL SECURITY;
CREATE POLICY form_answer_seen ON resumption.form_answer FOR SELECT USING (resumption.may_see(enterprise_code, region_code));
CREATE POLICY form_answer_added ON resumption.form_answer FOR INSERT WITH CHECK (resumption.may_see(enterprise_code, region_code));

-- The daily report. A correction is a further version; nothing is overwritten, and no row means that nobody said anything, not zero.
CREATE TABLE resumption.daily_report (
    enterprise_code text NOT NULL,
    day date NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    enterprise_id integer NOT NULL,
    region_code text NOT NULL,
    unwell integer NOT NULL CHECK (unwell >= 0),
    staff_present integer NOT NULL CHECK (staff_present >= unwell),
    is_open boolean NOT NULL,
    reason text NOT NULL DEFAULT '',
    author text NOT NULL,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (enterprise_code, day, version),
    CHECK (version = 1 OR reason <> '')
);
CREATE INDEX daily_report_region ON resumption.daily_report (region_code, day);
ALTER TABLE resumption.daily_report ENABLE ROW LEVEL SECURITY;
ALTER TABLE resumption.daily_report FORCE ROW LEVEL SECURITY;
CREATE POLICY daily_report_seen ON resumption.daily_report FOR SELECT USING (resumption.may_see(enterprise_code, region_code));
CREATE POLICY daily_report_added ON resumption.daily_report FOR INSERT WITH CHECK (resumption.may_see(enterprise_code, region_code));

-- A report that is expected, and how far its absence has climbed.
CREATE TABLE resumption.report_due (
    enterprise_code text NOT NULL,
    day date NOT NULL,
    enterprise_id integer NOT NULL,
    enterprise_name text NOT NULL,
    region_code text NOT NULL,
    level smallint NOT NULL DEFAULT 0,
    reported_at timestamptz,
    PRIMARY KEY (enterprise_code, day)
);
CREATE INDEX report_due_day ON resumption.report_due (day, region_code);
ALTER TABLE resumption.report_due ENABLE ROW LEVEL SECURITY;
ALTER TABLE resumption.report_due FORCE ROW LEVEL SECURITY;
CREATE POLICY report_due_seen ON resumption.report_due FOR ALL USING (resumption.may_see(enterprise_code, region_code));

-- What an enterprise said about the measures, and what an officer found on the spot.
CREATE TABLE resumption.check_of_measures (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    enterprise_code text NOT NULL,
    region_code text NOT NULL,
    is_spot_check boolean NOT NULL,
    list_version text NOT NULL,
    tier text NOT NULL,
    done text[] NOT NULL,
    missing text[] NOT NULL,
    note text NOT NULL DEFAULT '',
    attachments bigint[] NOT NULL DEFAULT '{}',
    author text NOT NULL,
    recorded_at timestamptz NOT NULL
);
CREATE INDEX check_of_measures_of ON resumption.check_of_measures (enterprise_code, id);
ALTER TABLE resumption.check_of_measures ENABLE ROW LEVEL SECURITY;
ALTER TABLE resumption.check_of_measures FORCE ROW LEVEL SECURITY;
CREATE POLICY check_of_measures_seen ON resumption.check_of_measures FOR SELECT USING (resumption.may_see(enterprise_code, region_code));
CREATE POLICY check_of_measures_added ON resumption.check_of_measures FOR INSERT WITH CHECK (platform.is_system()
    OR (is_spot_check AND platform.may('resumption.decide') AND platform.region_in_scope(region_code))
    OR (NOT is_spot_check AND platform.may('resumption.own') AND enterprise_code <> '' AND platform.organisation() = enterprise_code));

-- What the enterprise knows for its plan and nobody else holds.
CREATE TABLE resumption.plan_terms (
    enterprise_code text PRIMARY KEY,
    region_code text NOT NULL,
    terms jsonb NOT NULL,
    author text NOT NULL,
    recorded_at timestamptz NOT NULL
);
ALTER TABLE resumption.plan_terms ENABLE ROW LEVEL SECURITY;
ALTER TABLE resumption.plan_terms FORCE ROW LEVEL SECURITY;
CREATE POLICY plan_terms_seen ON resumption.plan_terms FOR ALL USING (resumption.may_see(enterprise_code, region_code));

-- A computed plan: the input as it was, its hash, the method and the result, as texts, so that a replay can be compared byte by byte.
CREATE TABLE resumption.plan_run (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    enterprise_code text NOT NULL,
    region_code text NOT NULL,
    first_day date NOT NULL,
    reason text NOT NULL,
    method text NOT NULL,
    input text NOT NULL,
    input_sha256 text NOT NULL,
    result text NOT NULL,
    origins text[] NOT NULL,
    author text NOT NULL,
    recorded_at timestamptz NOT NULL
);
CREATE INDEX plan_run_of ON resumption.plan_run (enterprise_code, id DESC);
ALTER TABLE resumption.plan_run ENABLE ROW LEVEL SECURITY;
ALTER TABLE resumption.plan_run FORCE ROW LEVEL SECURITY;
CREATE POLICY plan_run_seen ON resumption.plan_run FOR SELECT USING (resumption.may_see(enterprise_code, region_code));
CREATE POLICY plan_run_added ON resumption.plan_run FOR INSERT WITH CHECK (resumption.may_see(enterprise_code, region_code));

-- Major projects and their milestones.
CREATE TABLE resumption.project (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL UNIQUE,
    name text NOT NULL,
    region_code text NOT NULL,
    enterprise_code text NOT NULL DEFAULT '',
    investment_fen bigint NOT NULL DEFAULT 0 CHECK (investment_fen >= 0),
    batch_id bigint
);
ALTER TABLE resumption.project ENABLE ROW LEVEL SECURITY;
ALTER TABLE resumption.project FORCE ROW LEVEL SECURITY;
CREATE POLICY project_seen ON resumption.project FOR ALL USING (resumption.may_see(enterprise_code, region_code));

CREATE TABLE resumption.milestone (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    project_id bigint NOT NULL,
    region_code text NOT NULL,
    enterprise_code text NOT NULL DEFAULT '',
    name text NOT NULL,
    due_on date NOT NULL,
    done_on date,
    is_late boolean NOT NULL DEFAULT false,
    batch_id bigint,
    UNIQUE (project_id, name)
);
ALTER TABLE resumption.milestone ENABLE ROW LEVEL SECURITY;
ALTER TABLE resumption.milestone FORCE ROW LEVEL SECURITY;
CREATE POLICY milestone_seen ON resumption.milestone FOR ALL USING (resumption.may_see(enterprise_code, region_code));
