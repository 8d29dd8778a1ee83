-- The organisation an account or key acts for: what needs two organisations goes by it.
ALTER TABLE platform.account ADD COLUMN organisation text NOT NULL DEFAULT '';
ALTER TABLE platform.api_key ADD COLUMN organisation text NOT NULL DEFAULT '';
