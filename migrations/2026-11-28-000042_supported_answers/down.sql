-- Row-level security is forced, so the role that owns the tables sees no row. Before, these answers were 'answered'.
GRANT UPDATE ON events TO rag_rules;
ALTER TABLE ONLY events DISABLE TRIGGER events_append_only;
DO $$
DECLARE
    v_role TEXT := current_setting('role');
BEGIN
    SET LOCAL ROLE rag_rules;
    UPDATE chat_messages SET outcome = 'answered' WHERE outcome = 'unsupported';
    UPDATE events SET outcome = 'answered' WHERE outcome = 'unsupported';
    PERFORM set_config('role', v_role, true);
END
$$;
ALTER TABLE ONLY events ENABLE TRIGGER events_append_only;
REVOKE UPDATE ON events FROM rag_rules;
ALTER TABLE events
    DROP CONSTRAINT events_outcome_known,
    ADD CONSTRAINT events_outcome_known CHECK (outcome IN ('answered', 'not_found', 'failed', 'stopped'));
ALTER TABLE chat_messages
    DROP COLUMN sentences,
    DROP CONSTRAINT chat_messages_outcome_known,
    ADD CONSTRAINT chat_messages_outcome_known CHECK (outcome IN ('answered', 'not_found', 'failed', 'stopped', 'interrupted'));
