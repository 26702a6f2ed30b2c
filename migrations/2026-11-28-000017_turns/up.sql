-- An answer names the question that it answers, and says why it ended early.

ALTER TABLE chat_messages
    ADD COLUMN question_id UUID,
    ADD COLUMN stop_reason TEXT,
    ADD CONSTRAINT chat_messages_session_id_id_key UNIQUE (session_id, id),
    ADD CONSTRAINT chat_messages_question_id_fkey FOREIGN KEY (session_id, question_id)
        REFERENCES chat_messages (session_id, id) ON DELETE CASCADE,
    ADD CONSTRAINT chat_messages_question_id_of_assistant CHECK (question_id IS NULL OR sender = 'assistant'),
    ADD CONSTRAINT chat_messages_stop_reason_known CHECK (stop_reason IN ('asker', 'length', 'time', 'shutdown')),
    ADD CONSTRAINT chat_messages_stop_reason_when_stopped CHECK (stop_reason IS NULL OR outcome = 'stopped');
CREATE INDEX chat_messages_session_id_question_id_idx ON chat_messages (session_id, question_id);
COMMENT ON COLUMN chat_messages.question_id IS 'Question that an answer answers; null for a question.';
COMMENT ON COLUMN chat_messages.stop_reason IS 'Why an answer was stopped: asker (left or asked for it), length (of the answer), time (of the turn), shutdown (of the server); null when it was not, or when it was stored before the reason was.';

-- Until now one question was answered after another: an answer belongs to the question before it. Row-level security is forced, so
-- the role that owns the table sees no row.
DO $$
DECLARE
    v_role TEXT := current_setting('role');
BEGIN
    SET LOCAL ROLE rag_rules;
    UPDATE chat_messages a SET question_id = (
        SELECT q.id FROM chat_messages q
        WHERE q.session_id = a.session_id AND q.sender = 'user' AND q.ordinal < a.ordinal
        ORDER BY q.ordinal DESC LIMIT 1)
    WHERE a.sender = 'assistant';
    PERFORM set_config('role', v_role, true);
END
$$;
