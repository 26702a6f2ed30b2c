-- How the vectors of a model are compared and indexed: a metric, a kind of index, and the settings it is built with.

ALTER TABLE embedding_models
    ADD COLUMN metric TEXT NOT NULL DEFAULT 'cosine'
        CONSTRAINT embedding_models_metric_known CHECK (metric IN ('cosine', 'l2', 'inner_product')),
    ADD COLUMN index_kind TEXT NOT NULL DEFAULT 'hnsw'
        CONSTRAINT embedding_models_index_kind_known CHECK (index_kind IN ('hnsw', 'ivfflat', 'hnsw_binary', 'none')),
    ADD COLUMN hnsw_m INTEGER NOT NULL DEFAULT 16
        CONSTRAINT embedding_models_hnsw_m_range CHECK (hnsw_m BETWEEN 2 AND 100),
    ADD COLUMN hnsw_ef_construction INTEGER NOT NULL DEFAULT 64
        CONSTRAINT embedding_models_hnsw_ef_construction_range CHECK (hnsw_ef_construction BETWEEN 2 * hnsw_m AND 1000),
    ADD COLUMN ivfflat_lists INTEGER
        CONSTRAINT embedding_models_ivfflat_lists_range CHECK (ivfflat_lists BETWEEN 1 AND 32768);
COMMENT ON COLUMN embedding_models.metric IS 'Distance that the index orders by. Vectors have length 1, so each gives the order of the cosine.';
COMMENT ON COLUMN embedding_models.index_kind IS 'Kind of index that stands; hnsw_binary holds one bit a dimension, and what it finds is compared again exactly; none: every row is compared.';
COMMENT ON COLUMN embedding_models.hnsw_m IS 'Links of a node in a layer of the HNSW graph.';
COMMENT ON COLUMN embedding_models.hnsw_ef_construction IS 'Candidates looked at for each node while the HNSW graph is built.';
COMMENT ON COLUMN embedding_models.ivfflat_lists IS 'Lists of an IVFFlat index; absent: one for each thousand rows there are when it is built.';

-- The old index serves until the new one is ready. Writes wait meanwhile; searches do not.
CREATE FUNCTION build_embedding_index(p_model INTEGER) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_model embedding_models;
    v_index TEXT := format('embeddings_%s_vector_idx', p_model);
    v_cast  TEXT;
    v_class TEXT;
    v_rows  BIGINT;
    v_definition TEXT;
BEGIN
    SELECT * INTO STRICT v_model FROM embedding_models WHERE id = p_model FOR NO KEY UPDATE;
    EXECUTE format('LOCK TABLE embeddings_%s IN SHARE MODE', p_model);
    v_cast := format('embedding::halfvec(%s)', v_model.dimensions);
    v_class := format('halfvec_%s_ops', CASE v_model.metric WHEN 'inner_product' THEN 'ip' ELSE v_model.metric END);
    CASE v_model.index_kind
        WHEN 'hnsw' THEN
            v_definition := format('hnsw ((%s) %s) WITH (m = %s, ef_construction = %s)',
                v_cast, v_class, v_model.hnsw_m, v_model.hnsw_ef_construction);
        WHEN 'hnsw_binary' THEN
            v_definition := format('hnsw ((binary_quantize(%s)::bit(%s)) bit_hamming_ops) WITH (m = %s, ef_construction = %s)',
                v_cast, v_model.dimensions, v_model.hnsw_m, v_model.hnsw_ef_construction);
        WHEN 'ivfflat' THEN
            EXECUTE format('SELECT count(*) FROM embeddings_%s', p_model) INTO v_rows;
            v_definition := format('ivfflat ((%s) %s) WITH (lists = %s)',
                v_cast, v_class, coalesce(v_model.ivfflat_lists, least(greatest(v_rows / 1000, 1), 32768)));
        WHEN 'none' THEN
            NULL;
    END CASE;
    IF v_definition IS NOT NULL THEN
        EXECUTE format('CREATE INDEX %I ON embeddings_%s USING %s', v_index || '_new', p_model, v_definition);
    END IF;
    EXECUTE format('DROP INDEX IF EXISTS %I', v_index);
    IF v_definition IS NOT NULL THEN
        EXECUTE format('ALTER INDEX %I RENAME TO %I', v_index || '_new', v_index);
    END IF;
END
$$;
COMMENT ON FUNCTION build_embedding_index(INTEGER) IS 'Builds the index of a model''s vectors by its metric, kind and settings, and puts it in the place of the old one.';

DROP FUNCTION register_embedding_model(TEXT, INTEGER);
CREATE FUNCTION register_embedding_model(p_name TEXT, p_dimensions INTEGER, p_metric TEXT DEFAULT 'cosine', p_index_kind TEXT DEFAULT 'hnsw',
        p_hnsw_m INTEGER DEFAULT 16, p_hnsw_ef_construction INTEGER DEFAULT 64, p_ivfflat_lists INTEGER DEFAULT NULL)
    RETURNS INTEGER LANGUAGE plpgsql AS $$
DECLARE
    v_model embedding_models;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('register_embedding_model'));
    SELECT * INTO v_model FROM embedding_models WHERE name = p_name;
    IF NOT FOUND THEN
        INSERT INTO embedding_models (name, dimensions, metric, index_kind, hnsw_m, hnsw_ef_construction, ivfflat_lists)
            VALUES (p_name, p_dimensions, p_metric, p_index_kind, p_hnsw_m, p_hnsw_ef_construction, p_ivfflat_lists)
            RETURNING * INTO v_model;
        EXECUTE format('CREATE TABLE embeddings_%1$s PARTITION OF embeddings (CONSTRAINT embeddings_%1$s_dimensions '
            'CHECK (vector_dims(embedding) = %2$s AND l2_norm(embedding) > 0)) FOR VALUES IN (%1$s)', v_model.id, v_model.dimensions);
        PERFORM build_embedding_index(v_model.id);
    ELSIF v_model.dimensions <> p_dimensions THEN
        RAISE EXCEPTION 'model % has % dimensions, not %', p_name, v_model.dimensions, p_dimensions USING ERRCODE = 'check_violation';
    END IF;
    RETURN v_model.id;
END
$$;
COMMENT ON FUNCTION register_embedding_model(TEXT, INTEGER, TEXT, TEXT, INTEGER, INTEGER, INTEGER) IS 'Id of the model of that name; makes it, its partition and its index when new. The index of a known model stays as it is.';

DO $$
DECLARE
    v_id INTEGER;
BEGIN
    FOR v_id IN SELECT id FROM embedding_models LOOP
        EXECUTE format('ALTER INDEX embeddings_%1$s_hnsw_idx RENAME TO embeddings_%1$s_vector_idx', v_id);
    END LOOP;
END
$$;

-- The lexical leg has its inverted index, within one collection by construction; beside this one PostgreSQL would sometimes
-- rather compare the words of all rows of the collection, a hundred times slower.
DROP INDEX chunk_lexemes_collection_id_idx;
