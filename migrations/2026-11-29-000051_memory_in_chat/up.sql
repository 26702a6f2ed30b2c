-- Conversations that read the user's memories, and write them.

ALTER TABLE chat_sessions
    ADD COLUMN memory TEXT NOT NULL DEFAULT 'off' CONSTRAINT chat_sessions_memory_known CHECK (memory IN ('off', 'read', 'read_write'));
COMMENT ON COLUMN chat_sessions.memory IS 'off: questions find documents alone; read: memories and rounds of other conversations, too; read_write: statements about the user are remembered as well.';
ALTER TABLE chat_messages
    ADD COLUMN remembered JSONB NOT NULL DEFAULT '[]' CONSTRAINT chat_messages_remembered_is_array CHECK (jsonb_typeof(remembered) = 'array');
COMMENT ON COLUMN chat_messages.remembered IS 'Of an answer: the statements of its question that were remembered or refused, a JSON array.';
