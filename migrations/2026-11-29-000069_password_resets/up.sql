-- Forgotten passwords: an admin or the operator makes a token, with which the user sets a new password once.

CREATE TABLE password_resets (
    user_id         UUID        NOT NULL CONSTRAINT password_resets_pkey PRIMARY KEY,
    organisation_id UUID        NOT NULL,
    made_by         UUID        CONSTRAINT password_resets_made_by_fkey REFERENCES users ON DELETE CASCADE,
    made_by_key_id  UUID        DEFAULT asker_key() CONSTRAINT password_resets_made_by_key_id_fkey REFERENCES api_keys ON DELETE CASCADE,
    token_sha256    BYTEA       NOT NULL CONSTRAINT password_resets_token_sha256_length CHECK (octet_length(token_sha256) = 32),
    expires_at      TIMESTAMPTZ NOT NULL,
    created_at      TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT password_resets_token_sha256_key UNIQUE (token_sha256),
    CONSTRAINT password_resets_user_id_fkey FOREIGN KEY (user_id, organisation_id) REFERENCES users (id, organisation_id) ON DELETE CASCADE
);
CREATE INDEX password_resets_made_by_idx ON password_resets (made_by);
CREATE INDEX password_resets_made_by_key_id_idx ON password_resets (made_by_key_id);
COMMENT ON TABLE password_resets IS 'Open resets of passwords, at most one for each user. Its use, and every new password of the user, deletes it.';
COMMENT ON COLUMN password_resets.user_id IS 'User who may set a new password.';
COMMENT ON COLUMN password_resets.organisation_id IS 'Organisation of the user.';
COMMENT ON COLUMN password_resets.made_by IS 'Admin who made it; it is good as long as they are one. Null for the operator.';
COMMENT ON COLUMN password_resets.made_by_key_id IS 'Key that made it, and with which it is deleted until it is used; null for a reset that a person made.';
COMMENT ON COLUMN password_resets.token_sha256 IS 'SHA-256 of the token.';
COMMENT ON COLUMN password_resets.expires_at IS 'Not to be used afterwards.';
COMMENT ON COLUMN password_resets.created_at IS 'When it was made.';

SELECT protect_table('password_resets', 'nobody');
-- A foreign key holds the user to the organisation of the row, and the policy holds that to the admin's.
CREATE POLICY manages ON password_resets FOR ALL TO rag_user USING (organisation_id = (SELECT asker_organisation()) AND (SELECT administers()));
GRANT SELECT (user_id, organisation_id, made_by, expires_at, created_at), INSERT, DELETE ON password_resets TO rag_user;
CREATE POLICY opens ON password_resets TO rag_door USING (true);
GRANT SELECT, DELETE ON password_resets TO rag_door;

CREATE TRIGGER password_resets_hold BEFORE INSERT ON password_resets FOR EACH ROW WHEN (NEW.made_by_key_id IS NOT NULL) EXECUTE FUNCTION hold_to_key();
CREATE TRIGGER password_resets_audit AFTER INSERT OR DELETE ON password_resets FOR EACH ROW WHEN (pg_trigger_depth() = 0)
    EXECUTE FUNCTION audit_change('password_reset', '{user_id}');
