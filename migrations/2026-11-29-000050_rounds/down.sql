-- Rounds are deleted with their collections, passages, vectors and words; the messages stay.

DROP TRIGGER rounds_forget ON rounds;
DROP FUNCTION forget_rounds();

-- Row-level security is forced, so the role that owns the tables sees no row.
DO $$
DECLARE
    v_role TEXT := current_setting('role');
BEGIN
    SET LOCAL ROLE rag_rules;
    DELETE FROM passage_lexemes WHERE collection_id IN (SELECT id FROM collections WHERE kind = 'rounds');
    DELETE FROM embeddings WHERE collection_id IN (SELECT id FROM collections WHERE kind = 'rounds');
    DELETE FROM collections WHERE kind = 'rounds';
    DELETE FROM jobs WHERE kind = 'rounds';
    PERFORM set_config('role', v_role, true);
END
$$;

DROP INDEX jobs_open_rounds_key;
ALTER TABLE jobs
    DROP CONSTRAINT jobs_kind_known,
    ADD CONSTRAINT jobs_kind_known CHECK (kind IN ('ingest', 'upkeep', 'words', 'reembed'));

GRANT CREATE ON SCHEMA public TO rag_rules;
CREATE OR REPLACE FUNCTION refuse_memory_collection() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM collections WHERE id = NEW.collection_id AND kind = 'memory') THEN
        RAISE EXCEPTION 'memories are neither shared nor documents' USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_of_documents';
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION refuse_memory_collection() IS 'Row trigger: refuses a row that belongs to a collection of memories.';
REVOKE CREATE ON SCHEMA public FROM rag_rules;

DROP INDEX chat_messages_lacking_round_idx;
ALTER TABLE chat_messages DROP COLUMN has_round;
DROP TABLE rounds;
ALTER TABLE passages
    DROP CONSTRAINT passages_kind_known,
    ADD CONSTRAINT passages_kind_known CHECK (kind IN ('chunk', 'memory'));
COMMENT ON COLUMN passages.kind IS 'chunk: part of a version of a document, in chunks; memory: in memories.';
ALTER TABLE collections
    DROP CONSTRAINT collections_name_of_private,
    ADD CONSTRAINT collections_name_of_memory CHECK (kind <> 'memory' OR name = 'memory'),
    DROP CONSTRAINT collections_kind_known,
    ADD CONSTRAINT collections_kind_known CHECK (kind IN ('documents', 'memory'));
COMMENT ON COLUMN collections.kind IS 'documents: made by people, can be shared; memory: the memories of its owner, one for each user, never shared.';
