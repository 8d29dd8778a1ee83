-- Accounts, keys and settings. Only the product's own sign-in work (system) and holders of access.manage see accounts of others.
CREATE FUNCTION platform.may(permission text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN platform.is_system() OR permission = ANY (string_to_array(coalesce(current_setting('rongtong.permissions', true), ''), ','));

CREATE TABLE platform.account (
    id uuid PRIMARY KEY,
    login text NOT NULL UNIQUE,
    display_name text NOT NULL,
    password_hash text NOT NULL,
    roles text[] NOT NULL,
    scope text[] NOT NULL,
    is_demo boolean NOT NULL DEFAULT false,
    is_disabled boolean NOT NULL DEFAULT false,
    failed_attempts integer NOT NULL DEFAULT 0,
    locked_until timestamptz,
    security_stamp uuid NOT NULL,
    totp_secret text,
    totp_last_step bigint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL
);
ALTER TABLE platform.account ENABLE ROW LEVEL SECURITY;
ALTER TABLE platform.account FORCE ROW LEVEL SECURITY;
CREATE POLICY account_access ON platform.account FOR ALL USING (platform.may('access.manage') OR platform.actor() = 'account:' || id::text);

CREATE TABLE platform.api_key (
    id text PRIMARY KEY,
    name text NOT NULL,
    secret_sha256 text NOT NULL,
    roles text[] NOT NULL,
    scope text[] NOT NULL,
    expires_at timestamptz NOT NULL,
    is_revoked boolean NOT NULL DEFAULT false,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL
);
ALTER TABLE platform.api_key ENABLE ROW LEVEL SECURITY;
ALTER TABLE platform.api_key FORCE ROW LEVEL SECURITY;
CREATE POLICY api_key_access ON platform.api_key FOR ALL USING (platform.may('access.manage'));

CREATE TABLE platform.setting (
    key text PRIMARY KEY,
    value text NOT NULL,
    changed_by text NOT NULL,
    changed_at timestamptz NOT NULL
);
ALTER TABLE platform.setting ENABLE ROW LEVEL SECURITY;
ALTER TABLE platform.setting FORCE ROW LEVEL SECURITY;
CREATE POLICY setting_system ON platform.setting FOR ALL USING (platform.is_system());

-- The key ring that protects cookies and secrets, so that every host of a database can read what another one wrote.
CREATE TABLE platform.protection_key (
    name text PRIMARY KEY,
    xml text NOT NULL
);
ALTER TABLE platform.protection_key ENABLE ROW LEVEL SECURITY;
ALTER TABLE platform.protection_key FORCE ROW LEVEL SECURITY;
CREATE POLICY protection_key_system ON platform.protection_key FOR ALL USING (platform.is_system());
