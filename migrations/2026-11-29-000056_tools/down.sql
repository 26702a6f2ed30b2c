-- Tools are deleted with their collections, passages, vectors and words.

DROP POLICY describes ON embeddings;
DROP POLICY describes ON passages;

-- Row-level security is forced, so the role that owns the tables sees no row.
DO $$
DECLARE
    v_role TEXT := current_setting('role');
BEGIN
    SET LOCAL ROLE rag_rules;
    DELETE FROM passage_lexemes WHERE collection_id IN (SELECT id FROM collections WHERE kind = 'tools');
    DELETE FROM embeddings WHERE collection_id IN (SELECT id FROM collections WHERE kind = 'tools');
    DELETE FROM collections WHERE kind = 'tools';
    PERFORM set_config('role', v_role, true);
END
$$;

GRANT CREATE ON SCHEMA public TO rag_rules;
CREATE OR REPLACE FUNCTION refuse_memory_collection() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM collections WHERE id = NEW.collection_id AND kind <> 'documents') THEN
        RAISE EXCEPTION 'memories and rounds are neither shared nor documents' USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_of_documents';
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION refuse_memory_collection() IS 'Row trigger: refuses a row that belongs to a collection of memories or of rounds.';

DROP FUNCTION index_own_passages(UUID[], TEXT, TSVECTOR[]);
CREATE FUNCTION index_memories(p_passages UUID[], p_config TEXT, p_tsvs TSVECTOR[]) RETURNS void LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM passages WHERE id = ANY (p_passages) AND collection_id IS DISTINCT FROM memory_collection()) THEN
        RAISE EXCEPTION 'cannot index the words of a passage that is not the asker''s memory' USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM index_passages(p_passages, p_config, p_tsvs);
END
$$;
COMMENT ON FUNCTION index_memories(UUID[], TEXT, TSVECTOR[]) IS 'As index_passages, for the memories of the asker alone.';
ALTER FUNCTION index_memories(UUID[], TEXT, TSVECTOR[]) OWNER TO rag_rules;
REVOKE CREATE ON SCHEMA public FROM rag_rules;
REVOKE EXECUTE ON FUNCTION index_memories(UUID[], TEXT, TSVECTOR[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION index_memories(UUID[], TEXT, TSVECTOR[]) TO rag_user, rag_rules;

DROP FUNCTION writable_tools();
DROP TABLE tools;
ALTER TABLE passages
    DROP CONSTRAINT passages_kind_known,
    ADD CONSTRAINT passages_kind_known CHECK (kind IN ('chunk', 'memory', 'round'));
COMMENT ON COLUMN passages.kind IS 'chunk: part of a version of a document, in chunks; memory: in memories; round: in rounds.';
ALTER TABLE collections
    DROP CONSTRAINT collections_kind_known,
    ADD CONSTRAINT collections_kind_known CHECK (kind IN ('documents', 'memory', 'rounds'));
COMMENT ON COLUMN collections.kind IS 'documents: made by people, can be shared; memory: the memories of its owner; rounds: the rounds of its owner''s conversations. Of the last two each user has one, never shared.';
