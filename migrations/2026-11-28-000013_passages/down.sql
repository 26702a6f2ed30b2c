-- Chunks are the only passages that this migration knows: vectors and words belong to them again.

ALTER TABLE embedding_models ADD COLUMN metric TEXT NOT NULL DEFAULT 'cosine'
    CONSTRAINT embedding_models_metric_known CHECK (metric IN ('cosine', 'l2', 'inner_product'));
COMMENT ON COLUMN embedding_models.metric IS 'Distance that the index orders by. Vectors have length 1, so each gives the order of the cosine.';
DROP FUNCTION register_embedding_model(TEXT, INTEGER, TEXT, INTEGER, INTEGER, INTEGER);
CREATE OR REPLACE FUNCTION build_embedding_index(p_model INTEGER) RETURNS void LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
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
CREATE FUNCTION register_embedding_model(p_name TEXT, p_dimensions INTEGER, p_metric TEXT DEFAULT 'cosine', p_index_kind TEXT DEFAULT 'hnsw',
        p_hnsw_m INTEGER DEFAULT 16, p_hnsw_ef_construction INTEGER DEFAULT 64, p_ivfflat_lists INTEGER DEFAULT NULL)
    RETURNS INTEGER LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
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
REVOKE EXECUTE ON FUNCTION register_embedding_model(TEXT, INTEGER, TEXT, TEXT, INTEGER, INTEGER, INTEGER) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION register_embedding_model(TEXT, INTEGER, TEXT, TEXT, INTEGER, INTEGER, INTEGER) TO rag_worker, rag_rules;

DROP TRIGGER passage_lexemes_forget ON passage_lexemes;
DROP FUNCTION forget_passage_lexemes();
DROP FUNCTION reindex_version(UUID);
DROP FUNCTION index_chunks(UUID, INTEGER, INTEGER);
DROP FUNCTION index_passages(UUID[], TEXT, TEXT[]);

GRANT CREATE ON SCHEMA public, search TO rag_rules;
ALTER VIEW search.passage_lexemes RENAME TO chunk_lexemes;
ALTER VIEW search.chunk_lexemes RENAME COLUMN passage_id TO chunk_id;
ALTER VIEW search.embeddings RENAME COLUMN passage_id TO chunk_id;

ALTER TABLE lexical_statistics RENAME CONSTRAINT lexical_statistics_passage_count_not_negative TO lexical_statistics_chunk_count_not_negative;
ALTER TABLE lexical_statistics RENAME COLUMN passage_count TO chunk_count;
COMMENT ON COLUMN lexical_statistics.text_search_config IS 'Configuration its chunks were stemmed by.';
COMMENT ON COLUMN lexical_statistics.chunk_count IS 'Chunks in chunk_lexemes.';
ALTER TABLE lexemes RENAME CONSTRAINT lexemes_passage_count_not_negative TO lexemes_chunk_count_not_negative;
ALTER TABLE lexemes RENAME COLUMN passage_count TO chunk_count;
COMMENT ON TABLE lexemes IS 'Words of a collection. Ids are dimensions of chunk_lexemes.impacts; kept per collection, so that no collection''s ranking tells of another''s words.';
COMMENT ON COLUMN lexemes.lexeme IS 'Stem, by the document''s text search configuration.';
COMMENT ON COLUMN lexemes.chunk_count IS 'Chunks that hold it: the document frequency of BM25.';

ALTER INDEX passage_lexemes_lexeme_ids_idx RENAME TO chunk_lexemes_lexeme_ids_idx;
ALTER INDEX passage_lexemes_version_id_idx RENAME TO chunk_lexemes_version_id_idx;
ALTER TABLE passage_lexemes
    ALTER COLUMN version_id SET NOT NULL,
    DROP CONSTRAINT passage_lexemes_passage_id_fkey,
    ADD CONSTRAINT chunk_lexemes_chunk_id_fkey FOREIGN KEY (passage_id) REFERENCES chunks ON DELETE CASCADE;
