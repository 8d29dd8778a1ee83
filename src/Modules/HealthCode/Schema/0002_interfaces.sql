-- Requests of connected systems that were seen: the same one again is refused.
CREATE TABLE health_code.request_nonce (
    app_id text NOT NULL,
    nonce text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (app_id, nonce)
);
ALTER TABLE health_code.request_nonce ENABLE ROW LEVEL SECURITY;
ALTER TABLE health_code.request_nonce FORCE ROW LEVEL SECURITY;
CREATE POLICY request_nonce_system ON health_code.request_nonce FOR ALL USING (platform.is_system());
