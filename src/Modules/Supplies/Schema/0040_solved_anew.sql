-- Goods that come back to the pool are planned anew at once, in a proposal that takes the place of the one before it.
ALTER TABLE supplies.plan DROP CONSTRAINT plan_state_check;
ALTER TABLE supplies.plan
    ADD CONSTRAINT plan_state_check CHECK (state IN ('draft', 'sent', 'replaced')),
    ADD COLUMN scope text[] NOT NULL DEFAULT '{}',
    ADD COLUMN replaced_by bigint REFERENCES supplies.plan (id),
    ADD COLUMN entry_mark bigint NOT NULL DEFAULT 0,
    ADD COLUMN need_mark bigint NOT NULL DEFAULT 0,
    ADD COLUMN step_mark bigint NOT NULL DEFAULT 0,
    ADD COLUMN news jsonb,
    ADD CONSTRAINT plan_replaced CHECK ((state = 'replaced') = (replaced_by IS NOT NULL));
COMMENT ON COLUMN supplies.plan.scope IS 'regions of whoever made it; what the product makes in its place holds nothing from elsewhere';
COMMENT ON COLUMN supplies.plan.entry_mark IS 'last entry of the ledger before the snapshot; need_mark and step_mark likewise: what is later makes the plan stale';
COMMENT ON COLUMN supplies.plan.news IS 'what differs from the proposal that it replaced; null where it replaced none';
CREATE INDEX plan_draft ON supplies.plan (region_code, id DESC) WHERE state = 'draft';

-- What did not come to its receiver although a plan had sent it, until a plan takes it up: written with the step, so that no return is forgotten
-- and none is planned for twice.
CREATE TABLE supplies.pool_return (
    consignment_id bigint PRIMARY KEY REFERENCES supplies.consignment (id),
    sent_by bigint NOT NULL REFERENCES supplies.plan (id),
    quantity bigint NOT NULL CHECK (quantity BETWEEN 1 AND 10000000000000),
    state text NOT NULL CHECK (state IN ('lapsed', 'declined', 'cancelled', 'received', 'lost')),
    at timestamptz NOT NULL,
    plan_id bigint REFERENCES supplies.plan (id)
);
COMMENT ON COLUMN supplies.pool_return.quantity IS 'units that the receiver did not get';
COMMENT ON COLUMN supplies.pool_return.plan_id IS 'the proposal that plans for it again; null until there is one';
CREATE INDEX pool_return_open ON supplies.pool_return (consignment_id) WHERE plan_id IS NULL;
CREATE INDEX pool_return_plan ON supplies.pool_return (plan_id) WHERE plan_id IS NOT NULL;
ALTER TABLE supplies.pool_return ENABLE ROW LEVEL SECURITY;
ALTER TABLE supplies.pool_return FORCE ROW LEVEL SECURITY;
CREATE POLICY pool_return_read ON supplies.pool_return FOR SELECT USING (sent_by IN (SELECT id FROM supplies.plan));
CREATE POLICY pool_return_insert ON supplies.pool_return FOR INSERT WITH CHECK (platform.is_system());
CREATE POLICY pool_return_update ON supplies.pool_return FOR UPDATE USING (sent_by IN (SELECT id FROM supplies.plan) AND (platform.is_system() OR platform.may('supplies.plan')));