ALTER TABLE passage_lexemes RENAME CONSTRAINT passage_lexemes_length_not_negative TO chunk_lexemes_length_not_negative;
ALTER TABLE passage_lexemes RENAME CONSTRAINT passage_lexemes_pkey TO chunk_lexemes_pkey;
ALTER TABLE passage_lexemes RENAME COLUMN passage_id TO chunk_id;
ALTER TABLE passage_lexemes RENAME TO chunk_lexemes;
COMMENT ON TABLE chunk_lexemes IS 'The full-text row of a chunk: candidates by lexeme_ids, BM25 as an inner product with impacts, phrases by tsv.';
COMMENT ON COLUMN chunk_lexemes.chunk_id IS 'Chunk it stands for.';
COMMENT ON COLUMN chunk_lexemes.version_id IS 'The chunk''s version, repeated here so that search can hide versions being built.';
COMMENT ON COLUMN chunk_lexemes.collection_id IS 'The chunk''s collection, repeated here so that search can filter without a join.';
COMMENT ON COLUMN chunk_lexemes.tsv IS 'Words with positions, of title (twice, as it counts twice), headings and text.';

ALTER TABLE embeddings
    ALTER COLUMN version_id SET NOT NULL,
    DROP CONSTRAINT embeddings_passage_id_fkey,
    ADD CONSTRAINT embeddings_chunk_id_fkey FOREIGN KEY (passage_id) REFERENCES chunks ON DELETE CASCADE;
ALTER TABLE embeddings RENAME COLUMN passage_id TO chunk_id;
COMMENT ON TABLE embeddings IS 'Vectors of chunks, L2-normalised, partitioned by model. Narrow on purpose: an exact scan reads nothing else.';
COMMENT ON COLUMN embeddings.chunk_id IS 'Chunk it stands for.';
COMMENT ON COLUMN embeddings.version_id IS 'The chunk''s version, repeated here so that search can hide versions being built.';
COMMENT ON COLUMN embeddings.collection_id IS 'The chunk''s collection, repeated here so that search can filter without a join.';

ALTER TABLE chunks DROP CONSTRAINT chunks_id_fkey;
COMMENT ON TABLE chunks IS 'Passages of a version: what is embedded, found and cited.';
COMMENT ON COLUMN chunks.id IS 'UUIDv7.';
DROP TABLE passages;

-- The title counts twice; k1 and b are those that did best on passages (docs/adr/0006).
CREATE FUNCTION index_chunk_lexemes(p_version UUID, p_first INTEGER, p_last INTEGER) RETURNS void LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    k1       CONSTANT REAL := 0.9;
    b        CONSTANT REAL := 0.5;
    v_document documents;
    v_chunks UUID[];
    v_tsvs   TSVECTOR[];
    v_count  BIGINT;
    v_length BIGINT;
BEGIN
    SELECT d.* INTO STRICT v_document FROM documents d JOIN document_versions v ON v.document_id = d.id WHERE v.id = p_version;
    SELECT array_agg(c.id), array_agg(search_vector(v_document.text_search_config,
               concat_ws(E'\n', v_document.title, v_document.title, array_to_string(c.heading_path, E'\n'), c.text)))
        INTO v_chunks, v_tsvs
        FROM chunks c WHERE c.version_id = p_version AND c.ordinal BETWEEN p_first AND p_last;
    IF v_chunks IS NULL THEN
        RETURN;
    END IF;

    PERFORM FROM collections WHERE id = v_document.collection_id FOR NO KEY UPDATE;
    INSERT INTO lexical_statistics AS s (collection_id, text_search_config, chunk_count, lexeme_total)
        SELECT v_document.collection_id, v_document.text_search_config, cardinality(v_chunks), coalesce(sum(cardinality(l.positions)), 0)
        FROM unnest(v_tsvs) AS t (tsv) LEFT JOIN LATERAL unnest(t.tsv) AS l ON true
        ON CONFLICT (collection_id, text_search_config) DO UPDATE
            SET chunk_count = s.chunk_count + excluded.chunk_count, lexeme_total = s.lexeme_total + excluded.lexeme_total;
    SELECT sum(chunk_count), sum(lexeme_total) INTO v_count, v_length
        FROM lexical_statistics WHERE collection_id = v_document.collection_id;

    WITH postings AS MATERIALIZED (
        SELECT t.chunk_id, l.lexeme, cardinality(l.positions) AS tf
        FROM unnest(v_chunks, v_tsvs) AS t (chunk_id, tsv), unnest(t.tsv) AS l
    ), counts AS MATERIALIZED (
        SELECT lexeme, count(*)::integer AS chunk_count FROM postings GROUP BY lexeme
    ), known AS (
        UPDATE lexemes SET chunk_count = lexemes.chunk_count + counts.chunk_count FROM counts
        WHERE lexemes.collection_id = v_document.collection_id AND lexemes.lexeme = counts.lexeme
        RETURNING lexemes.id, lexemes.lexeme
    ), added AS (
        INSERT INTO lexemes (collection_id, lexeme, chunk_count)
        SELECT v_document.collection_id, lexeme, chunk_count FROM counts WHERE lexeme NOT IN (SELECT lexeme FROM known)
        RETURNING id, lexeme
    ), ids AS (
        SELECT id, lexeme FROM known UNION ALL SELECT id, lexeme FROM added
    ), lengths AS (
        SELECT chunk_id, sum(tf)::real AS length FROM postings GROUP BY chunk_id
    ), rows AS (
        SELECT p.chunk_id, array_agg(i.id ORDER BY i.id) AS lexeme_ids,
               '{' || string_agg(i.id || ':' || (p.tf * (k1 + 1) / (p.tf + k1 * (1 - b + b * n.length * v_count / v_length)))::real, ',')
                   || '}/1000000000' AS impacts
        FROM postings p JOIN ids i USING (lexeme) JOIN lengths n USING (chunk_id)
        GROUP BY p.chunk_id
    )
    INSERT INTO chunk_lexemes (chunk_id, version_id, collection_id, text_search_config, length, lexeme_ids, impacts, tsv)
    SELECT t.chunk_id, p_version, v_document.collection_id, v_document.text_search_config, coalesce(n.length, 0),
           coalesce(r.lexeme_ids, '{}'), coalesce(r.impacts, '{}/1000000000')::sparsevec, t.tsv
    FROM unnest(v_chunks, v_tsvs) AS t (chunk_id, tsv) LEFT JOIN rows r USING (chunk_id) LEFT JOIN lengths n USING (chunk_id);
