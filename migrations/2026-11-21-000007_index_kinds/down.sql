CREATE INDEX chunk_lexemes_collection_id_idx ON chunk_lexemes (collection_id);
-- Before, every model had an HNSW index by cosine with pgvector's defaults.
DO $$
DECLARE
    v_model embedding_models;
BEGIN
    FOR v_model IN SELECT * FROM embedding_models LOOP
        IF (v_model.metric, v_model.index_kind, v_model.hnsw_m, v_model.hnsw_ef_construction) <> ('cosine', 'hnsw', 16, 64) THEN
            UPDATE embedding_models SET metric = DEFAULT, index_kind = DEFAULT, hnsw_m = DEFAULT, hnsw_ef_construction = DEFAULT
                WHERE id = v_model.id;
            PERFORM build_embedding_index(v_model.id);
        END IF;
        EXECUTE format('ALTER INDEX embeddings_%1$s_vector_idx RENAME TO embeddings_%1$s_hnsw_idx', v_model.id);
    END LOOP;
END
$$;

DROP FUNCTION register_embedding_model(TEXT, INTEGER, TEXT, TEXT, INTEGER, INTEGER, INTEGER);
DROP FUNCTION build_embedding_index(INTEGER);
ALTER TABLE embedding_models
    DROP COLUMN metric,
    DROP COLUMN index_kind,
    DROP COLUMN hnsw_m,
    DROP COLUMN hnsw_ef_construction,
    DROP COLUMN ivfflat_lists;

CREATE FUNCTION register_embedding_model(p_name TEXT, p_dimensions INTEGER) RETURNS INTEGER LANGUAGE plpgsql AS $$
DECLARE
    v_model embedding_models;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('register_embedding_model'));
    SELECT * INTO v_model FROM embedding_models WHERE name = p_name;
    IF NOT FOUND THEN
        INSERT INTO embedding_models (name, dimensions) VALUES (p_name, p_dimensions) RETURNING * INTO v_model;
        EXECUTE format('CREATE TABLE embeddings_%1$s PARTITION OF embeddings (CONSTRAINT embeddings_%1$s_dimensions '
            'CHECK (vector_dims(embedding) = %2$s AND l2_norm(embedding) > 0)) FOR VALUES IN (%1$s)', v_model.id, v_model.dimensions);
        EXECUTE format('CREATE INDEX embeddings_%1$s_hnsw_idx ON embeddings_%1$s USING hnsw '
            '((embedding::halfvec(%2$s)) halfvec_cosine_ops)', v_model.id, v_model.dimensions);
    ELSIF v_model.dimensions <> p_dimensions THEN
        RAISE EXCEPTION 'model % has % dimensions, not %', p_name, v_model.dimensions, p_dimensions USING ERRCODE = 'check_violation';
    END IF;
    RETURN v_model.id;
END
$$;
COMMENT ON FUNCTION register_embedding_model(TEXT, INTEGER) IS 'Id of the model of that name; makes it, its partition and its HNSW index when new.';
