-- Organisations and how their people prove who they are. Secrets are never stored: only what they can be checked against.

CREATE TABLE organisations (
    id                 UUID        NOT NULL CONSTRAINT organisations_pkey PRIMARY KEY,
    name               TEXT        NOT NULL CONSTRAINT organisations_name_length CHECK (char_length(name) BETWEEN 1 AND 200),
    max_documents      BIGINT      CONSTRAINT organisations_max_documents_not_negative CHECK (max_documents >= 0),
    max_bytes          BIGINT      CONSTRAINT organisations_max_bytes_not_negative CHECK (max_bytes >= 0),
    max_tokens_per_day BIGINT      CONSTRAINT organisations_max_tokens_per_day_not_negative CHECK (max_tokens_per_day >= 0),
    created_at         TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at         TIMESTAMPTZ NOT NULL DEFAULT now()
);
CREATE TRIGGER organisations_touch BEFORE UPDATE ON organisations FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
COMMENT ON TABLE organisations IS 'Tenants: they hold people and, through them, collections. Nothing is shared between two.';
COMMENT ON COLUMN organisations.id IS 'UUIDv7.';
COMMENT ON COLUMN organisations.name IS 'Name, for people.';
COMMENT ON COLUMN organisations.max_documents IS 'Most documents; null for the server''s default.';
COMMENT ON COLUMN organisations.max_bytes IS 'Most bytes of originals; null for the server''s default.';
COMMENT ON COLUMN organisations.max_tokens_per_day IS 'Most tokens that chat models read and write for it in a day (UTC); null for the server''s default.';
COMMENT ON COLUMN organisations.created_at IS 'When the row was made.';
COMMENT ON COLUMN organisations.updated_at IS 'When the row last changed; kept by a trigger.';

INSERT INTO organisations (id, name) SELECT gen_random_uuid(), 'Local' WHERE EXISTS (SELECT FROM users);
ALTER TABLE users
    ADD COLUMN organisation_id UUID,
    ADD COLUMN role            TEXT NOT NULL DEFAULT 'member' CONSTRAINT users_role_known CHECK (role IN ('admin', 'member')),
    ADD COLUMN state           TEXT NOT NULL DEFAULT 'active' CONSTRAINT users_state_known CHECK (state IN ('active', 'suspended')),
    ADD COLUMN password_hash   TEXT CONSTRAINT users_password_hash_form CHECK (password_hash LIKE '$argon2id$%');
UPDATE users SET organisation_id = (SELECT id FROM organisations), role = 'admin';
ALTER TABLE users
    ALTER COLUMN organisation_id SET NOT NULL,
    ADD CONSTRAINT users_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisations ON DELETE CASCADE,
    ADD CONSTRAINT users_organisation_id_id_key UNIQUE (organisation_id, id);
COMMENT ON TABLE users IS 'People: each belongs to one organisation, owns collections and holds conversations.';
COMMENT ON COLUMN users.organisation_id IS 'Organisation of the person.';
COMMENT ON COLUMN users.role IS 'admin: manages the organisation''s people, limits and audit log; member.';
COMMENT ON COLUMN users.state IS 'suspended: nothing is answered, whatever is presented.';
COMMENT ON COLUMN users.password_hash IS 'Argon2id in PHC form; null for who has no password.';

CREATE TABLE invitations (
    id              UUID        NOT NULL CONSTRAINT invitations_pkey PRIMARY KEY,
    organisation_id UUID        NOT NULL CONSTRAINT invitations_organisation_id_fkey REFERENCES organisations ON DELETE CASCADE,
    email           TEXT        NOT NULL CONSTRAINT invitations_email_length CHECK (char_length(email) BETWEEN 3 AND 254),
    role            TEXT        NOT NULL CONSTRAINT invitations_role_known CHECK (role IN ('admin', 'member')),
    invited_by      UUID        CONSTRAINT invitations_invited_by_fkey REFERENCES users ON DELETE CASCADE,
    token_sha256    BYTEA       NOT NULL CONSTRAINT invitations_token_sha256_length CHECK (octet_length(token_sha256) = 32),
    expires_at      TIMESTAMPTZ NOT NULL,
    created_at      TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT invitations_token_sha256_key UNIQUE (token_sha256)
);
CREATE INDEX invitations_invited_by_idx ON invitations (invited_by);
CREATE UNIQUE INDEX invitations_organisation_id_email_key ON invitations (organisation_id, lower(email));
COMMENT ON TABLE invitations IS 'Open invitations into an organisation; accepting one deletes it.';
COMMENT ON COLUMN invitations.id IS 'UUIDv7.';
COMMENT ON COLUMN invitations.organisation_id IS 'Organisation invited into.';
COMMENT ON COLUMN invitations.email IS 'Address of who is invited.';
COMMENT ON COLUMN invitations.role IS 'Role of who accepts.';
COMMENT ON COLUMN invitations.invited_by IS 'Admin who invited; the invitation is good as long as they are one. Null for the operator.';
COMMENT ON COLUMN invitations.token_sha256 IS 'SHA-256 of the token in the link.';
COMMENT ON COLUMN invitations.expires_at IS 'Not to be accepted afterwards.';
COMMENT ON COLUMN invitations.created_at IS 'When it was made.';