END
$$;
COMMENT ON FUNCTION index_chunk_lexemes(UUID, INTEGER, INTEGER) IS 'Writes the full-text rows of a version''s chunks from one ordinal to another, and counts their words.';
CREATE FUNCTION reindex_version(p_version UUID) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM chunk_lexemes WHERE version_id = p_version;
    PERFORM index_chunk_lexemes(p_version, 0, 2147483647);
END
$$;
COMMENT ON FUNCTION reindex_version(UUID) IS 'Writes the full-text rows of a version anew, by the collection''s words and average length of today.';
CREATE FUNCTION forget_chunk_lexemes() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM FROM collections WHERE id IN (SELECT collection_id FROM gone) ORDER BY id FOR NO KEY UPDATE;
    UPDATE lexemes SET chunk_count = lexemes.chunk_count - g.chunk_count
        FROM (SELECT unnest(lexeme_ids) AS id, count(*) AS chunk_count FROM gone GROUP BY 1) g WHERE lexemes.id = g.id;
    DELETE FROM lexemes USING (SELECT DISTINCT unnest(lexeme_ids) AS id FROM gone) g
        WHERE lexemes.id = g.id AND lexemes.chunk_count = 0;
    UPDATE lexical_statistics s SET chunk_count = s.chunk_count - g.chunk_count, lexeme_total = s.lexeme_total - g.lexeme_total
        FROM (SELECT collection_id, text_search_config, count(*) AS chunk_count, sum(length) AS lexeme_total FROM gone GROUP BY 1, 2) g
        WHERE s.collection_id = g.collection_id AND s.text_search_config = g.text_search_config;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION forget_chunk_lexemes() IS 'Statement trigger: takes the words of deleted rows out of the counts.';
CREATE TRIGGER chunk_lexemes_forget AFTER DELETE ON chunk_lexemes
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION forget_chunk_lexemes();
REVOKE EXECUTE ON FUNCTION index_chunk_lexemes(UUID, INTEGER, INTEGER), reindex_version(UUID), forget_chunk_lexemes() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION index_chunk_lexemes(UUID, INTEGER, INTEGER), reindex_version(UUID) TO rag_worker, rag_rules;
ALTER FUNCTION index_chunk_lexemes(UUID, INTEGER, INTEGER) OWNER TO rag_rules;
ALTER FUNCTION forget_chunk_lexemes() OWNER TO rag_rules;
REVOKE CREATE ON SCHEMA public, search FROM rag_rules;
