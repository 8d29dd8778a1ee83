-- Regions whose passes are recognised with their own keys, and what their rules make of people who come. Proposed by one person, approved by another
-- of a second organisation: a key on the trust list is believed by every gate.
CREATE TABLE health_code.recognition (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    region_code text NOT NULL,
    mode text NOT NULL CHECK (mode IN ('None', 'SharedData', 'ThroughNationalCode', 'NationalCode')),
    -- The other region's signed trust list and the key its root is known by; none where only the national code counts.
    root_key bytea,
    signed_list bytea,
    -- The other region's colour rules as it publishes them, and what its colours ask of people who arrive.
    rules text,
    on_green_zh text NOT NULL, on_green_en text NOT NULL,
    on_yellow_zh text NOT NULL, on_yellow_en text NOT NULL,
    on_red_zh text NOT NULL, on_red_en text NOT NULL,
    source text NOT NULL,
    proposer text NOT NULL,
    organisation text NOT NULL,
    proposed_at timestamptz NOT NULL,
    approver text,
    approved_organisation text,
    approved_at timestamptz NOT NULL DEFAULT 'infinity',
    withdrawn_at timestamptz NOT NULL DEFAULT 'infinity',
    withdrawn_by text,
    CHECK ((root_key IS NULL) = (signed_list IS NULL)),
    CHECK (mode <> 'SharedData' OR signed_list IS NOT NULL),
    CHECK (approver IS NULL OR (approver <> proposer AND approved_organisation <> organisation))
);
CREATE INDEX recognition_region ON health_code.recognition (region_code);
COMMENT ON TABLE health_code.recognition IS 'public: whose passes count, and who decided it, is there for everybody to read';
ALTER TABLE health_code.recognition ENABLE ROW LEVEL SECURITY;
ALTER TABLE health_code.recognition FORCE ROW LEVEL SECURITY;
CREATE POLICY recognition_read ON health_code.recognition FOR SELECT USING (true);
CREATE POLICY recognition_write ON health_code.recognition FOR ALL USING (platform.may('health.rules'));