CREATE TABLE logins (
    id         UUID        NOT NULL CONSTRAINT logins_pkey PRIMARY KEY,
    user_id    UUID        NOT NULL CONSTRAINT logins_user_id_fkey REFERENCES users ON DELETE CASCADE,
    device     TEXT        NOT NULL DEFAULT '' CONSTRAINT logins_device_length CHECK (char_length(device) <= 200),
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    expires_at TIMESTAMPTZ NOT NULL,
    revoked_at TIMESTAMPTZ
);
CREATE INDEX logins_user_id_idx ON logins (user_id);
COMMENT ON TABLE logins IS 'Times somebody signed in: a family of tokens that is revoked as one.';
COMMENT ON COLUMN logins.id IS 'UUIDv7.';
COMMENT ON COLUMN logins.user_id IS 'Who signed in.';
COMMENT ON COLUMN logins.device IS 'User agent that signed in, for people.';
COMMENT ON COLUMN logins.created_at IS 'When.';
COMMENT ON COLUMN logins.expires_at IS 'When it ends, however often it is refreshed.';
COMMENT ON COLUMN logins.revoked_at IS 'When it was signed out, or a used refresh token came back.';

CREATE TABLE login_tokens (
    sha256     BYTEA       NOT NULL CONSTRAINT login_tokens_pkey PRIMARY KEY CONSTRAINT login_tokens_sha256_length CHECK (octet_length(sha256) = 32),
    login_id   UUID        NOT NULL CONSTRAINT login_tokens_login_id_fkey REFERENCES logins ON DELETE CASCADE,
    kind       TEXT        NOT NULL CONSTRAINT login_tokens_kind_known CHECK (kind IN ('access', 'refresh')),
    expires_at TIMESTAMPTZ NOT NULL,
    used_at    TIMESTAMPTZ CONSTRAINT login_tokens_used_at_of_refresh CHECK (used_at IS NULL OR kind = 'refresh')
);
CREATE INDEX login_tokens_login_id_idx ON login_tokens (login_id);
COMMENT ON TABLE login_tokens IS 'Tokens of logins. A refresh token works once: coming back it revokes the login.';
COMMENT ON COLUMN login_tokens.sha256 IS 'SHA-256 of the token.';
COMMENT ON COLUMN login_tokens.login_id IS 'Login it belongs to.';
COMMENT ON COLUMN login_tokens.kind IS 'access: opens the API for minutes; refresh: gives a new pair.';
COMMENT ON COLUMN login_tokens.expires_at IS 'Not good afterwards.';
COMMENT ON COLUMN login_tokens.used_at IS 'When a refresh token was exchanged.';

