-- When a message is tried again after the gateway refused it or did not answer, and how it ended.
ALTER TABLE health_code.sms ADD COLUMN next_attempt_at timestamptz NOT NULL DEFAULT '-infinity';
ALTER TABLE health_code.sms ADD COLUMN given_up_at timestamptz;
ALTER TABLE health_code.sms ADD COLUMN gateway_reference text;

-- That a telephone sent something, without what it was: the limits per hour and day are counted here, and a message delivered twice is known by its reference.
CREATE TABLE health_code.sms_received (
    reference text PRIMARY KEY,
    phone_hash bytea NOT NULL,
    received_at timestamptz NOT NULL
);
CREATE INDEX sms_received_phone ON health_code.sms_received (phone_hash, received_at);
ALTER TABLE health_code.sms_received ENABLE ROW LEVEL SECURITY;
ALTER TABLE health_code.sms_received FORCE ROW LEVEL SECURITY;
CREATE POLICY sms_received_system ON health_code.sms_received FOR ALL USING (platform.is_system());

-- What a text message about visited places said, found by the keyed hash of the short code in it. The person sees how often it was checked.
CREATE TABLE health_code.travel_proof (
    code_hash bytea PRIMARY KEY,
    person_id bigint NOT NULL,
    shown bytea NOT NULL,
    issued_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    times_checked integer NOT NULL DEFAULT 0,
    last_checked_at timestamptz
);
CREATE INDEX travel_proof_person ON health_code.travel_proof (person_id, issued_at);
ALTER TABLE health_code.travel_proof ENABLE ROW LEVEL SECURITY;
ALTER TABLE health_code.travel_proof FORCE ROW LEVEL SECURITY;
CREATE POLICY travel_proof_own ON health_code.travel_proof FOR ALL USING (health_code.is_mine(person_id));
