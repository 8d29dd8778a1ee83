-- Keys that sign dispatch orders; the private half is sealed by the platform's key ring.
CREATE TABLE supplies.signing_key (
    name text PRIMARY KEY,
    sealed bytea NOT NULL,
    public_key bytea NOT NULL,
    made_at timestamptz NOT NULL
);
ALTER TABLE supplies.signing_key ENABLE ROW LEVEL SECURITY;
ALTER TABLE supplies.signing_key FORCE ROW LEVEL SECURITY;
CREATE POLICY signing_key_system ON supplies.signing_key FOR ALL USING (platform.is_system());
