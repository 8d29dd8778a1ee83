-- One row per region, day and version. The values are cumulative, as authorities publish them; null is "not reported", never zero.
-- Bitemporal: day is when it was true, [known_from, known_until) when this system held it for true. Rows are closed, never changed or deleted.
CREATE TABLE outbreak.case_count (
    region_code text NOT NULL,
    day date NOT NULL,
    confirmed integer CHECK (confirmed >= 0),
    suspected integer CHECK (suspected >= 0),
    cured integer CHECK (cured >= 0),
    dead integer CHECK (dead >= 0),
    imported integer CHECK (imported >= 0),
    known_from timestamptz NOT NULL,
    known_until timestamptz NOT NULL DEFAULT 'infinity',
    batch_id bigint NOT NULL,
    PRIMARY KEY (region_code, day, known_from),
    CHECK (known_from < known_until)
);
CREATE UNIQUE INDEX case_count_current ON outbreak.case_count (region_code, day) WHERE known_until = 'infinity';
CREATE INDEX case_count_batch ON outbreak.case_count (batch_id);

-- Up to which day the figures are public. Append-only: the latest row counts.
CREATE TABLE outbreak.publication (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    through date,
    decided_by text NOT NULL,
    decided_at timestamptz NOT NULL
);
COMMENT ON TABLE outbreak.publication IS 'public: up to which day figures are published is itself public';
ALTER TABLE outbreak.publication ENABLE ROW LEVEL SECURITY;
ALTER TABLE outbreak.publication FORCE ROW LEVEL SECURITY;
CREATE POLICY publication_read ON outbreak.publication FOR SELECT USING (true);
CREATE POLICY publication_write ON outbreak.publication FOR INSERT WITH CHECK (platform.is_system() OR platform.actor_kind() IN ('account', 'machine'));

CREATE FUNCTION outbreak.published_through() RETURNS date LANGUAGE sql STABLE
RETURN coalesce((SELECT through FROM outbreak.publication ORDER BY id DESC LIMIT 1), '-infinity'::date);

ALTER TABLE outbreak.case_count ENABLE ROW LEVEL SECURITY;
ALTER TABLE outbreak.case_count FORCE ROW LEVEL SECURITY;
-- The sub-selects make each setting and the publication day be looked up once per statement instead of once per row.
CREATE POLICY case_count_read ON outbreak.case_count FOR SELECT
    USING (platform.region_in_scope(region_code) OR day <= (SELECT outbreak.published_through()));
CREATE POLICY case_count_insert ON outbreak.case_count FOR INSERT WITH CHECK (platform.region_in_scope(region_code));
CREATE POLICY case_count_close ON outbreak.case_count FOR UPDATE USING (platform.region_in_scope(region_code));

-- What investigators found out about clusters: the one fact of the tier rule that counts alone cannot give.
CREATE TABLE outbreak.cluster_finding (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    region_code text NOT NULL,
    from_day date NOT NULL,
    to_day date NOT NULL,
    is_cluster boolean NOT NULL,
    evidence text NOT NULL CHECK (length(evidence) BETWEEN 1 AND 2000),
    author text NOT NULL,
    known_from timestamptz NOT NULL,
    known_until timestamptz NOT NULL DEFAULT 'infinity',
    CHECK (from_day <= to_day)
);
CREATE INDEX cluster_finding_region ON outbreak.cluster_finding (region_code, from_day);
ALTER TABLE outbreak.cluster_finding ENABLE ROW LEVEL SECURITY;
ALTER TABLE outbreak.cluster_finding FORCE ROW LEVEL SECURITY;
CREATE POLICY cluster_finding_scope ON outbreak.cluster_finding FOR ALL USING (platform.region_in_scope(region_code));

