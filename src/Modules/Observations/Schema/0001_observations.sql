-- Measured facts. Rows are only ever added: a correction is a later row, a withdrawn batch keeps its rows. Everything else here is derived
-- from them and can be counted anew. Layout and sizes: docs/decisions/0010-observations-are-append-only.md.

-- The register's enterprises as the roll-ups group them; counts_as is the kept one after a merge, else the number itself.
CREATE TABLE observations.enterprise_dimension (
    id integer PRIMARY KEY,
    region text NOT NULL,
    section text NOT NULL,
    division smallint NOT NULL,
    size smallint NOT NULL,
    counts_as integer NOT NULL,
    code text NOT NULL,
    name text NOT NULL
);
CREATE INDEX enterprise_dimension_code ON observations.enterprise_dimension (code);
CREATE INDEX enterprise_dimension_counts_as ON observations.enterprise_dimension (counts_as);
ALTER TABLE observations.enterprise_dimension ENABLE ROW LEVEL SECURITY;
ALTER TABLE observations.enterprise_dimension FORCE ROW LEVEL SECURITY;
CREATE POLICY enterprise_dimension_read ON observations.enterprise_dimension FOR SELECT
    USING ((platform.may('observations.read') AND platform.region_in_scope(region)) OR (platform.may('observations.own') AND code = platform.organisation()));
CREATE POLICY enterprise_dimension_system ON observations.enterprise_dimension FOR ALL USING (platform.is_system());

-- Raised with every change of dimensions, meters, baselines: hosts keep these in memory and read them anew when the number moved.
CREATE TABLE observations.revision (is_single boolean PRIMARY KEY DEFAULT true CHECK (is_single), number bigint NOT NULL);
COMMENT ON TABLE observations.revision IS 'no-policy: one counter, no fact';
INSERT INTO observations.revision (number) VALUES (1);

-- What one source says of one quantity of one subject: a meter, an enterprise as a whole ("@" and its code), or a region ("#" and its code).
CREATE TABLE observations.series (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source smallint NOT NULL,
    quantity smallint NOT NULL,
    subject text NOT NULL,
    enterprise_id integer,
    region text,
    UNIQUE (source, quantity, subject)
);
CREATE INDEX series_enterprise ON observations.series (enterprise_id);
ALTER TABLE observations.series ENABLE ROW LEVEL SECURITY;
ALTER TABLE observations.series FORCE ROW LEVEL SECURITY;
CREATE POLICY series_system ON observations.series FOR ALL USING (platform.is_system());

-- One delivery. Of two values of a day the one issued later counts, then the one with the greater key: whatever the order of arrival.
CREATE TABLE observations.batch (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source smallint NOT NULL,
    key text NOT NULL,
    content_sha256 text NOT NULL,
    method text NOT NULL,
    author text NOT NULL,
    issued_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    rows integer NOT NULL,
    answer jsonb NOT NULL,
    import_id bigint,
    withdrawn_at timestamptz,
    UNIQUE (source, key)
);
CREATE INDEX batch_import ON observations.batch (import_id) WHERE import_id IS NOT NULL;
ALTER TABLE observations.batch ENABLE ROW LEVEL SECURITY;
ALTER TABLE observations.batch FORCE ROW LEVEL SECURITY;
CREATE POLICY batch_system ON observations.batch FOR ALL USING (platform.is_system());

-- value in thousandths of the quantity's unit; columns in the order that wastes no byte on alignment.
CREATE TABLE observations.observation (
    value bigint NOT NULL,
    series_id integer NOT NULL,
    batch_id integer NOT NULL,
    day date NOT NULL,
    quality smallint NOT NULL
) PARTITION BY RANGE (day);
CREATE INDEX observation_series ON observations.observation (series_id);
CREATE INDEX observation_day ON observations.observation USING brin (day) WITH (pages_per_range = 32);
ALTER TABLE observations.observation ENABLE ROW LEVEL SECURITY;
ALTER TABLE observations.observation FORCE ROW LEVEL SECURITY;
CREATE POLICY observation_system ON observations.observation FOR ALL USING (platform.is_system());

-- A month's table, made in the caller's transaction and not yet attached: rows copied into it first cost no index maintenance.
CREATE FUNCTION observations.make_month(first date) RETURNS text LANGUAGE plpgsql AS $$
DECLARE name text := 'observation_' || to_char(first, 'YYYYMM');
BEGIN
    EXECUTE format('CREATE TABLE observations.%I (value bigint NOT NULL, series_id integer NOT NULL, batch_id integer NOT NULL, day date NOT NULL, quality smallint NOT NULL, CHECK (day >= %L AND day < %L))',
        name, first, (first + interval '1 month')::date);
    EXECUTE format('COMMENT ON TABLE observations.%I IS %L', name, 'no-policy: read through the parent');
    RETURN name;
