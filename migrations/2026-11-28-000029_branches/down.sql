ALTER TABLE chat_sessions
    DROP COLUMN archived_at,
    DROP COLUMN active_message_id;
DROP INDEX chat_messages_session_id_parent_id_idx;
ALTER TABLE chat_messages DROP COLUMN parent_id;
