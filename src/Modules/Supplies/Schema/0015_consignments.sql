-- One truck: several consignments of one supplier, and the signed paper that goes with them.
CREATE TABLE supplies.dispatch_order (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key text NOT NULL UNIQUE CHECK (length(key) BETWEEN 1 AND 100),
    from_facility text NOT NULL,
    from_region text NOT NULL,
    carrier text NOT NULL,
    carrier_region text NOT NULL,
    plate text NOT NULL DEFAULT '' CHECK (length(plate) <= 20),
    due_at timestamptz NOT NULL,
    token text NOT NULL DEFAULT '' CHECK (length(token) <= 2000),
    issued_by text NOT NULL,
    issued_at timestamptz NOT NULL,
    FOREIGN KEY (from_facility, from_region) REFERENCES supplies.facility (code, region_code) ON UPDATE CASCADE,
    FOREIGN KEY (carrier, carrier_region) REFERENCES supplies.facility (code, region_code) ON UPDATE CASCADE
);
COMMENT ON COLUMN supplies.dispatch_order.due_at IS 'when all of it must have arrived; whoever has not is late, and a case is opened';
CREATE INDEX dispatch_order_carrier ON supplies.dispatch_order (carrier, id DESC);

-- Some of one item from one facility to another, from the promise to the door.
--   reserved -> confirmed -> shipped -> arrived -> received          the quantity is, in the ledger: reserved, reserved, in transit, in transit, on hand
--   reserved | confirmed -> declined | lapsed | cancelled            back on hand at the supplier
--   shipped | arrived -> lost                                        somebody stated the loss; until then it stays in transit
CREATE TABLE supplies.consignment (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    reference text NOT NULL UNIQUE CHECK (length(reference) BETWEEN 1 AND 100),
    item_code text NOT NULL,
    from_facility text NOT NULL,
    from_region text NOT NULL,
    to_facility text NOT NULL,
    to_region text NOT NULL,
    carrier text,
    carrier_region text,
    order_id bigint REFERENCES supplies.dispatch_order (id),
    stop smallint,
    quantity bigint NOT NULL CHECK (quantity BETWEEN 1 AND 10000000000000),
    received_quantity bigint CHECK (received_quantity BETWEEN 0 AND 10000000000000),
    difference_reason text CHECK (difference_reason IN ('damaged', 'lost', 'short', 'over')),
    regime text NOT NULL CHECK (regime IN ('command', 'voluntary')),
    need_id bigint REFERENCES supplies.need (id) ON DELETE SET NULL,
    offer_id bigint REFERENCES supplies.offer (id),
    tier smallint NOT NULL CHECK (tier BETWEEN 1 AND 4),
    state text NOT NULL DEFAULT 'reserved' CHECK (state IN ('reserved', 'confirmed', 'shipped', 'arrived', 'received', 'lost', 'lapsed', 'declined', 'cancelled')),
    reserved_until timestamptz NOT NULL,
    due_at timestamptz,
    shipped_at timestamptz,
    arrived_at timestamptz,
    received_at timestamptz,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    version integer NOT NULL DEFAULT 1,
    CHECK ((carrier IS NULL) = (order_id IS NULL) AND (carrier IS NULL) = (carrier_region IS NULL)),
    CHECK ((state IN ('received', 'lost')) = (received_quantity IS NOT NULL)),
    -- Who received something else than was sent says why.
    CHECK (received_quantity IS NULL OR (received_quantity = quantity) = (difference_reason IS NULL)),
    CHECK (offer_id IS NULL OR regime = 'voluntary'),
    CHECK (from_facility <> to_facility),
    FOREIGN KEY (from_facility, from_region) REFERENCES supplies.facility (code, region_code) ON UPDATE CASCADE,
    FOREIGN KEY (to_facility, to_region) REFERENCES supplies.facility (code, region_code) ON UPDATE CASCADE,
    FOREIGN KEY (carrier, carrier_region) REFERENCES supplies.facility (code, region_code) ON UPDATE CASCADE
);
COMMENT ON COLUMN supplies.consignment.reserved_until IS 'an unconfirmed reservation lapses then; a confirmed one stands';
COMMENT ON COLUMN supplies.consignment.shipped_at IS 'as the scan on the spot said; null where nobody told, though what came after shows that it was';
CREATE INDEX consignment_from ON supplies.consignment (from_facility, id DESC);
CREATE INDEX consignment_to ON supplies.consignment (to_facility, id DESC);
CREATE INDEX consignment_order ON supplies.consignment (order_id) WHERE order_id IS NOT NULL;
CREATE INDEX consignment_lapse ON supplies.consignment (reserved_until) WHERE state = 'reserved';
CREATE INDEX consignment_open ON supplies.consignment (state, due_at) WHERE state IN ('reserved', 'confirmed', 'shipped', 'arrived');
CREATE INDEX consignment_need ON supplies.consignment (need_id) WHERE need_id IS NOT NULL;
CREATE INDEX consignment_offer ON supplies.consignment (offer_id) WHERE offer_id IS NOT NULL;
ALTER TABLE supplies.consignment ENABLE ROW LEVEL SECURITY;
ALTER TABLE supplies.consignment FORCE ROW LEVEL SECURITY;
CREATE POLICY consignment_read ON supplies.consignment FOR SELECT USING (
    supplies.sees(from_region, from_facility) OR supplies.sees(to_region, to_facility) OR (carrier IS NOT NULL AND supplies.sees(carrier_region, carrier)));
