-- What a good cost before the emergency: the last real transaction on or before a day, for a county, a city, a province or the country.
CREATE TABLE supplies.price_reference (
    region_code text NOT NULL,
    item text NOT NULL,
    on_day date NOT NULL,
    source text NOT NULL,
    price_fen bigint NOT NULL CHECK (price_fen > 0),
    purchase_fen bigint CHECK (purchase_fen > 0),
    batch_id bigint,
    PRIMARY KEY (item, region_code, on_day, source)
);
COMMENT ON TABLE supplies.price_reference IS 'public: the price a shop is measured against is for everybody to see';
COMMENT ON COLUMN supplies.price_reference.price_fen IS 'fen (hundredths of a yuan) per unit of the good';
COMMENT ON COLUMN supplies.price_reference.purchase_fen IS 'what sellers paid for it then, fen per unit; null where nobody knows';
ALTER TABLE supplies.price_reference ENABLE ROW LEVEL SECURITY;
ALTER TABLE supplies.price_reference FORCE ROW LEVEL SECURITY;
CREATE POLICY price_reference_read ON supplies.price_reference FOR SELECT USING (true);
CREATE POLICY price_reference_write ON supplies.price_reference FOR ALL USING (platform.may('supplies.market') AND platform.region_in_scope(region_code));

-- One price of one good in one shop, as somebody saw it. Never changed. Whoever sent it has no name here, only a hash that is worthless once its day's salt is gone.
CREATE TABLE supplies.price_report (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    number text NOT NULL UNIQUE,
    item text NOT NULL,
    region_code text NOT NULL,
    shop_key text NOT NULL,
    shop_name text NOT NULL,
    shop_organisation text NOT NULL DEFAULT '',
    reporter text NOT NULL CHECK (reporter IN ('citizen', 'shop', 'monitor')),
    reporter_hash bytea,
    price_fen bigint NOT NULL CHECK (price_fen > 0),
    purchase_fen bigint CHECK (purchase_fen > 0),
    stock bigint CHECK (stock >= 0),
    monthly_sales bigint CHECK (monthly_sales >= 0),
    seen_on date NOT NULL,
    note text NOT NULL DEFAULT '',
    verdict text NOT NULL CHECK (verdict IN ('none', 'asked', 'notice', 'hoarding', 'gouging')),
    case_id bigint,
    batch_id bigint,
    recorded_at timestamptz NOT NULL
);
CREATE INDEX price_report_cell ON supplies.price_report (item, seen_on, region_code);
CREATE INDEX price_report_case ON supplies.price_report (case_id) WHERE case_id IS NOT NULL;
CREATE INDEX price_report_reporter ON supplies.price_report (reporter_hash, recorded_at) WHERE reporter_hash IS NOT NULL;
ALTER TABLE supplies.price_report ENABLE ROW LEVEL SECURITY;
ALTER TABLE supplies.price_report FORCE ROW LEVEL SECURITY;
CREATE POLICY price_report_read ON supplies.price_report FOR ALL USING (platform.is_system()
    OR (platform.may('supplies.market') AND platform.region_in_scope(region_code))
    OR (platform.may('supplies.own') AND platform.organisation() <> '' AND shop_organisation = platform.organisation()));

CREATE TABLE supplies.price_receipt (
    report_id bigint PRIMARY KEY,
    region_code text NOT NULL,
    media_type text NOT NULL CHECK (media_type IN ('image/jpeg', 'image/png')),
    bytes bytea NOT NULL
);
ALTER TABLE supplies.price_receipt ENABLE ROW LEVEL SECURITY;
ALTER TABLE supplies.price_receipt FORCE ROW LEVEL SECURITY;
CREATE POLICY price_receipt_read ON supplies.price_receipt FOR ALL USING (platform.is_system() OR (platform.may('supplies.market') AND platform.region_in_scope(region_code)));

-- All reports of one shop and one good are one case.
CREATE TABLE supplies.price_case (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    region_code text NOT NULL,
    item text NOT NULL,
    shop_key text NOT NULL,
    shop_name text NOT NULL,
    opened_at timestamptz NOT NULL,
    is_open boolean NOT NULL DEFAULT true,
    outcome text NOT NULL DEFAULT '',
    UNIQUE (region_code, item, shop_key)
);
ALTER TABLE supplies.price_case ENABLE ROW LEVEL SECURITY;
ALTER TABLE supplies.price_case FORCE ROW LEVEL SECURITY;
CREATE POLICY price_case_read ON supplies.price_case FOR ALL USING (platform.is_system() OR (platform.may('supplies.market') AND platform.region_in_scope(region_code)));

-- Salts of the reporters' hashes, one a day, thrown away after a week: until then one sender of many reports is seen to be one.
CREATE TABLE supplies.price_salt (
    day date PRIMARY KEY,
    salt bytea NOT NULL
);
ALTER TABLE supplies.price_salt ENABLE ROW LEVEL SECURITY;
ALTER TABLE supplies.price_salt FORCE ROW LEVEL SECURITY;
CREATE POLICY price_salt_system ON supplies.price_salt FOR ALL USING (platform.is_system());

-- What is published: a region, a good, a day. Quartiles are null while fewer shops were reported than one false report could move.
CREATE TABLE supplies.price_day (
    region_code text NOT NULL,
    item text NOT NULL,
    day date NOT NULL,
    shops integer NOT NULL,
    reports integer NOT NULL,
    q1_fen bigint,
    median_fen bigint,
    q3_fen bigint,
    reference_fen bigint,
    PRIMARY KEY (item, region_code, day)
);
COMMENT ON TABLE supplies.price_day IS 'public: figures without shops, made to be published';
ALTER TABLE supplies.price_day ENABLE ROW LEVEL SECURITY;
ALTER TABLE supplies.price_day FORCE ROW LEVEL SECURITY;
CREATE POLICY price_day_read ON supplies.price_day FOR SELECT USING (true);
CREATE POLICY price_day_write ON supplies.price_day FOR ALL USING (platform.is_system());
