-- Which codes of the register stand for one enterprise. Rows stay under the code they were written with, so that a merge moves nothing and taking it
-- back leaves no trace; what is read together, and who may read it, goes by this table.
CREATE TABLE resumption.enterprise_number (
    code text PRIMARY KEY,
    kept_id integer,
    kept_code text NOT NULL
);
COMMENT ON TABLE resumption.enterprise_number IS 'public: the register is public, and so is which of its entries were merged';
COMMENT ON COLUMN resumption.enterprise_number.kept_id IS 'null until the register was asked';
CREATE INDEX enterprise_number_kept ON resumption.enterprise_number (kept_code);
CREATE INDEX enterprise_number_kept_id ON resumption.enterprise_number (kept_id);

-- Rows of before this table: the register is asked about them with the first merge.
SELECT set_config('rongtong.actor_kind', 'system', true);
INSERT INTO resumption.enterprise_number (code, kept_code)
SELECT enterprise_code, enterprise_code FROM resumption.opening UNION SELECT enterprise_code, enterprise_code FROM resumption.burden
UNION SELECT enterprise_code, enterprise_code FROM resumption.report_due UNION SELECT enterprise_code, enterprise_code FROM resumption.check_of_measures;
SELECT set_config('rongtong.actor_kind', '', true);

ALTER TABLE resumption.enterprise_number ENABLE ROW LEVEL SECURITY;
ALTER TABLE resumption.enterprise_number FORCE ROW LEVEL SECURITY;
CREATE POLICY enterprise_number_read ON resumption.enterprise_number FOR SELECT USING (true);
CREATE POLICY enterprise_number_written ON resumption.enterprise_number FOR ALL USING (platform.is_system());

-- The code that stands for a code now; itself where nothing is known of a merge.
CREATE FUNCTION resumption.kept_code(whose text) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce((SELECT n.kept_code FROM resumption.enterprise_number n WHERE n.code = whose), whose);

-- All codes that stand for one enterprise, the code itself among them.
CREATE FUNCTION resumption.members(whose text) RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE
RETURN array(SELECT n.code FROM resumption.enterprise_number n WHERE n.kept_code = resumption.kept_code(whose) UNION SELECT resumption.kept_code(whose) UNION SELECT whose);

-- True when the actor acts for the enterprise of the code, under this or another of its codes. The plain comparison comes first: it is nearly always the answer.
CREATE FUNCTION resumption.is_own(whose text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN whose <> '' AND platform.organisation() <> ''
    AND (platform.organisation() = whose OR resumption.kept_code(platform.organisation()) = resumption.kept_code(whose));

CREATE OR REPLACE FUNCTION resumption.may_see(whose text, region_code text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN platform.is_system()
    OR ((platform.may('resumption.read') OR platform.may('resumption.decide')) AND platform.region_in_scope(region_code))
    OR (platform.may('resumption.own') AND resumption.is_own(whose));

DROP POLICY check_of_measures_added ON resumption.check_of_measures;
CREATE POLICY check_of_measures_added ON resumption.check_of_measures FOR INSERT WITH CHECK (platform.is_system()
    OR (is_spot_check AND platform.may('resumption.decide') AND platform.region_in_scope(region_code))
    OR (NOT is_spot_check AND platform.may('resumption.own') AND resumption.is_own(enterprise_code)));
