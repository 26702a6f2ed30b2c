-- Facts that sign-in needs: the addresses from which a person signed in, and that the server has had an account.

ALTER TABLE logins ADD COLUMN address TEXT CONSTRAINT logins_address_length CHECK (char_length(address) <= 45);
CREATE INDEX logins_user_id_address_idx ON logins (user_id, address);
DROP INDEX logins_user_id_idx;
COMMENT ON COLUMN logins.address IS 'IP address that signed in, of IPv6 the /64 network; guesses from elsewhere do not lock it out. Null for logins before this column.';

-- A fact that stays, even when every row that it was derived from is deleted.
CREATE TABLE server_marks (
    name       TEXT        NOT NULL CONSTRAINT server_marks_pkey PRIMARY KEY CONSTRAINT server_marks_name_known CHECK (name IN ('had_accounts')),
    created_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
COMMENT ON TABLE server_marks IS 'Facts about the server that never become false again.';
COMMENT ON COLUMN server_marks.name IS 'had_accounts: somebody has or had a password, so no caller is let in without proof.';
COMMENT ON COLUMN server_marks.created_at IS 'When it became true.';
SELECT protect_table('server_marks', 'nobody');
CREATE POLICY opens ON server_marks TO rag_door USING (true);
GRANT SELECT, INSERT ON server_marks TO rag_door;
REVOKE UPDATE, DELETE ON server_marks FROM rag_rules, rag_worker;

CREATE FUNCTION mark_accounts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO server_marks (name) VALUES ('had_accounts') ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION mark_accounts() IS 'Row trigger: remembers for good that somebody had a password.';
CREATE TRIGGER users_mark AFTER INSERT OR UPDATE OF password_hash ON users FOR EACH ROW WHEN (NEW.password_hash IS NOT NULL)
    EXECUTE FUNCTION mark_accounts();

-- Row-level security is forced, so the role that owns the tables sees no row.
DO $$
DECLARE
    v_role TEXT := current_setting('role');
BEGIN
    SET LOCAL ROLE rag_rules;
    INSERT INTO server_marks (name) SELECT 'had_accounts' WHERE EXISTS (SELECT FROM users WHERE password_hash IS NOT NULL);
    PERFORM set_config('role', v_role, true);
END
$$;
