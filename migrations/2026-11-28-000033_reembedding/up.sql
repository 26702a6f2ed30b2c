-- A collection moves to another embedding model while it is searched by the one it has: a job makes the vectors of all its passages,
-- then changes collections.model_id. Until the old vectors are deleted, a passage has vectors of both.

ALTER TABLE jobs
    DROP CONSTRAINT jobs_kind_known,
    ADD CONSTRAINT jobs_kind_known CHECK (kind IN ('ingest', 'upkeep', 'words', 'reembed')),
    ADD CONSTRAINT jobs_reembed_has_collection_and_model CHECK (kind <> 'reembed' OR (collection_id IS NOT NULL AND model_id IS NOT NULL));
-- One move of a collection at a time.
CREATE UNIQUE INDEX jobs_open_reembed_key ON jobs (collection_id) WHERE kind = 'reembed' AND state IN ('queued', 'running');

-- Answers choose among parts by the vectors of the model that embeds the question.
ALTER TABLE chunk_parts
    DROP CONSTRAINT chunk_parts_pkey,
    ADD CONSTRAINT chunk_parts_pkey PRIMARY KEY (chunk_id, model_id);
COMMENT ON TABLE chunk_parts IS 'Parts of chunks: sentences, list items, table rows, settings, program text; a row for each model. Apart from chunks, because only answers read it.';

CREATE FUNCTION remove_embedding_model(p_model INTEGER) RETURNS void LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('register_embedding_model'));
    EXECUTE format('DROP TABLE IF EXISTS embeddings_%s', p_model);
    DELETE FROM embedding_models WHERE id = p_model;
END
$$;
COMMENT ON FUNCTION remove_embedding_model(INTEGER) IS 'Removes a model with its vectors. A foreign key refuses one that a collection or a job names.';
REVOKE EXECUTE ON FUNCTION remove_embedding_model(INTEGER) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION remove_embedding_model(INTEGER) TO rag_worker, rag_rules;
