-- The ladder of a county and a day: one deadline for all whose report is awaited, whether three or thirty thousand.
CREATE TABLE resumption.report_round (
    day date NOT NULL,
    region_code text NOT NULL,
    level smallint NOT NULL DEFAULT 0,
    is_open boolean NOT NULL DEFAULT false,
    PRIMARY KEY (day, region_code)
);
COMMENT ON COLUMN resumption.report_round.is_open IS 'true while a report is awaited and the deadline of the level stands';
ALTER TABLE resumption.report_round ENABLE ROW LEVEL SECURITY;
ALTER TABLE resumption.report_round FORCE ROW LEVEL SECURITY;
CREATE POLICY report_round_seen ON resumption.report_round FOR SELECT USING (platform.is_system() OR (platform.may('resumption.read') AND platform.region_in_scope(region_code)));
CREATE POLICY report_round_written ON resumption.report_round FOR ALL USING (platform.is_system());

CREATE INDEX report_due_silent ON resumption.report_due (day, region_code) WHERE reported_at IS NULL;

-- Enterprises whose plan is to be made again, in the order in which the reason came up.
CREATE TABLE resumption.replan (
    enterprise_code text PRIMARY KEY,
    wanted_at timestamptz NOT NULL
);
CREATE INDEX replan_order ON resumption.replan (wanted_at, enterprise_code);
ALTER TABLE resumption.replan ENABLE ROW LEVEL SECURITY;
ALTER TABLE resumption.replan FORCE ROW LEVEL SECURITY;
CREATE POLICY replan_worked ON resumption.replan FOR ALL USING (platform.is_system());
