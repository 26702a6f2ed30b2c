-- Tools that a program can call are passages of a collection of their own kind. Each user has one, which they can share with their team.

ALTER TABLE collections
    DROP CONSTRAINT collections_kind_known,
    ADD CONSTRAINT collections_kind_known CHECK (kind IN ('documents', 'memory', 'rounds', 'tools'));
COMMENT ON COLUMN collections.kind IS 'documents: made by people, can be shared; memory: the memories of its owner; rounds: the rounds of its owner''s conversations; tools: the tools of its owner. Of the last three each user has one; only that of tools can be shared.';

ALTER TABLE passages
    DROP CONSTRAINT passages_kind_known,
    ADD CONSTRAINT passages_kind_known CHECK (kind IN ('chunk', 'memory', 'round', 'tool'));
COMMENT ON COLUMN passages.kind IS 'chunk: part of a version of a document, in chunks; memory: in memories; round: in rounds; tool: in tools.';

CREATE TABLE tools (
    id            UUID        NOT NULL CONSTRAINT tools_pkey PRIMARY KEY CONSTRAINT tools_id_fkey REFERENCES passages ON DELETE CASCADE,
    collection_id UUID        NOT NULL CONSTRAINT tools_collection_id_fkey REFERENCES collections ON DELETE CASCADE,
    name          TEXT        NOT NULL CONSTRAINT tools_name_form CHECK (name ~ '^[A-Za-z0-9_.-]{1,128}$'),
    description   TEXT        NOT NULL CONSTRAINT tools_description_length CHECK (char_length(description) BETWEEN 1 AND 4000),
    parameters    JSONB       NOT NULL CONSTRAINT tools_parameters_is_object CHECK (jsonb_typeof(parameters) = 'object'),
    created_at    TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at    TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT tools_collection_id_name_key UNIQUE (collection_id, name)
);
CREATE TRIGGER tools_touch BEFORE UPDATE ON tools FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
COMMENT ON TABLE tools IS 'Passages that describe tools. The program that asks for a tool calls it itself; nothing here does.';
COMMENT ON COLUMN tools.id IS 'The passage.';
COMMENT ON COLUMN tools.collection_id IS 'The passage''s collection, repeated here to keep names unique in it.';
COMMENT ON COLUMN tools.name IS 'Name by which it is called, unique in the collection.';
COMMENT ON COLUMN tools.description IS 'Its purpose, in words; it is found by them, by the words of its name and by its parameters.';
COMMENT ON COLUMN tools.parameters IS 'JSON Schema of its parameters: an object without references to other documents.';
COMMENT ON COLUMN tools.created_at IS 'When it was first stored.';
COMMENT ON COLUMN tools.updated_at IS 'When the row last changed; kept by a trigger.';

SELECT protect_table('tools', 'collection', 'collection_id', '{adds,deletes}');
CREATE POLICY changes ON tools FOR UPDATE TO rag_user USING (collection_id = ANY ((SELECT writable())::uuid[]));
GRANT UPDATE (description, parameters) ON tools TO rag_user;

-- The functions below look behind the policies.
GRANT CREATE ON SCHEMA public TO rag_rules;

CREATE FUNCTION writable_tools() RETURNS UUID[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT ARRAY(SELECT id FROM collections WHERE kind = 'tools' AND id = ANY (writable()))
$$;
COMMENT ON FUNCTION writable_tools() IS 'Collections of tools that the asker may change; none for a key that only reads.';

DROP FUNCTION index_memories(UUID[], TEXT, TSVECTOR[]);
CREATE FUNCTION index_own_passages(p_passages UUID[], p_config TEXT, p_tsvs TSVECTOR[]) RETURNS void LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM passages WHERE id = ANY (p_passages)
               AND (collection_id = memory_collection() OR collection_id = ANY (writable_tools())) IS NOT TRUE) THEN
        RAISE EXCEPTION 'cannot index the words of a passage that is neither a memory nor a tool of the asker' USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM index_passages(p_passages, p_config, p_tsvs);
END
$$;
COMMENT ON FUNCTION index_own_passages(UUID[], TEXT, TSVECTOR[]) IS 'As index_passages, for the memories of the asker and the tools that the asker may change.';

CREATE OR REPLACE FUNCTION refuse_memory_collection() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM collections WHERE id = NEW.collection_id AND kind <> 'documents'
               AND NOT (kind = 'tools' AND TG_TABLE_NAME = 'collection_members')) THEN
        RAISE EXCEPTION 'memories and rounds are neither shared nor documents' USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_of_documents';
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION refuse_memory_collection() IS 'Row trigger: refuses a row that belongs to a collection of memories or of rounds, and for one of tools every row but that of a member.';

ALTER FUNCTION writable_tools() OWNER TO rag_rules;
ALTER FUNCTION index_own_passages(UUID[], TEXT, TSVECTOR[]) OWNER TO rag_rules;
REVOKE CREATE ON SCHEMA public FROM rag_rules;
REVOKE EXECUTE ON FUNCTION writable_tools(), index_own_passages(UUID[], TEXT, TSVECTOR[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION writable_tools(), index_own_passages(UUID[], TEXT, TSVECTOR[]) TO rag_user, rag_rules;

CREATE POLICY describes ON passages FOR INSERT TO rag_user
    WITH CHECK (kind = 'tool' AND version_id IS NULL AND collection_id = ANY ((SELECT writable_tools())::uuid[]));
CREATE POLICY describes ON embeddings FOR INSERT TO rag_user
    WITH CHECK (version_id IS NULL AND collection_id = ANY ((SELECT writable_tools())::uuid[]));
