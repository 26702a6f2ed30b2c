-- Summaries of long conversations take the place of messages that no longer fit into a chat model's prompt.

CREATE TABLE chat_summaries (
    message_id UUID        NOT NULL CONSTRAINT chat_summaries_pkey PRIMARY KEY,
    session_id UUID        NOT NULL,
    user_id    UUID        NOT NULL CONSTRAINT chat_summaries_user_id_fkey REFERENCES users ON DELETE CASCADE,
    text       TEXT        NOT NULL CONSTRAINT chat_summaries_text_length CHECK (char_length(text) BETWEEN 1 AND 4000),
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT chat_summaries_message_id_fkey FOREIGN KEY (session_id, message_id) REFERENCES chat_messages (session_id, id) ON DELETE CASCADE
);
CREATE INDEX chat_summaries_session_id_message_id_idx ON chat_summaries (session_id, message_id);
CREATE INDEX chat_summaries_user_id_idx ON chat_summaries (user_id);
COMMENT ON TABLE chat_summaries IS 'Summaries of conversations from their beginning to a message of a branch. Only branches with that message have the summary.';
COMMENT ON COLUMN chat_summaries.message_id IS 'Answer up to which the summary reaches, that answer included.';
COMMENT ON COLUMN chat_summaries.session_id IS 'Conversation.';
COMMENT ON COLUMN chat_summaries.user_id IS 'User who holds the conversation, repeated for row-level security.';
COMMENT ON COLUMN chat_summaries.text IS 'The summary, written by a chat model.';
COMMENT ON COLUMN chat_summaries.created_at IS 'When the row was made.';
SELECT protect_table('chat_summaries', 'user', 'user_id', '{adds}');
