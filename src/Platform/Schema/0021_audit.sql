-- What was done and what was looked at. Each row carries the hash of the one before, so that a change anywhere shows.
CREATE TABLE platform.audit_entry (
    sequence bigint PRIMARY KEY,
    at timestamptz NOT NULL,
    actor text NOT NULL,
    action text NOT NULL,
    subject text NOT NULL,
    details text NOT NULL,
    previous_hash text NOT NULL,
    hash text NOT NULL
);
ALTER TABLE platform.audit_entry ENABLE ROW LEVEL SECURITY;
ALTER TABLE platform.audit_entry FORCE ROW LEVEL SECURITY;
-- Reading the last row is part of writing the next; ordinary readers need the permission.
CREATE POLICY audit_read ON platform.audit_entry FOR SELECT USING (platform.may('audit.read') OR current_setting('rongtong.audit_append', true) = 'yes');
CREATE POLICY audit_append ON platform.audit_entry FOR INSERT WITH CHECK (actor = platform.actor() OR platform.is_system());

CREATE FUNCTION platform.refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS
'BEGIN RAISE EXCEPTION ''The audit record is append-only.''; END';
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON platform.audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_audit_change();

-- How many rows there must be and what the last one's hash is: removal of the newest rows shows by it.
CREATE TABLE platform.audit_head (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    sequence bigint NOT NULL,
    hash text NOT NULL
);
INSERT INTO platform.audit_head (sequence, hash) VALUES (0, '');
ALTER TABLE platform.audit_head ENABLE ROW LEVEL SECURITY;
ALTER TABLE platform.audit_head FORCE ROW LEVEL SECURITY;
CREATE POLICY audit_head_append ON platform.audit_head FOR ALL USING (platform.is_system() OR current_setting('rongtong.audit_append', true) = 'yes');
