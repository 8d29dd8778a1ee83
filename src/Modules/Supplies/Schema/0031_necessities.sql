-- The chains' shops and the markets from which a figure is expected every day: without them, silence could not be told from nothing.
CREATE TABLE supplies.market_outlet (
    code text PRIMARY KEY,
    organisation text NOT NULL,
    name text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('chain', 'market')),
    region_code text NOT NULL,
    is_expected boolean NOT NULL DEFAULT true,
    batch_id bigint
);
CREATE INDEX market_outlet_region ON supplies.market_outlet (region_code);
CREATE INDEX market_outlet_organisation ON supplies.market_outlet (organisation);
ALTER TABLE supplies.market_outlet ENABLE ROW LEVEL SECURITY;
ALTER TABLE supplies.market_outlet FORCE ROW LEVEL SECURITY;
CREATE POLICY market_outlet_read ON supplies.market_outlet FOR SELECT USING (platform.is_system()
    OR (platform.may('supplies.read') AND platform.region_in_scope(region_code))
    OR (platform.may('supplies.own') AND platform.organisation() <> '' AND organisation = platform.organisation()));
CREATE POLICY market_outlet_write ON supplies.market_outlet FOR ALL USING (platform.may('supplies.market') AND platform.region_in_scope(region_code));

-- What an outlet said of a good and a day. A correction is a new row; the last one counts.
CREATE TABLE supplies.necessity_report (
    outlet_code text NOT NULL,
    item text NOT NULL,
    day date NOT NULL,
    recorded_at timestamptz NOT NULL,
    organisation text NOT NULL,
    region_code text NOT NULL,
    stock bigint NOT NULL CHECK (stock >= 0),
    daily_sales bigint NOT NULL CHECK (daily_sales >= 0),
    price_fen bigint CHECK (price_fen > 0),
    author text NOT NULL,
    PRIMARY KEY (item, day, outlet_code, recorded_at)
);
COMMENT ON COLUMN supplies.necessity_report.stock IS 'whole units of the good';
CREATE INDEX necessity_report_outlet ON supplies.necessity_report (outlet_code, day);
ALTER TABLE supplies.necessity_report ENABLE ROW LEVEL SECURITY;
ALTER TABLE supplies.necessity_report FORCE ROW LEVEL SECURITY;
CREATE POLICY necessity_report_read ON supplies.necessity_report FOR ALL USING (platform.is_system()
    OR (platform.may('supplies.read') AND platform.region_in_scope(region_code))
    OR (platform.may('supplies.own') AND platform.organisation() <> '' AND organisation = platform.organisation()));

-- A county, a good, a day, derived. A figure of nobody is null, not nought.
CREATE TABLE supplies.necessity_day (
    region_code text NOT NULL,
    item text NOT NULL,
    day date NOT NULL,
    expected integer NOT NULL,
    reported integer NOT NULL,
    stock bigint,
    daily_sales bigint,
    stock_days numeric,
    median_fen bigint,
    is_low boolean NOT NULL,
    PRIMARY KEY (item, region_code, day)
);
COMMENT ON TABLE supplies.necessity_day IS 'public: sums over outlets, made to be published';
COMMENT ON COLUMN supplies.necessity_day.stock_days IS 'stock over daily sales of the outlets that reported; null where none did or nothing is sold';
ALTER TABLE supplies.necessity_day ENABLE ROW LEVEL SECURITY;
ALTER TABLE supplies.necessity_day FORCE ROW LEVEL SECURITY;
CREATE POLICY necessity_day_read ON supplies.necessity_day FOR SELECT USING (true);
CREATE POLICY necessity_day_write ON supplies.necessity_day FOR ALL USING (platform.is_system());
