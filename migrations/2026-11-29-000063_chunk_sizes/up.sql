-- A collection can have chunk sizes of its own.
ALTER TABLE collections
    ADD COLUMN chunk_max_tokens INTEGER CONSTRAINT collections_chunk_max_tokens_range CHECK (chunk_max_tokens BETWEEN 32 AND 8192),
    ADD COLUMN chunk_overlap_tokens INTEGER,
    ADD CONSTRAINT collections_chunk_overlap_tokens_range CHECK (chunk_overlap_tokens BETWEEN 0 AND chunk_max_tokens / 2),
    ADD CONSTRAINT collections_chunk_sizes_together CHECK ((chunk_max_tokens IS NULL) = (chunk_overlap_tokens IS NULL));
COMMENT ON COLUMN collections.chunk_max_tokens IS
    'Maximum size of its chunks with the title and headings put before them, in tokens of its model. Null: the setting of the server.';
COMMENT ON COLUMN collections.chunk_overlap_tokens IS
    'Maximum number of tokens that a chunk repeats from the end of the previous one. Null: the setting of the server.';
GRANT UPDATE (chunk_max_tokens, chunk_overlap_tokens) ON collections TO rag_user;

DROP TRIGGER collections_audit ON collections;
CREATE TRIGGER collections_audit AFTER INSERT OR DELETE OR UPDATE OF name, description, defaults, chunk_max_tokens, chunk_overlap_tokens ON collections
    FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION audit_change('collection', '{}');
