-- What every row policy asks. Unset settings make all three answer "nobody, nowhere": access fails closed.

CREATE FUNCTION platform.actor_kind() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(current_setting('rongtong.actor_kind', true), 'none');

CREATE FUNCTION platform.actor() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(current_setting('rongtong.actor', true), 'none');

-- Region codes are GB/T 2260 in short form, so "inside" is a prefix test. '*' is the whole country.
CREATE FUNCTION platform.region_in_scope(region_code text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(current_setting('rongtong.scope', true), '') = '*'
    OR region_code ^@ ANY (string_to_array(coalesce(current_setting('rongtong.scope', true), ''), ','));

CREATE FUNCTION platform.is_system() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(current_setting('rongtong.actor_kind', true), '') = 'system';
