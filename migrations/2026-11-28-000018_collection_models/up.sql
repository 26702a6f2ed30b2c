-- Each collection names the embedding model of its vectors, and each job the model that it needs.

ALTER TABLE collections ADD COLUMN model_id INTEGER CONSTRAINT collections_model_id_fkey REFERENCES embedding_models;
ALTER TABLE jobs ADD COLUMN model_id INTEGER CONSTRAINT jobs_model_id_fkey REFERENCES embedding_models;

-- Row-level security is forced, so the role that owns the tables sees no row.
DO $$
DECLARE
    v_role TEXT := current_setting('role');
BEGIN
    SET LOCAL ROLE rag_rules;
    -- Of several models that a collection holds vectors of, the one with the most.
    UPDATE collections c SET model_id = held.model_id
    FROM (SELECT DISTINCT ON (collection_id) collection_id, model_id FROM embeddings
          GROUP BY collection_id, model_id ORDER BY collection_id, count(*) DESC, model_id DESC) AS held
    WHERE held.collection_id = c.id;
    -- A server registers its model before anybody can make a collection; only rows written by hand lack one. They have no
    -- vectors, so the bundled model serves.
    IF EXISTS (SELECT FROM collections WHERE model_id IS NULL) THEN
        IF NOT EXISTS (SELECT FROM embedding_models) THEN
            PERFORM register_embedding_model('all-MiniLM-L6-v2', 384);
        END IF;
        UPDATE collections SET model_id = (SELECT max(id) FROM embedding_models) WHERE model_id IS NULL;
    END IF;
    UPDATE jobs j SET model_id = c.model_id FROM collections c WHERE c.id = j.collection_id AND j.kind = 'ingest';
    PERFORM set_config('role', v_role, true);
END
$$;

ALTER TABLE collections ALTER COLUMN model_id SET NOT NULL;
ALTER TABLE jobs ADD CONSTRAINT jobs_ingest_has_model CHECK (kind <> 'ingest' OR model_id IS NOT NULL);
CREATE INDEX collections_model_id_idx ON collections (model_id);
CREATE INDEX jobs_model_id_idx ON jobs (model_id);
COMMENT ON COLUMN collections.model_id IS 'Embedding model of all its vectors; documents are cut and embedded by it, whichever process stores them.';
COMMENT ON COLUMN jobs.model_id IS 'Embedding model that the work needs; only processes that have it take the job. Null for work without a model.';
GRANT INSERT (model_id) ON jobs TO rag_user;
