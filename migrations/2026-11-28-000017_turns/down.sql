DROP INDEX chat_messages_session_id_question_id_idx;
ALTER TABLE chat_messages
    DROP COLUMN question_id,
    DROP COLUMN stop_reason,
    DROP CONSTRAINT chat_messages_session_id_id_key;
