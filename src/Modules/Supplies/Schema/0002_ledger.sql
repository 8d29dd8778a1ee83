-- Quantities are never a number that somebody overwrites. An entry moves some of one lot from one account to another; an account is a place and
-- a state; what it holds is derived here, in the database, and can be written in no other way.
--
--   outside accounts (may be negative)         inside accounts (never below zero)
--   produced  donated_in  opening  adjusted -> on_hand -> reserved -> in_transit -> received -> on_hand -> used -> recovered -> destroyed
--
-- Because every entry takes from one account what it gives to another, the sum over all accounts of a lot is zero at every instant.

-- A lot: what one label says. Number and expiry are unknown where nobody told; such goods are one lot of their own.
CREATE TABLE supplies.lot (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    item_code text NOT NULL,
    maker text NOT NULL DEFAULT '' CHECK (length(maker) <= 200),
    number text NOT NULL DEFAULT '' CHECK (length(number) <= 100),
    expires_on date,
    UNIQUE NULLS NOT DISTINCT (item_code, maker, number, expires_on),
    UNIQUE (id, item_code)
);
ALTER TABLE supplies.lot ENABLE ROW LEVEL SECURITY;
ALTER TABLE supplies.lot FORCE ROW LEVEL SECURITY;
CREATE POLICY lot_sight ON supplies.lot FOR ALL
    USING (platform.may('supplies.read') OR platform.may('supplies.plan') OR platform.may('supplies.own') OR platform.may('supplies.carry'));

