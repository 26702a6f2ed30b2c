-- The messages of a conversation form a tree: an edited question and a regenerated answer begin branches.

ALTER TABLE chat_messages
    ADD COLUMN parent_id UUID,
    ADD CONSTRAINT chat_messages_parent_id_fkey FOREIGN KEY (session_id, parent_id)
        REFERENCES chat_messages (session_id, id) ON DELETE CASCADE;
CREATE INDEX chat_messages_session_id_parent_id_idx ON chat_messages (session_id, parent_id);
COMMENT ON COLUMN chat_messages.parent_id IS 'Message that this one follows; null for a first question. An answer follows its question.';

ALTER TABLE chat_sessions
    ADD COLUMN active_message_id UUID,
    ADD COLUMN archived_at TIMESTAMPTZ;
COMMENT ON COLUMN chat_sessions.active_message_id IS 'Last message of the branch that is shown and continued; null before the first question.';
COMMENT ON COLUMN chat_sessions.archived_at IS 'When the conversation was archived; null if it is not.';

-- Until now each message followed the one before it. Row-level security is forced, so the role that owns the tables sees no row.
DO $$
DECLARE
    v_role TEXT := current_setting('role');
BEGIN
    SET LOCAL ROLE rag_rules;
    UPDATE chat_messages m SET parent_id = coalesce(m.question_id, (
        SELECT p.id FROM chat_messages p
        WHERE p.session_id = m.session_id AND p.ordinal < m.ordinal
        ORDER BY p.ordinal DESC LIMIT 1));
    UPDATE chat_sessions s SET active_message_id = (
        SELECT m.id FROM chat_messages m WHERE m.session_id = s.id ORDER BY m.ordinal DESC LIMIT 1);
    PERFORM set_config('role', v_role, true);
END
$$;
