-- Requests that clients can send again without doing their work twice: header Idempotency-Key (ADR 23).

CREATE TABLE idempotency_keys (
    user_id        UUID        NOT NULL CONSTRAINT idempotency_keys_user_id_fkey REFERENCES users ON DELETE CASCADE,
    key            TEXT        NOT NULL CONSTRAINT idempotency_keys_key_length CHECK (length(key) BETWEEN 1 AND 255),
    holder         UUID        NOT NULL,
    held_until     TIMESTAMPTZ,
    request_sha256 BYTEA       CONSTRAINT idempotency_keys_request_sha256_length CHECK (length(request_sha256) = 32),
    status         SMALLINT    CONSTRAINT idempotency_keys_status_of_success CHECK (status BETWEEN 200 AND 299),
    location       TEXT,
    body           BYTEA,
    created_at     TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT idempotency_keys_pkey PRIMARY KEY (user_id, key),
    CONSTRAINT idempotency_keys_held_or_answered CHECK (
        (held_until IS NULL) = (status IS NOT NULL) AND (request_sha256 IS NULL) = (status IS NULL) AND (body IS NULL) = (status IS NULL))
) WITH (fillfactor = 80);
CREATE INDEX idempotency_keys_created_at_idx ON idempotency_keys (created_at);

COMMENT ON TABLE idempotency_keys IS 'Requests with the header Idempotency-Key: those in progress, and the answers of those that succeeded. Upkeep deletes them after a day.';
COMMENT ON COLUMN idempotency_keys.user_id IS 'User who sent the request.';
COMMENT ON COLUMN idempotency_keys.key IS 'Value of the header, chosen by the client.';
COMMENT ON COLUMN idempotency_keys.holder IS 'The one attempt that may store the answer.';
COMMENT ON COLUMN idempotency_keys.held_until IS 'While the request is in progress: time after which its process counts as dead, and another attempt may begin.';
COMMENT ON COLUMN idempotency_keys.request_sha256 IS 'SHA-256 of the method, the path, the media type and the body; null while the request is in progress.';
COMMENT ON COLUMN idempotency_keys.status IS 'HTTP status of the answer; null while the request is in progress.';
COMMENT ON COLUMN idempotency_keys.location IS 'Header Location of the answer; null without one.';
COMMENT ON COLUMN idempotency_keys.body IS 'Body of the answer, JSON; null while the request is in progress.';
COMMENT ON COLUMN idempotency_keys.created_at IS 'When the key was first used.';
SELECT protect_table('idempotency_keys', 'user', 'user_id', '{adds,deletes}');
CREATE POLICY changes ON idempotency_keys FOR UPDATE TO rag_user USING (user_id = (SELECT asker()));
GRANT UPDATE (holder, held_until, request_sha256, status, location, body) ON idempotency_keys TO rag_user;
