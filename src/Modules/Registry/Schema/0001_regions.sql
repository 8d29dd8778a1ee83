CREATE TABLE registry.region (
    code text PRIMARY KEY,
    name text NOT NULL,
    english_name text,
    level smallint NOT NULL CHECK (level BETWEEN 0 AND 3),
    parent_code text NOT NULL,
    is_statistical boolean NOT NULL DEFAULT false,
    valid_from date,
    valid_to date,
    successor_code text,
    CHECK (valid_from IS NULL OR valid_to IS NULL OR valid_from <= valid_to)
);
COMMENT ON TABLE registry.region IS 'no-policy: the published national code list, and names of areas without any fact about them';

-- What an officer decided an unknown name means; asked before the built-in rules.
CREATE TABLE registry.region_alias (
    province_code text NOT NULL,
    name text NOT NULL,
    code text NOT NULL REFERENCES registry.region (code),
    decided_by text NOT NULL DEFAULT platform.actor(),
    decided_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (province_code, name)
);
ALTER TABLE registry.region_alias ENABLE ROW LEVEL SECURITY;
ALTER TABLE registry.region_alias FORCE ROW LEVEL SECURITY;
CREATE POLICY region_alias_read ON registry.region_alias FOR SELECT USING (platform.is_system() OR platform.region_in_scope(province_code));
CREATE POLICY region_alias_write ON registry.region_alias FOR ALL USING (platform.is_system() OR platform.region_in_scope(province_code));

-- Persons by region and year; a later import of the same year makes a new version.
CREATE TABLE registry.population (
    region_code text NOT NULL,
    year smallint NOT NULL CHECK (year BETWEEN 1900 AND 2200),
    persons bigint NOT NULL CHECK (persons >= 0),
    known_from timestamptz NOT NULL,
    known_until timestamptz NOT NULL DEFAULT 'infinity',
    batch_id bigint NOT NULL,
    PRIMARY KEY (region_code, year, known_from)
);
COMMENT ON TABLE registry.population IS 'no-policy: published census figures by region';
CREATE UNIQUE INDEX population_current ON registry.population (region_code, year) WHERE known_until = 'infinity';