CREATE FUNCTION supplies.is_outside(state text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN state IN ('produced', 'donated_in', 'opening', 'adjusted');

CREATE FUNCTION supplies.is_state(state text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN state IN ('on_hand', 'reserved', 'in_transit', 'received', 'used', 'recovered', 'destroyed', 'produced', 'donated_in', 'opening', 'adjusted');

CREATE TABLE supplies.entry (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key text NOT NULL CHECK (length(key) BETWEEN 1 AND 200),
    line integer NOT NULL,
    lot_id bigint NOT NULL,
    item_code text NOT NULL,
    from_place text NOT NULL,
    from_region text NOT NULL,
    from_state text NOT NULL CHECK (supplies.is_state(from_state)),
    to_place text NOT NULL,
    to_region text NOT NULL,
    to_state text NOT NULL CHECK (supplies.is_state(to_state)),
    -- Ten trillion at once: 900,000 such entries fit into one account before a bigint would be full, and then PostgreSQL refuses instead of wrapping.
    quantity bigint NOT NULL CHECK (quantity BETWEEN 1 AND 10000000000000),
    cause text NOT NULL CHECK (length(cause) BETWEEN 1 AND 60),
    document text NOT NULL DEFAULT '' CHECK (length(document) <= 200),
    actor text NOT NULL,
    at timestamptz NOT NULL,
    batch_id bigint,
    UNIQUE (key, line),
    CHECK ((from_place, from_state) <> (to_place, to_state)),
    FOREIGN KEY (lot_id, item_code) REFERENCES supplies.lot (id, item_code),
    FOREIGN KEY (from_place, from_region) REFERENCES supplies.facility (code, region_code) ON UPDATE CASCADE,
    FOREIGN KEY (to_place, to_region) REFERENCES supplies.facility (code, region_code) ON UPDATE CASCADE
);
CREATE INDEX entry_from ON supplies.entry (from_place, item_code, id DESC);
CREATE INDEX entry_to ON supplies.entry (to_place, item_code, id DESC);
CREATE INDEX entry_lot ON supplies.entry (lot_id, id);
CREATE INDEX entry_batch ON supplies.entry (batch_id) WHERE batch_id IS NOT NULL;
CREATE INDEX entry_use ON supplies.entry (at, from_place, item_code) INCLUDE (quantity) WHERE to_state = 'used';
ALTER TABLE supplies.entry ENABLE ROW LEVEL SECURITY;
ALTER TABLE supplies.entry FORCE ROW LEVEL SECURITY;
CREATE POLICY entry_read ON supplies.entry FOR SELECT USING (supplies.sees(from_region, from_place) OR supplies.sees(to_region, to_place));
-- Written by the ledger alone, in the product's name, after a use case has decided that the actor may.
CREATE POLICY entry_write ON supplies.entry FOR INSERT WITH CHECK (platform.is_system());
CREATE POLICY entry_region ON supplies.entry FOR UPDATE USING (platform.is_system());

-- What an account holds: derived from the entries, kept so that nobody adds up a year of them to read one number.
CREATE TABLE supplies.balance (
    lot_id bigint NOT NULL,
    place text NOT NULL,
    state text NOT NULL CHECK (supplies.is_state(state)),
    item_code text NOT NULL,
    region_code text NOT NULL,
    quantity bigint NOT NULL,
    PRIMARY KEY (lot_id, place, state),
    CONSTRAINT balance_not_negative CHECK (quantity >= 0 OR supplies.is_outside(state)),
    FOREIGN KEY (lot_id, item_code) REFERENCES supplies.lot (id, item_code),
    FOREIGN KEY (place, region_code) REFERENCES supplies.facility (code, region_code) ON UPDATE CASCADE
);
CREATE INDEX balance_place ON supplies.balance (place, item_code, state);
CREATE INDEX balance_item ON supplies.balance (item_code, state, region_code);
ALTER TABLE supplies.balance ENABLE ROW LEVEL SECURITY;
ALTER TABLE supplies.balance FORCE ROW LEVEL SECURITY;
CREATE POLICY balance_read ON supplies.balance FOR SELECT USING (supplies.sees(region_code, place));
CREATE POLICY balance_insert ON supplies.balance FOR INSERT WITH CHECK (platform.is_system());
CREATE POLICY balance_update ON supplies.balance FOR UPDATE USING (platform.is_system());

-- Entries into balances. Accounts are made, then locked, in one order, so that two sessions never wait for each other.
CREATE FUNCTION supplies.post_entries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO supplies.balance (lot_id, place, state, item_code, region_code, quantity)
    SELECT DISTINCT lot_id, place, state, item_code, region_code, 0 FROM (
        SELECT lot_id, from_place AS place, from_state AS state, item_code, from_region AS region_code FROM added
        UNION ALL SELECT lot_id, to_place, to_state, item_code, to_region FROM added) touched
    ORDER BY lot_id, place, state
    ON CONFLICT DO NOTHING;
    PERFORM 1 FROM supplies.balance b
    WHERE (b.lot_id, b.place, b.state) IN (SELECT lot_id, from_place, from_state FROM added UNION ALL SELECT lot_id, to_place, to_state FROM added)
    ORDER BY b.lot_id, b.place, b.state FOR UPDATE;
    UPDATE supplies.balance b SET quantity = b.quantity + net.change
    FROM (
        SELECT lot_id, place, state, sum(change)::bigint AS change FROM (
            SELECT lot_id, from_place AS place, from_state AS state, -quantity AS change FROM added
            UNION ALL SELECT lot_id, to_place, to_state, quantity FROM added) both_sides
        GROUP BY lot_id, place, state) net
    WHERE b.lot_id = net.lot_id AND b.place = net.place AND b.state = net.state;
    RETURN NULL;
END $$;
CREATE TRIGGER entry_posts AFTER INSERT ON supplies.entry REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION supplies.post_entries();

-- Balances change by entries and by nothing else. A statement of a trigger is met at depth 2; so is that of a place that moves to another region, but only
-- before it runs: what a foreign key does is queued with the outer statement afterwards.
CREATE FUNCTION supplies.refuse_hand_written() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'Balances are derived from entries: insert an entry instead of a % of %.', TG_OP, TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER balance_is_derived BEFORE INSERT OR UPDATE ON supplies.balance FOR EACH STATEMENT EXECUTE FUNCTION supplies.refuse_hand_written();

-- Entries stay as they were written; the region of a place may follow the place.
CREATE FUNCTION supplies.refuse_change_of_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() < 2 OR (to_jsonb(NEW) - '{from_region,to_region}'::text[]) IS DISTINCT FROM (to_jsonb(OLD) - '{from_region,to_region}'::text[]) THEN
        RAISE EXCEPTION 'Entries are never changed: move the quantity back with an entry of its own.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER entry_stays BEFORE UPDATE ON supplies.entry FOR EACH ROW EXECUTE FUNCTION supplies.refuse_change_of_entry();

CREATE FUNCTION supplies.refuse_deletion() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Nothing is deleted from %: quantities would be lost.', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER entry_no_deletion BEFORE DELETE OR TRUNCATE ON supplies.entry FOR EACH STATEMENT EXECUTE FUNCTION supplies.refuse_deletion();
CREATE TRIGGER balance_no_deletion BEFORE DELETE OR TRUNCATE ON supplies.balance FOR EACH STATEMENT EXECUTE FUNCTION supplies.refuse_deletion();