END $$;
CREATE FUNCTION observations.attach_month(first date) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE observations.observation ATTACH PARTITION observations.%I FOR VALUES FROM (%L) TO (%L)',
        'observation_' || to_char(first, 'YYYYMM'), first, (first + interval '1 month')::date);
END $$;

-- Days whose roll-ups must be counted anew. Marks are only inserted, each by itself, and deleted by the count that has seen them: a mark that
-- comes while a day is being counted survives it, and the day is counted again.
CREATE TABLE observations.dirty_day (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, day date NOT NULL);
CREATE INDEX dirty_day_day ON observations.dirty_day (day);
COMMENT ON TABLE observations.dirty_day IS 'no-policy: days, no fact';

-- Daily mean of each series over a baseline period: pairs of series (4 bytes) and mean (8 bytes, thousandths), little-endian, by series.
CREATE TABLE observations.baseline (
    first_day date NOT NULL,
    last_day date NOT NULL,
    means bytea NOT NULL,
    PRIMARY KEY (first_day, last_day)
);
ALTER TABLE observations.baseline ALTER COLUMN means SET STORAGE EXTERNAL;
ALTER TABLE observations.baseline ENABLE ROW LEVEL SECURITY;
ALTER TABLE observations.baseline FORCE ROW LEVEL SECURITY;
CREATE POLICY baseline_system ON observations.baseline FOR ALL USING (platform.is_system());

-- All sums of a region and day for a measure. keys[i] = industry * 8 + size; industry 0 is all, 1 to 97 a division, 99 unknown, 101 on a
-- section; size 0 is all. held[i] is true where the figure is kept back because few firms stand behind it, or because others could be read out.
CREATE TABLE observations.rollup (
    measure smallint NOT NULL,
    region text NOT NULL,
    day date NOT NULL,
    keys smallint[] NOT NULL,
    firms integer[] NOT NULL,
    covered integer[] NOT NULL,
    numerator bigint[] NOT NULL,
    denominator bigint[] NOT NULL,
    doubtful integer[] NOT NULL,
    held boolean[] NOT NULL,
    PRIMARY KEY (measure, region, day)
);
CREATE INDEX rollup_day ON observations.rollup (day);
ALTER TABLE observations.rollup ENABLE ROW LEVEL SECURITY;
ALTER TABLE observations.rollup FORCE ROW LEVEL SECURITY;
CREATE POLICY rollup_read ON observations.rollup FOR SELECT USING (platform.may('observations.meters') AND platform.region_in_scope(region));
CREATE POLICY rollup_system ON observations.rollup FOR ALL USING (platform.is_system());

-- When a day was last counted, from how many observations, and what was found in them.
CREATE TABLE observations.counted_day (
    day date PRIMARY KEY,
    counted_at timestamptz NOT NULL,
    observations bigint NOT NULL,
    used bigint NOT NULL,
    findings jsonb NOT NULL
);
COMMENT ON TABLE observations.counted_day IS 'public: when which day was counted, and how many observations were set aside';
ALTER TABLE observations.counted_day ENABLE ROW LEVEL SECURITY;
ALTER TABLE observations.counted_day FORCE ROW LEVEL SECURITY;
CREATE POLICY counted_day_read ON observations.counted_day FOR SELECT USING (true);
CREATE POLICY counted_day_system ON observations.counted_day FOR ALL USING (platform.is_system());

-- Enterprises on the last counted day that have not resumed, or whose sources contradict each other.
CREATE TABLE observations.stuck (
    enterprise_id integer PRIMARY KEY,
    day date NOT NULL,
    region text NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    section text NOT NULL,
    division smallint NOT NULL,
    size smallint NOT NULL,
    share_ppm bigint NOT NULL,
    baseline bigint NOT NULL,
    has_conflict boolean NOT NULL
);
CREATE INDEX stuck_baseline ON observations.stuck (baseline DESC, enterprise_id DESC);
ALTER TABLE observations.stuck ENABLE ROW LEVEL SECURITY;
ALTER TABLE observations.stuck FORCE ROW LEVEL SECURITY;
CREATE POLICY stuck_read ON observations.stuck FOR SELECT USING (platform.may('observations.meters') AND platform.region_in_scope(region));
CREATE POLICY stuck_system ON observations.stuck FOR ALL USING (platform.is_system());

-- Open alerts: what was raised and not yet taken back.
CREATE TABLE observations.alert (
    key text PRIMARY KEY,
    region text NOT NULL,
    kind text NOT NULL,
    measure text NOT NULL,
    day date NOT NULL,
    detail text NOT NULL,
    raised_at timestamptz NOT NULL
);
ALTER TABLE observations.alert ENABLE ROW LEVEL SECURITY;
ALTER TABLE observations.alert FORCE ROW LEVEL SECURITY;
CREATE POLICY alert_read ON observations.alert FOR SELECT USING (platform.may('observations.read') AND platform.region_in_scope(region));
CREATE POLICY alert_system ON observations.alert FOR ALL USING (platform.is_system());
