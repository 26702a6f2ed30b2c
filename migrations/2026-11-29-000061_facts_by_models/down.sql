-- Row-level security is forced, so the role that owns the tables sees no row.
DO $$
DECLARE
    v_role TEXT := current_setting('role');
BEGIN
    SET LOCAL ROLE rag_rules;
    WITH gone AS (DELETE FROM model_usage WHERE purpose IN ('summary', 'memory') RETURNING *)
    INSERT INTO model_usage (organisation_id, user_id, day, model, purpose, request_count, prompt_tokens, completion_tokens, estimated_tokens, cost_micros)
    SELECT organisation_id, user_id, day, model, 'summary', sum(request_count), sum(prompt_tokens), sum(completion_tokens), sum(estimated_tokens), sum(cost_micros)
    FROM gone GROUP BY organisation_id, user_id, day, model;
    PERFORM set_config('role', v_role, true);
END
$$;
ALTER TABLE model_usage
    DROP CONSTRAINT model_usage_purpose_known,
    ADD CONSTRAINT model_usage_purpose_known CHECK (purpose IN ('answer', 'question', 'summary'));
COMMENT ON COLUMN model_usage.purpose IS 'answer: of a question; question: to understand one; summary: of a conversation. Requests of all purposes count as answer if they were made before the purpose was stored.';

ALTER TABLE memory_changes NO FORCE ROW LEVEL SECURITY;
ALTER TABLE memory_changes DISABLE TRIGGER memory_changes_append_only;
UPDATE memory_changes SET made_by = 'rule' WHERE made_by = 'model';
UPDATE memory_changes SET action = 'superseded' WHERE action = 'consolidated';
ALTER TABLE memory_changes ENABLE TRIGGER memory_changes_append_only;
ALTER TABLE memory_changes FORCE ROW LEVEL SECURITY;
ALTER TABLE memory_changes
    DROP CONSTRAINT memory_changes_made_by_known,
    ADD CONSTRAINT memory_changes_made_by_known CHECK (made_by IN ('user', 'rule')),
    DROP CONSTRAINT memory_changes_action_known,
    ADD CONSTRAINT memory_changes_action_known CHECK (action IN
        ('remembered', 'seen_again', 'merged', 'superseded', 'edited', 'pinned', 'unpinned', 'archived', 'forgotten', 'restored', 'undone'));
COMMENT ON COLUMN memory_changes.made_by IS 'user: a request asked for it; rule: a rule of the program found it.';
