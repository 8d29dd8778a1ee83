-- One row per import. Counts and findings stay after an undo, so that history tells what was believed in between.
CREATE TABLE platform.import_batch (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL,
    file_name text NOT NULL,
    content_sha256 text NOT NULL,
    size_bytes bigint NOT NULL,
    status text NOT NULL DEFAULT 'running' CHECK (status IN ('running', 'done', 'failed', 'undone')),
    actor text NOT NULL,
    started_at timestamptz NOT NULL,
    finished_at timestamptz,
    rows_read bigint NOT NULL DEFAULT 0,
    rows_new bigint NOT NULL DEFAULT 0,
    rows_changed bigint NOT NULL DEFAULT 0,
    rows_unchanged bigint NOT NULL DEFAULT 0,
    rows_rejected bigint NOT NULL DEFAULT 0,
    failure text,
    findings jsonb NOT NULL DEFAULT '[]'
);
ALTER TABLE platform.import_batch ENABLE ROW LEVEL SECURITY;
ALTER TABLE platform.import_batch FORCE ROW LEVEL SECURITY;
CREATE POLICY import_batch_staff ON platform.import_batch FOR ALL USING (platform.is_system() OR platform.actor_kind() IN ('account', 'machine'));

CREATE TABLE platform.import_reject (
    batch_id bigint NOT NULL REFERENCES platform.import_batch (id),
    line bigint NOT NULL,
    position integer NOT NULL,
    column_name text NOT NULL,
    value text NOT NULL,
    text_key text NOT NULL,
    PRIMARY KEY (batch_id, line, position)
);
ALTER TABLE platform.import_reject ENABLE ROW LEVEL SECURITY;
ALTER TABLE platform.import_reject FORCE ROW LEVEL SECURITY;
CREATE POLICY import_reject_staff ON platform.import_reject FOR ALL USING (platform.is_system() OR platform.actor_kind() IN ('account', 'machine'));

-- Header names that an organisation uses, kept under a name for its next file.
CREATE TABLE platform.import_mapping (
    kind text NOT NULL,
    name text NOT NULL,
    header_to_column jsonb NOT NULL,
    saved_by text NOT NULL,
    PRIMARY KEY (kind, name)
);
ALTER TABLE platform.import_mapping ENABLE ROW LEVEL SECURITY;
ALTER TABLE platform.import_mapping FORCE ROW LEVEL SECURITY;
CREATE POLICY import_mapping_staff ON platform.import_mapping FOR ALL USING (platform.is_system() OR platform.actor_kind() IN ('account', 'machine'));
