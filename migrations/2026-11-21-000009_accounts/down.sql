DROP TABLE audit_events, api_keys, login_tokens, logins, invitations;
DROP FUNCTION refuse_change(), ordered_uuid();
ALTER TABLE users DROP COLUMN organisation_id, DROP COLUMN role, DROP COLUMN state, DROP COLUMN password_hash;
DROP TABLE organisations;
COMMENT ON TABLE users IS 'People who own collections and hold conversations.';
