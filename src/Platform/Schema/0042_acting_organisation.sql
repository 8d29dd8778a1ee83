-- The organisation in whose name the transaction runs; empty for none. A policy that goes by it must ask for one that is not empty.
CREATE FUNCTION platform.organisation() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(current_setting('rongtong.organisation', true), '');
