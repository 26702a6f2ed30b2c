DROP TABLE turn_events;
DROP TABLE turns;
-- Row-level security is forced, so the role that owns the table sees no row.
DO $$
DECLARE
    v_role TEXT := current_setting('role');
BEGIN
    SET LOCAL ROLE rag_rules;
    UPDATE chat_messages SET outcome = 'failed' WHERE outcome = 'interrupted';
    PERFORM set_config('role', v_role, true);
END
$$;
ALTER TABLE chat_messages
    DROP CONSTRAINT chat_messages_outcome_known,
    ADD CONSTRAINT chat_messages_outcome_known CHECK (outcome IN ('answered', 'not_found', 'failed', 'stopped'));
