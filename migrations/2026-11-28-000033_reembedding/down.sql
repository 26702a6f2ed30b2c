-- Vectors of parts by a model that their collection does not have are given up, as are moves that have not ended.
DROP FUNCTION remove_embedding_model(INTEGER);
DO $$
DECLARE
    v_role TEXT := current_setting('role');
BEGIN
    SET LOCAL ROLE rag_rules;
    DELETE FROM jobs WHERE kind = 'reembed';
    DELETE FROM chunk_parts p USING collections c
        WHERE c.id = p.collection_id AND c.model_id <> p.model_id
          AND EXISTS (SELECT FROM chunk_parts o WHERE o.chunk_id = p.chunk_id AND o.model_id = c.model_id);
    DELETE FROM chunk_parts p USING chunk_parts o WHERE o.chunk_id = p.chunk_id AND o.model_id < p.model_id
        AND NOT EXISTS (SELECT FROM collections c WHERE c.id = p.collection_id AND c.model_id = p.model_id);
    PERFORM set_config('role', v_role, true);
END
$$;
ALTER TABLE chunk_parts
    DROP CONSTRAINT chunk_parts_pkey,
    ADD CONSTRAINT chunk_parts_pkey PRIMARY KEY (chunk_id);
COMMENT ON TABLE chunk_parts IS 'Parts of chunks: sentences, list items, table rows, settings, program text. Apart from chunks, because only answers read it.';
DROP INDEX jobs_open_reembed_key;
ALTER TABLE jobs
    DROP CONSTRAINT jobs_reembed_has_collection_and_model,
    DROP CONSTRAINT jobs_kind_known,
    ADD CONSTRAINT jobs_kind_known CHECK (kind IN ('ingest', 'upkeep', 'words'));
