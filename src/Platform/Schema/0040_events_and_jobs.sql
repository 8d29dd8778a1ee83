-- Events of modules, written in the transaction that makes them true. Identity numbers are handed out before their transactions commit, so a
-- reader goes by (transaction, id) and only up to the oldest transaction still open: nothing that commits late is passed over.
CREATE TABLE platform.outbox_event (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    transaction xid8 NOT NULL DEFAULT pg_current_xact_id(),
    kind text NOT NULL,
    subject text NOT NULL,
    payload jsonb NOT NULL,
    recorded_at timestamptz NOT NULL
);
CREATE INDEX outbox_event_order ON platform.outbox_event (kind, transaction, id);
ALTER TABLE platform.outbox_event ENABLE ROW LEVEL SECURITY;
ALTER TABLE platform.outbox_event FORCE ROW LEVEL SECURITY;
CREATE POLICY outbox_event_system ON platform.outbox_event FOR ALL USING (platform.is_system());
CREATE POLICY outbox_event_write ON platform.outbox_event FOR INSERT WITH CHECK (platform.actor_kind() <> 'none');

-- How far each handler has come. The row is locked while an event is handled, by one host at a time, and moves with the handler's own work.
CREATE TABLE platform.outbox_cursor (
    handler text PRIMARY KEY,
    kind text NOT NULL,
    transaction xid8 NOT NULL DEFAULT '0',
    event_id bigint NOT NULL DEFAULT 0,
    failures integer NOT NULL DEFAULT 0,
    retry_at timestamptz NOT NULL DEFAULT '-infinity',
    last_error text
);
ALTER TABLE platform.outbox_cursor ENABLE ROW LEVEL SECURITY;
ALTER TABLE platform.outbox_cursor FORCE ROW LEVEL SECURITY;
CREATE POLICY outbox_cursor_system ON platform.outbox_cursor FOR ALL USING (platform.is_system());

-- Events that a handler could not take after several attempts: put aside so that later ones go on, kept until somebody sends them again.
CREATE TABLE platform.outbox_parked (
    handler text NOT NULL,
    event_id bigint NOT NULL,
    kind text NOT NULL,
    subject text NOT NULL,
    payload jsonb NOT NULL,
    recorded_at timestamptz NOT NULL,
    error text NOT NULL,
    parked_at timestamptz NOT NULL,
    PRIMARY KEY (handler, event_id)
);
ALTER TABLE platform.outbox_parked ENABLE ROW LEVEL SECURITY;
ALTER TABLE platform.outbox_parked FORCE ROW LEVEL SECURITY;
CREATE POLICY outbox_parked_system ON platform.outbox_parked FOR ALL USING (platform.is_system());

-- Work that comes back. Whoever holds the row's lock runs it; a host that dies gives the lock up and the job is due again.
CREATE TABLE platform.job (
    name text PRIMARY KEY,
    due_at timestamptz NOT NULL,
    last_started_at timestamptz,
    last_finished_at timestamptz,
    last_error text,
    runs bigint NOT NULL DEFAULT 0
);
ALTER TABLE platform.job ENABLE ROW LEVEL SECURITY;
ALTER TABLE platform.job FORCE ROW LEVEL SECURITY;
CREATE POLICY job_system ON platform.job FOR ALL USING (platform.is_system());

-- Answers to writes that carried an Idempotency-Key, so that a repeated request is answered and not done twice.
CREATE TABLE platform.idempotency_key (
    actor text NOT NULL,
    key text NOT NULL,
    request_sha256 text NOT NULL,
    status integer,
    content_type text,
    body bytea,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (actor, key)
);
ALTER TABLE platform.idempotency_key ENABLE ROW LEVEL SECURITY;
ALTER TABLE platform.idempotency_key FORCE ROW LEVEL SECURITY;
CREATE POLICY idempotency_key_own ON platform.idempotency_key FOR ALL USING (platform.is_system() OR actor = platform.actor());

-- A person's own choices of filter and order of a table, under a name.
CREATE TABLE platform.saved_view (
    account text NOT NULL,
    table_name text NOT NULL,
    name text NOT NULL,
    query text NOT NULL,
    PRIMARY KEY (account, table_name, name)
);
ALTER TABLE platform.saved_view ENABLE ROW LEVEL SECURITY;
ALTER TABLE platform.saved_view FORCE ROW LEVEL SECURITY;
CREATE POLICY saved_view_own ON platform.saved_view FOR ALL USING (platform.is_system() OR account = platform.actor());

-- Ways in without the second factor's device, each good once.
CREATE TABLE platform.recovery_code (
    account_id uuid NOT NULL REFERENCES platform.account (id),
    code_sha256 text NOT NULL,
    used_at timestamptz,
    PRIMARY KEY (account_id, code_sha256)
);
ALTER TABLE platform.recovery_code ENABLE ROW LEVEL SECURITY;
ALTER TABLE platform.recovery_code FORCE ROW LEVEL SECURITY;
CREATE POLICY recovery_code_own ON platform.recovery_code FOR ALL USING (platform.is_system() OR platform.actor() = 'account:' || account_id::text);
