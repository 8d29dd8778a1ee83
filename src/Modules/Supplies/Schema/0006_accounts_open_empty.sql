-- An empty account may be opened by anybody who posts: it holds nothing, so nothing comes of it. A posting opens all its accounts before it locks them;
-- were they opened by the entries only, one session could lock an account that another had not seen yet, and each wait for the other.
DROP TRIGGER balance_is_derived ON supplies.balance;
CREATE TRIGGER balance_is_derived BEFORE UPDATE ON supplies.balance FOR EACH STATEMENT EXECUTE FUNCTION supplies.refuse_hand_written();

CREATE FUNCTION supplies.refuse_full_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Accounts are opened empty: insert an entry to bring % units in.', NEW.quantity USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER balance_opens_empty BEFORE INSERT ON supplies.balance FOR EACH ROW WHEN (NEW.quantity <> 0) EXECUTE FUNCTION supplies.refuse_full_account();
