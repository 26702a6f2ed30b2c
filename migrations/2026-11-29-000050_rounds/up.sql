-- Rounds of conversations, each a question with its answer, are passages of a collection of their own kind, which only their user sees.

ALTER TABLE collections
    DROP CONSTRAINT collections_kind_known,
    ADD CONSTRAINT collections_kind_known CHECK (kind IN ('documents', 'memory', 'rounds')),
    DROP CONSTRAINT collections_name_of_memory,
    ADD CONSTRAINT collections_name_of_private CHECK (kind = 'documents' OR name = kind);
COMMENT ON COLUMN collections.kind IS 'documents: made by people, can be shared; memory: the memories of its owner; rounds: the rounds of its owner''s conversations. Of the last two each user has one, never shared.';

ALTER TABLE passages
    DROP CONSTRAINT passages_kind_known,
    ADD CONSTRAINT passages_kind_known CHECK (kind IN ('chunk', 'memory', 'round'));
COMMENT ON COLUMN passages.kind IS 'chunk: part of a version of a document, in chunks; memory: in memories; round: in rounds.';

CREATE TABLE rounds (
    id         UUID        NOT NULL CONSTRAINT rounds_pkey PRIMARY KEY CONSTRAINT rounds_id_fkey REFERENCES passages ON DELETE CASCADE,
    answer_id  UUID        NOT NULL CONSTRAINT rounds_answer_id_key UNIQUE,
    session_id UUID        NOT NULL,
    user_id    UUID        NOT NULL CONSTRAINT rounds_user_id_fkey REFERENCES users ON DELETE CASCADE,
    said_at    TIMESTAMPTZ NOT NULL,
    CONSTRAINT rounds_answer_fkey FOREIGN KEY (session_id, answer_id) REFERENCES chat_messages (session_id, id) ON DELETE CASCADE
);
CREATE INDEX rounds_session_id_answer_id_idx ON rounds (session_id, answer_id);
CREATE INDEX rounds_user_id_said_at_idx ON rounds (user_id, said_at);
COMMENT ON TABLE rounds IS 'Questions with their answers that searches find. Their text is that of the messages; they are deleted with them.';
COMMENT ON COLUMN rounds.id IS 'The passage.';
COMMENT ON COLUMN rounds.answer_id IS 'The answer, which names its question.';
COMMENT ON COLUMN rounds.session_id IS 'Conversation.';
COMMENT ON COLUMN rounds.user_id IS 'User who holds the conversation; row-level security goes by it.';
COMMENT ON COLUMN rounds.said_at IS 'When the answer was stored.';
SELECT protect_table('rounds', 'user', 'user_id');

-- Finding the answers without a round takes time in proportion to their number, not to that of all messages.
ALTER TABLE chat_messages ADD COLUMN has_round BOOLEAN NOT NULL DEFAULT false;
COMMENT ON COLUMN chat_messages.has_round IS 'Of an answer: whether its round is indexed. Always false for a question.';
CREATE INDEX chat_messages_lacking_round_idx ON chat_messages (id)
    WHERE NOT has_round AND question_id IS NOT NULL AND outcome IN ('answered', 'stopped', 'not_found', 'unsupported');

GRANT CREATE ON SCHEMA public TO rag_rules;
CREATE FUNCTION forget_rounds() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM passage_lexemes WHERE passage_id IN (SELECT id FROM gone);
    DELETE FROM embeddings WHERE passage_id IN (SELECT id FROM gone);
    DELETE FROM passages WHERE id IN (SELECT id FROM gone);
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION forget_rounds() IS 'Statement trigger: deletes the passages of deleted rounds, with their words and vectors.';
ALTER FUNCTION forget_rounds() OWNER TO rag_rules;
REVOKE EXECUTE ON FUNCTION forget_rounds() FROM PUBLIC;
CREATE TRIGGER rounds_forget AFTER DELETE ON rounds REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION forget_rounds();

CREATE OR REPLACE FUNCTION refuse_memory_collection() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM collections WHERE id = NEW.collection_id AND kind <> 'documents') THEN
        RAISE EXCEPTION 'memories and rounds are neither shared nor documents' USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_of_documents';
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION refuse_memory_collection() IS 'Row trigger: refuses a row that belongs to a collection of memories or of rounds.';
REVOKE CREATE ON SCHEMA public FROM rag_rules;

-- Indexes the rounds of all users; one job at a time.
ALTER TABLE jobs
    DROP CONSTRAINT jobs_kind_known,
    ADD CONSTRAINT jobs_kind_known CHECK (kind IN ('ingest', 'upkeep', 'words', 'reembed', 'rounds'));
CREATE UNIQUE INDEX jobs_open_rounds_key ON jobs (kind) WHERE kind = 'rounds' AND state IN ('queued', 'running');