-- Tiers as computed from the facts above by a dated rule: a cache with history, rebuilt from facts at any time. Public once published.
CREATE TABLE outbreak.tier_period (
    region_code text NOT NULL,
    from_day date NOT NULL,
    to_day date NOT NULL,
    tier text NOT NULL CHECK (tier IN ('low', 'medium', 'high', 'undetermined')),
    is_provisional boolean NOT NULL,
    rule_version text NOT NULL,
    known_from timestamptz NOT NULL,
    known_until timestamptz NOT NULL DEFAULT 'infinity',
    PRIMARY KEY (region_code, from_day, known_from),
    CHECK (from_day <= to_day)
);
CREATE INDEX tier_period_current ON outbreak.tier_period (region_code, from_day) WHERE known_until = 'infinity';
ALTER TABLE outbreak.tier_period ENABLE ROW LEVEL SECURITY;
ALTER TABLE outbreak.tier_period FORCE ROW LEVEL SECURITY;
CREATE POLICY tier_period_read ON outbreak.tier_period FOR SELECT
    USING (platform.region_in_scope(region_code) OR from_day <= (SELECT outbreak.published_through()));
CREATE POLICY tier_period_write ON outbreak.tier_period FOR INSERT WITH CHECK (platform.is_system());
CREATE POLICY tier_period_close ON outbreak.tier_period FOR UPDATE USING (platform.is_system());

-- Signals of the early-warning methods. A signal is what a method said on a day; what people did about it are the steps.
CREATE TABLE outbreak.signal (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    region_code text NOT NULL,
    day date NOT NULL,
    method text NOT NULL,
    observed double precision NOT NULL,
    bound double precision NOT NULL,
    raised_at timestamptz NOT NULL,
    withdrawn_at timestamptz,
    UNIQUE (region_code, day, method)
);
CREATE INDEX signal_day ON outbreak.signal (day DESC, id DESC);
ALTER TABLE outbreak.signal ENABLE ROW LEVEL SECURITY;
ALTER TABLE outbreak.signal FORCE ROW LEVEL SECURITY;
CREATE POLICY signal_read ON outbreak.signal FOR SELECT USING (platform.region_in_scope(region_code));
CREATE POLICY signal_write ON outbreak.signal FOR INSERT WITH CHECK (platform.is_system());
CREATE POLICY signal_withdraw ON outbreak.signal FOR UPDATE USING (platform.is_system());

-- One warning per region groups the signals of a run of days and is what people work on:
--   signal -> verify -> assess -> respond -> closed      (any step may close; a closed warning stays closed, a later signal opens a new one)
CREATE TABLE outbreak.warning (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    region_code text NOT NULL,
    first_day date NOT NULL,
    last_day date NOT NULL,
    stage text NOT NULL DEFAULT 'signal' CHECK (stage IN ('signal', 'verify', 'assess', 'respond', 'closed')),
    owner text,
    due_at timestamptz,
    version integer NOT NULL DEFAULT 1,
    opened_at timestamptz NOT NULL
);
CREATE INDEX warning_open ON outbreak.warning (stage, last_day DESC, id DESC);
CREATE INDEX warning_region ON outbreak.warning (region_code, last_day DESC);
ALTER TABLE outbreak.warning ENABLE ROW LEVEL SECURITY;
ALTER TABLE outbreak.warning FORCE ROW LEVEL SECURITY;
CREATE POLICY warning_scope ON outbreak.warning FOR ALL USING (platform.region_in_scope(region_code));

CREATE TABLE outbreak.warning_step (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    warning_id bigint NOT NULL REFERENCES outbreak.warning (id),
    region_code text NOT NULL,
    stage text NOT NULL,
    author text NOT NULL,
    owner text,
    due_at timestamptz,
    note text NOT NULL CHECK (length(note) <= 4000),
    taken_at timestamptz NOT NULL
);
CREATE INDEX warning_step_warning ON outbreak.warning_step (warning_id, id);
ALTER TABLE outbreak.warning_step ENABLE ROW LEVEL SECURITY;
ALTER TABLE outbreak.warning_step FORCE ROW LEVEL SECURITY;
CREATE POLICY warning_step_read ON outbreak.warning_step FOR SELECT USING (platform.region_in_scope(region_code));
CREATE POLICY warning_step_write ON outbreak.warning_step FOR INSERT WITH CHECK (platform.region_in_scope(region_code));
