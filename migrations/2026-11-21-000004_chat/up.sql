-- Conversations: what was asked, what was answered, and on what evidence.

CREATE TABLE chat_sessions (
    id         UUID        NOT NULL CONSTRAINT chat_sessions_pkey PRIMARY KEY,
    user_id    UUID        NOT NULL CONSTRAINT chat_sessions_user_id_fkey REFERENCES users ON DELETE CASCADE,
    title      TEXT        NOT NULL CONSTRAINT chat_sessions_title_length CHECK (char_length(title) BETWEEN 1 AND 200),
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
CREATE INDEX chat_sessions_user_id_id_idx ON chat_sessions (user_id, id);
CREATE TRIGGER chat_sessions_touch BEFORE UPDATE ON chat_sessions FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

COMMENT ON TABLE chat_sessions IS 'Conversations of one user.';
COMMENT ON COLUMN chat_sessions.id IS 'UUIDv7.';
COMMENT ON COLUMN chat_sessions.user_id IS 'User who holds the conversation.';
COMMENT ON COLUMN chat_sessions.title IS 'Title: given, else the start of the first question.';
COMMENT ON COLUMN chat_sessions.created_at IS 'When the row was made.';
COMMENT ON COLUMN chat_sessions.updated_at IS 'When the row last changed; kept by a trigger.';

CREATE TABLE chat_messages (
    id                  UUID        NOT NULL CONSTRAINT chat_messages_pkey PRIMARY KEY,
    session_id          UUID        NOT NULL CONSTRAINT chat_messages_session_id_fkey REFERENCES chat_sessions ON DELETE CASCADE,
    ordinal             INTEGER     NOT NULL CONSTRAINT chat_messages_ordinal_not_negative CHECK (ordinal >= 0),
    sender              TEXT        NOT NULL CONSTRAINT chat_messages_sender_known CHECK (sender IN ('user', 'assistant')),
    text                TEXT        NOT NULL,
    outcome             TEXT        CONSTRAINT chat_messages_outcome_known CHECK (outcome IN ('answered', 'not_found', 'failed', 'stopped')),
    retrieved_chunk_ids UUID[]      NOT NULL DEFAULT '{}',
    citations           JSONB       NOT NULL DEFAULT '[]' CONSTRAINT chat_messages_citations_is_array CHECK (jsonb_typeof(citations) = 'array'),
    answered_by         TEXT,
    timings             JSONB       NOT NULL DEFAULT '{}' CONSTRAINT chat_messages_timings_is_object CHECK (jsonb_typeof(timings) = 'object'),
    prompt_tokens       INTEGER     CONSTRAINT chat_messages_prompt_tokens_not_negative CHECK (prompt_tokens >= 0),
    completion_tokens   INTEGER     CONSTRAINT chat_messages_completion_tokens_not_negative CHECK (completion_tokens >= 0),
    created_at          TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT chat_messages_session_id_ordinal_key UNIQUE (session_id, ordinal),
    CONSTRAINT chat_messages_outcome_of_assistant CHECK ((outcome IS NOT NULL) = (sender = 'assistant'))
);
COMMENT ON TABLE chat_messages IS 'Turns of a conversation.';
COMMENT ON COLUMN chat_messages.id IS 'UUIDv7.';
COMMENT ON COLUMN chat_messages.session_id IS 'Conversation it belongs to.';
COMMENT ON COLUMN chat_messages.ordinal IS 'Place in the conversation, from 0.';
COMMENT ON COLUMN chat_messages.sender IS 'Who speaks: user or assistant.';
COMMENT ON COLUMN chat_messages.text IS 'What was said.';
COMMENT ON COLUMN chat_messages.outcome IS 'How an answer ended; null for a question.';
COMMENT ON COLUMN chat_messages.retrieved_chunk_ids IS 'Chunks given to the answerer, best first; they may have been deleted since.';
COMMENT ON COLUMN chat_messages.citations IS 'Checked citations: [{marker, chunk_id, document_id, page, quote, ..}].';
COMMENT ON COLUMN chat_messages.answered_by IS 'Name of the model, or extractive.';
COMMENT ON COLUMN chat_messages.timings IS 'Milliseconds per step.';
COMMENT ON COLUMN chat_messages.prompt_tokens IS 'Tokens read by the model, when it says so.';
COMMENT ON COLUMN chat_messages.completion_tokens IS 'Tokens written by the model, when it says so.';
COMMENT ON COLUMN chat_messages.created_at IS 'When it was stored.';
