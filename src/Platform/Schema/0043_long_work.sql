-- Work that outlasts a page: how far it is, and where its result stands. One row for each piece of work, kept some days.
CREATE TABLE platform.long_work (
    id uuid PRIMARY KEY,
    actor text NOT NULL,
    title_key text NOT NULL,
    subject text NOT NULL,
    back text NOT NULL,
    started_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    done bigint NOT NULL DEFAULT 0,
    total bigint NOT NULL DEFAULT 0,
    href text,
    toast_key text,
    has_failed boolean NOT NULL DEFAULT false
);
ALTER TABLE platform.long_work ENABLE ROW LEVEL SECURITY;
ALTER TABLE platform.long_work FORCE ROW LEVEL SECURITY;
CREATE POLICY long_work_own ON platform.long_work FOR ALL USING (platform.is_system() OR actor = platform.actor());