-- Written by the use cases in the product's name, together with the ledger, after they have decided that the actor may.
CREATE POLICY consignment_insert ON supplies.consignment FOR INSERT WITH CHECK (platform.is_system());
CREATE POLICY consignment_update ON supplies.consignment FOR UPDATE USING (platform.is_system());
CREATE TRIGGER consignment_no_deletion BEFORE DELETE OR TRUNCATE ON supplies.consignment FOR EACH STATEMENT EXECUTE FUNCTION supplies.refuse_deletion();

ALTER TABLE supplies.dispatch_order ENABLE ROW LEVEL SECURITY;
ALTER TABLE supplies.dispatch_order FORCE ROW LEVEL SECURITY;
CREATE POLICY dispatch_order_read ON supplies.dispatch_order FOR SELECT USING (
    supplies.sees(from_region, from_facility) OR supplies.sees(carrier_region, carrier) OR EXISTS (SELECT FROM supplies.consignment c WHERE c.order_id = dispatch_order.id));
CREATE POLICY dispatch_order_insert ON supplies.dispatch_order FOR INSERT WITH CHECK (platform.is_system());
CREATE POLICY dispatch_order_update ON supplies.dispatch_order FOR UPDATE USING (platform.is_system());

-- Which lots it is made of: chosen when it was reserved, the first to expire first.
CREATE TABLE supplies.consignment_line (
    consignment_id bigint NOT NULL REFERENCES supplies.consignment (id),
    lot_id bigint NOT NULL REFERENCES supplies.lot (id),
    quantity bigint NOT NULL CHECK (quantity BETWEEN 1 AND 10000000000000),
    PRIMARY KEY (consignment_id, lot_id)
);
CREATE INDEX consignment_line_lot ON supplies.consignment_line (lot_id);
ALTER TABLE supplies.consignment_line ENABLE ROW LEVEL SECURITY;
ALTER TABLE supplies.consignment_line FORCE ROW LEVEL SECURITY;
CREATE POLICY consignment_line_read ON supplies.consignment_line FOR SELECT USING (EXISTS (SELECT FROM supplies.consignment c WHERE c.id = consignment_id));
CREATE POLICY consignment_line_insert ON supplies.consignment_line FOR INSERT WITH CHECK (platform.is_system());

-- What happened to it: who, speaking for which place, when it was and when we learnt of it. A scan that changed nothing stands here too.
CREATE TABLE supplies.consignment_step (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    consignment_id bigint NOT NULL REFERENCES supplies.consignment (id),
    what text NOT NULL CHECK (what IN ('reserve', 'confirm', 'decline', 'lapse', 'cancel', 'order', 'ship', 'arrive', 'receive', 'lose', 'late')),
    effect text NOT NULL CHECK (effect IN ('done', 'noted', 'contradicts')),
    state text NOT NULL,
    quantity bigint,
    reason text,
    scan_id uuid,
    actor text NOT NULL,
    place text NOT NULL DEFAULT '' CHECK (length(place) <= 100),
    at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    UNIQUE (consignment_id, scan_id)
);
COMMENT ON COLUMN supplies.consignment_step.effect IS 'done: the state changed; noted: the state had gone further, the fact was added; contradicts: kept, not applied';
CREATE INDEX consignment_step_of ON supplies.consignment_step (consignment_id, id);
ALTER TABLE supplies.consignment_step ENABLE ROW LEVEL SECURITY;
ALTER TABLE supplies.consignment_step FORCE ROW LEVEL SECURITY;
CREATE POLICY consignment_step_read ON supplies.consignment_step FOR SELECT USING (EXISTS (SELECT FROM supplies.consignment c WHERE c.id = consignment_id));
CREATE POLICY consignment_step_insert ON supplies.consignment_step FOR INSERT WITH CHECK (platform.is_system());
CREATE FUNCTION supplies.refuse_change_of_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Steps are never changed: write another one.' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER consignment_step_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON supplies.consignment_step FOR EACH STATEMENT EXECUTE FUNCTION supplies.refuse_change_of_step();

-- What went to a region and what came, by day. Public, so it is kept apart from who sent what to whom, and written with the step itself.
CREATE TABLE supplies.delivery_day (
    region_code text NOT NULL,
    item_code text NOT NULL,
    day date NOT NULL,
    sent bigint NOT NULL DEFAULT 0 CHECK (sent >= 0),
    arrived bigint NOT NULL DEFAULT 0 CHECK (arrived >= 0),
    PRIMARY KEY (region_code, item_code, day)
);
COMMENT ON TABLE supplies.delivery_day IS 'public: sums of goods by prefecture, item and day; no facility and no person';
COMMENT ON COLUMN supplies.delivery_day.region_code IS 'prefecture (or county directly under a province) to which the goods went';
ALTER TABLE supplies.delivery_day ENABLE ROW LEVEL SECURITY;
ALTER TABLE supplies.delivery_day FORCE ROW LEVEL SECURITY;
CREATE POLICY delivery_day_read ON supplies.delivery_day FOR SELECT USING (true);
CREATE POLICY delivery_day_insert ON supplies.delivery_day FOR INSERT WITH CHECK (platform.is_system());
CREATE POLICY delivery_day_update ON supplies.delivery_day FOR UPDATE USING (platform.is_system());
