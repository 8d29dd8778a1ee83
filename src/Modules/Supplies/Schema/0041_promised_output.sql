-- What a producer will make on a day may be promised before it is made. Nothing of it is in the ledger: goods that do not exist have no account. A
-- day's output is a capacity; consignments take from it, and when the producer says that the goods are made they enter the ledger from outside and are
-- set aside in one posting. A day's output can neither be promised twice nor be made into stock twice, whatever is done at once:
--
--   committed   units of consignments that wait for the day               kept by the trigger below, written by nothing else
--   made        units of it that became stock of a consignment
--   committed + made <= promised                                          as the producer's figures say, and never less than what is taken already
CREATE TABLE supplies.production_promise (
    facility_code text NOT NULL,
    region_code text NOT NULL,
    item_code text NOT NULL,
    day date NOT NULL,
    promised bigint NOT NULL CHECK (promised BETWEEN 0 AND 10000000000000),
    committed bigint NOT NULL DEFAULT 0,
    made bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (facility_code, item_code, day),
    CONSTRAINT promise_once CHECK (committed >= 0 AND made >= 0 AND committed + made <= promised),
    FOREIGN KEY (facility_code, region_code) REFERENCES supplies.facility (code, region_code) ON UPDATE CASCADE
);
CREATE INDEX production_promise_day ON supplies.production_promise (day);
ALTER TABLE supplies.production_promise ENABLE ROW LEVEL SECURITY;
ALTER TABLE supplies.production_promise FORCE ROW LEVEL SECURITY;
-- As open to planners as the producer's figures are.
CREATE POLICY production_promise_read ON supplies.production_promise FOR SELECT USING (supplies.sees(region_code, facility_code) OR platform.may('supplies.plan'));
CREATE POLICY production_promise_insert ON supplies.production_promise FOR INSERT WITH CHECK (platform.is_system());
CREATE POLICY production_promise_update ON supplies.production_promise FOR UPDATE USING (platform.is_system());

ALTER TABLE supplies.consignment ADD COLUMN made_on date;
COMMENT ON COLUMN supplies.consignment.made_on IS 'day of the output that it was reserved from; null where it was reserved from stock. While such a one is reserved nothing of it is in the ledger';

CREATE FUNCTION supplies.keep_promise() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    taken bigint := CASE WHEN TG_OP = 'INSERT' THEN NEW.quantity WHEN OLD.state = 'reserved' AND NEW.state <> 'reserved' THEN -OLD.quantity ELSE 0 END;
BEGIN
    UPDATE supplies.production_promise
    SET committed = committed + taken, made = made + CASE WHEN taken < 0 AND NEW.state = 'confirmed' THEN -taken ELSE 0 END
    WHERE taken <> 0 AND facility_code = NEW.from_facility AND item_code = NEW.item_code AND day = NEW.made_on;
    IF taken <> 0 AND NOT FOUND THEN
        RAISE EXCEPTION '% has told of no output of % on %: nothing of it can be promised.', NEW.from_facility, NEW.item_code, NEW.made_on USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER consignment_keeps_promise AFTER INSERT OR UPDATE OF state ON supplies.consignment FOR EACH ROW WHEN (NEW.made_on IS NOT NULL) EXECUTE FUNCTION supplies.keep_promise();

CREATE FUNCTION supplies.refuse_written_promise() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() < 2 AND (NEW.committed, NEW.made) IS DISTINCT FROM (coalesce(OLD.committed, 0), coalesce(OLD.made, 0)) THEN
        RAISE EXCEPTION 'What is taken of a day''s output follows from the consignments: insert or move one.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER promise_is_derived BEFORE INSERT OR UPDATE ON supplies.production_promise FOR EACH ROW EXECUTE FUNCTION supplies.refuse_written_promise();
CREATE TRIGGER production_promise_no_deletion BEFORE DELETE OR TRUNCATE ON supplies.production_promise FOR EACH STATEMENT EXECUTE FUNCTION supplies.refuse_deletion();

ALTER TABLE supplies.plan_line ADD COLUMN available_on date;
COMMENT ON COLUMN supplies.plan_line.available_on IS 'first day on which the goods are there; of output to be made its day';