CREATE TABLE api_keys (
    id           UUID        NOT NULL CONSTRAINT api_keys_pkey PRIMARY KEY,
    user_id      UUID        NOT NULL CONSTRAINT api_keys_user_id_fkey REFERENCES users ON DELETE CASCADE,
    name         TEXT        NOT NULL CONSTRAINT api_keys_name_length CHECK (char_length(name) BETWEEN 1 AND 200),
    prefix       TEXT        NOT NULL CONSTRAINT api_keys_prefix_form CHECK (prefix ~ '^rag_[A-Za-z0-9_-]{6}$'),
    sha256       BYTEA       NOT NULL CONSTRAINT api_keys_sha256_length CHECK (octet_length(sha256) = 32),
    scopes       TEXT[]      NOT NULL CONSTRAINT api_keys_scopes_known CHECK (scopes <@ ARRAY['read', 'ask', 'write', 'manage'] AND cardinality(scopes) > 0),
    created_at   TIMESTAMPTZ NOT NULL DEFAULT now(),
    expires_at   TIMESTAMPTZ,
    last_used_at TIMESTAMPTZ,
    CONSTRAINT api_keys_sha256_key UNIQUE (sha256)
);
CREATE INDEX api_keys_user_id_id_idx ON api_keys (user_id, id);
COMMENT ON TABLE api_keys IS 'Keys for programs. They act for their user, within their scopes; revoking one deletes it.';
COMMENT ON COLUMN api_keys.id IS 'UUIDv7.';
COMMENT ON COLUMN api_keys.user_id IS 'User it acts for.';
COMMENT ON COLUMN api_keys.name IS 'What it is for, for people.';
COMMENT ON COLUMN api_keys.prefix IS 'How the key begins, to recognise it by.';
COMMENT ON COLUMN api_keys.sha256 IS 'SHA-256 of the whole key.';
COMMENT ON COLUMN api_keys.scopes IS 'What it may do: read (search, read documents), ask (conversations), write (documents), manage (collections, keys, people).';
COMMENT ON COLUMN api_keys.created_at IS 'When it was made.';
COMMENT ON COLUMN api_keys.expires_at IS 'Not good afterwards; null for never.';
COMMENT ON COLUMN api_keys.last_used_at IS 'When it was last used, to the minute.';

-- A number of a sequence would tell each organisation how much happens in the others.
CREATE FUNCTION ordered_uuid() RETURNS UUID LANGUAGE sql VOLATILE AS $$
    SELECT (lpad(to_hex(us / 1000), 12, '0') || '7' || lpad(to_hex(us % 1000 * 4096 / 1000), 3, '0')
            || substr(replace(gen_random_uuid()::text, '-', ''), 17))::uuid
    FROM (SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS us) AS now
$$;
COMMENT ON FUNCTION ordered_uuid() IS 'UUIDv7 (RFC 9562) of now, to the microsecond; PostgreSQL has one of its own from 18 on.';

CREATE TABLE audit_events (
    id              UUID        NOT NULL DEFAULT ordered_uuid() CONSTRAINT audit_events_pkey PRIMARY KEY,
    organisation_id UUID        NOT NULL CONSTRAINT audit_events_organisation_id_fkey REFERENCES organisations ON DELETE CASCADE,
    actor_id        UUID,
    action          TEXT        NOT NULL CONSTRAINT audit_events_action_form CHECK (action ~ '^[a-z_]+\.[a-z_]+$'),
    object_id       UUID,
    request_id      UUID,
    details         JSONB       NOT NULL DEFAULT '{}' CONSTRAINT audit_events_details_is_object CHECK (jsonb_typeof(details) = 'object'),
    created_at      TIMESTAMPTZ NOT NULL DEFAULT now()
);
CREATE INDEX audit_events_organisation_id_id_idx ON audit_events (organisation_id, id);
COMMENT ON TABLE audit_events IS 'Who did what to which object. Triggers add rows; nobody changes them.';
COMMENT ON COLUMN audit_events.id IS 'UUIDv7.';
COMMENT ON COLUMN audit_events.organisation_id IS 'Organisation it happened in.';
COMMENT ON COLUMN audit_events.actor_id IS 'User who did it; stays when the user is erased; null for a worker or who was not signed in.';
COMMENT ON COLUMN audit_events.action IS 'Kind of object and verb, one of insert, update, delete: document.delete.';
COMMENT ON COLUMN audit_events.object_id IS 'Object it was done to.';
COMMENT ON COLUMN audit_events.request_id IS 'Request under which the log has more.';
COMMENT ON COLUMN audit_events.details IS 'What else is worth knowing: never content, never secrets.';
COMMENT ON COLUMN audit_events.created_at IS 'When.';

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END
$$;
COMMENT ON FUNCTION refuse_change() IS 'Statement trigger: rows that are there stay as they are.';
CREATE TRIGGER audit_events_append_only BEFORE UPDATE OR TRUNCATE ON audit_events FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
