-- Chat models find facts in conversations and sum up memories; the ledger has their tokens.

ALTER TABLE model_usage
    DROP CONSTRAINT model_usage_purpose_known,
    ADD CONSTRAINT model_usage_purpose_known CHECK (purpose IN ('answer', 'question', 'summary', 'memory'));
COMMENT ON COLUMN model_usage.purpose IS 'answer: of a question; question: to understand one; summary: of a conversation; memory: facts of a conversation, and summaries of memories. Requests of all purposes count as answer if they were made before the purpose was stored.';

ALTER TABLE memory_changes
    DROP CONSTRAINT memory_changes_made_by_known,
    ADD CONSTRAINT memory_changes_made_by_known CHECK (made_by IN ('user', 'rule', 'model')),
    DROP CONSTRAINT memory_changes_action_known,
    ADD CONSTRAINT memory_changes_action_known CHECK (action IN
        ('remembered', 'seen_again', 'merged', 'superseded', 'consolidated', 'edited', 'pinned', 'unpinned', 'archived', 'forgotten', 'restored', 'undone'));
COMMENT ON COLUMN memory_changes.made_by IS 'user: a request asked for it; rule: a rule of the program found it; model: a chat model found it.';
