-- Memories are deleted with their collections, passages, vectors and words.

DROP POLICY remembers ON embeddings;
REVOKE INSERT ON embeddings FROM rag_user;
DROP POLICY remembers ON passages;
REVOKE INSERT ON passages FROM rag_user;

-- Row-level security is forced, so the role that owns the tables sees no row.
DO $$
DECLARE
    v_role TEXT := current_setting('role');
BEGIN
    SET LOCAL ROLE rag_rules;
    DELETE FROM passage_lexemes WHERE collection_id IN (SELECT id FROM collections WHERE kind = 'memory');
    DELETE FROM embeddings WHERE collection_id IN (SELECT id FROM collections WHERE kind = 'memory');
    DELETE FROM collections WHERE kind = 'memory';
    PERFORM set_config('role', v_role, true);
END
$$;

DROP TRIGGER documents_of_documents ON documents;
DROP TRIGGER collection_links_of_documents ON collection_links;
DROP TRIGGER collection_members_of_documents ON collection_members;
DROP TABLE memory_changes;
DROP TABLE memory_uses;
DROP TABLE memories;
DROP FUNCTION refuse_memory_collection();
DROP FUNCTION index_memories(UUID[], TEXT, TSVECTOR[]);
DROP FUNCTION memory_collection();

ALTER TABLE passages
    DROP CONSTRAINT passages_kind_known,
    ADD CONSTRAINT passages_kind_known CHECK (kind IN ('chunk'));
COMMENT ON COLUMN passages.kind IS 'chunk: part of a version of a document, in chunks.';
ALTER TABLE collections
    DROP CONSTRAINT collections_name_of_memory,
    DROP CONSTRAINT collections_owner_id_name_key,
    DROP COLUMN kind,
    ADD CONSTRAINT collections_owner_id_name_key UNIQUE (owner_id, name);
COMMENT ON COLUMN collections.name IS 'Name, unique per owner.';
