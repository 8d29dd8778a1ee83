-- A plan that could not be made again: why, and how often it was tried. The row goes when a plan of the enterprise is made.
CREATE TABLE resumption.plan_failure (
    enterprise_code text PRIMARY KEY,
    region_code text NOT NULL,
    reason text NOT NULL,
    attempts integer NOT NULL CHECK (attempts > 0),
    failed_at timestamptz NOT NULL
);
ALTER TABLE resumption.plan_failure ENABLE ROW LEVEL SECURITY;
ALTER TABLE resumption.plan_failure FORCE ROW LEVEL SECURITY;
CREATE POLICY plan_failure_seen ON resumption.plan_failure FOR SELECT USING (resumption.may_see(enterprise_code, region_code));
CREATE POLICY plan_failure_written ON resumption.plan_failure FOR ALL USING (platform.is_system());
