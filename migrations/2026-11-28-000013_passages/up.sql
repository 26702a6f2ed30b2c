-- What is searched is a passage of some kind. Vectors and words belong to passages; a chunk of a document is the first kind.
-- Tables and columns are renamed: no vector is written again, and no index is built again.

CREATE TABLE passages (
    id            UUID NOT NULL CONSTRAINT passages_pkey PRIMARY KEY,
    kind          TEXT NOT NULL CONSTRAINT passages_kind_known CHECK (kind IN ('chunk')),
    collection_id UUID NOT NULL CONSTRAINT passages_collection_id_fkey REFERENCES collections ON DELETE CASCADE,
    version_id    UUID,
    CONSTRAINT passages_version_id_fkey FOREIGN KEY (collection_id, version_id) REFERENCES document_versions (collection_id, id) ON DELETE CASCADE,
    CONSTRAINT passages_version_id_of_chunks CHECK (kind <> 'chunk' OR version_id IS NOT NULL)
);
COMMENT ON TABLE passages IS 'Everything that search can find: the common key of vectors and words. The table of its kind holds the rest of a passage.';
COMMENT ON COLUMN passages.id IS 'UUIDv7; the row in the table of the kind has the same id.';
COMMENT ON COLUMN passages.kind IS 'chunk: part of a version of a document, in chunks.';
COMMENT ON COLUMN passages.collection_id IS 'Collection it is searched in; row-level security goes by it.';
COMMENT ON COLUMN passages.version_id IS 'Version of a document that it is part of, which hides it while it is built; null for kinds that have no versions.';

ALTER TABLE passages ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY behind ON passages TO rag_rules, rag_worker USING (true);
CREATE POLICY reads ON passages FOR SELECT TO rag_user USING (collection_id = ANY ((SELECT visible())::uuid[]));
CREATE POLICY deletes ON passages FOR DELETE TO rag_user USING (collection_id = ANY ((SELECT writable())::uuid[]));
GRANT SELECT, INSERT, UPDATE, DELETE ON passages TO rag_rules, rag_worker;
GRANT SELECT, DELETE ON passages TO rag_user;

-- The chunks there are, read by the role that row-level security lets see them.
DO $$
DECLARE
    v_role TEXT := current_setting('role');
BEGIN
    SET LOCAL ROLE rag_rules;
    INSERT INTO passages (id, kind, collection_id, version_id) SELECT id, 'chunk', collection_id, version_id FROM chunks;
    PERFORM set_config('role', v_role, true);
END
$$;
CREATE INDEX passages_collection_id_version_id_idx ON passages (collection_id, version_id);
ALTER TABLE chunks ADD CONSTRAINT chunks_id_fkey FOREIGN KEY (id) REFERENCES passages ON DELETE CASCADE;
COMMENT ON TABLE chunks IS 'Passages that are parts of a version of a document.';
COMMENT ON COLUMN chunks.id IS 'The passage.';

ALTER TABLE embeddings RENAME COLUMN chunk_id TO passage_id;
ALTER TABLE embeddings
    ALTER COLUMN version_id DROP NOT NULL,
    DROP CONSTRAINT embeddings_chunk_id_fkey,
    ADD CONSTRAINT embeddings_passage_id_fkey FOREIGN KEY (passage_id) REFERENCES passages ON DELETE CASCADE;
COMMENT ON TABLE embeddings IS 'Vectors of passages, L2-normalised, partitioned by model. Narrow on purpose: an exact scan reads nothing else.';
COMMENT ON COLUMN embeddings.passage_id IS 'Passage it stands for.';
COMMENT ON COLUMN embeddings.version_id IS 'The passage''s version, repeated here so that search can hide versions being built.';
COMMENT ON COLUMN embeddings.collection_id IS 'The passage''s collection, repeated here so that search can filter without a join.';

ALTER TABLE chunk_lexemes RENAME TO passage_lexemes;
ALTER TABLE passage_lexemes RENAME COLUMN chunk_id TO passage_id;
ALTER TABLE passage_lexemes RENAME CONSTRAINT chunk_lexemes_pkey TO passage_lexemes_pkey;
ALTER TABLE passage_lexemes RENAME CONSTRAINT chunk_lexemes_length_not_negative TO passage_lexemes_length_not_negative;
ALTER TABLE passage_lexemes
    ALTER COLUMN version_id DROP NOT NULL,
    DROP CONSTRAINT chunk_lexemes_chunk_id_fkey,
    ADD CONSTRAINT passage_lexemes_passage_id_fkey FOREIGN KEY (passage_id) REFERENCES passages ON DELETE CASCADE;
ALTER INDEX chunk_lexemes_version_id_idx RENAME TO passage_lexemes_version_id_idx;
ALTER INDEX chunk_lexemes_lexeme_ids_idx RENAME TO passage_lexemes_lexeme_ids_idx;
COMMENT ON TABLE passage_lexemes IS 'The full-text row of a passage: candidates by lexeme_ids, BM25 as an inner product with impacts, phrases by tsv.';
COMMENT ON COLUMN passage_lexemes.passage_id IS 'Passage it stands for.';
COMMENT ON COLUMN passage_lexemes.version_id IS 'The passage''s version, repeated here so that search can hide versions being built.';
COMMENT ON COLUMN passage_lexemes.collection_id IS 'The passage''s collection, repeated here so that search can filter without a join.';
COMMENT ON COLUMN passage_lexemes.tsv IS 'Words with positions; of a chunk those of title (twice, as it counts twice), headings and text.';

ALTER TABLE lexemes RENAME COLUMN chunk_count TO passage_count;
ALTER TABLE lexemes RENAME CONSTRAINT lexemes_chunk_count_not_negative TO lexemes_passage_count_not_negative;
COMMENT ON TABLE lexemes IS 'Words of a collection. Ids are dimensions of passage_lexemes.impacts; kept per collection, so that no collection''s ranking tells of another''s words.';
COMMENT ON COLUMN lexemes.lexeme IS 'Stem, by the passage''s text search configuration.';
COMMENT ON COLUMN lexemes.passage_count IS 'Passages that hold it: the document frequency of BM25.';
ALTER TABLE lexical_statistics RENAME COLUMN chunk_count TO passage_count;
ALTER TABLE lexical_statistics RENAME CONSTRAINT lexical_statistics_chunk_count_not_negative TO lexical_statistics_passage_count_not_negative;
COMMENT ON COLUMN lexical_statistics.text_search_config IS 'Configuration its passages were stemmed by.';
COMMENT ON COLUMN lexical_statistics.passage_count IS 'Passages in passage_lexemes.';

GRANT CREATE ON SCHEMA public, search TO rag_rules;
ALTER VIEW search.embeddings RENAME COLUMN chunk_id TO passage_id;
ALTER VIEW search.chunk_lexemes RENAME COLUMN chunk_id TO passage_id;
ALTER VIEW search.chunk_lexemes RENAME TO passage_lexemes;

DROP FUNCTION reindex_version(UUID);
DROP FUNCTION index_chunk_lexemes(UUID, INTEGER, INTEGER);

-- Whoever changes a collection's counters locks its row first: two ingests then never wait for each other in a ring.
-- k1 and b are those that did best on passages (docs/adr/0006).
CREATE FUNCTION index_passages(p_passages UUID[], p_config TEXT, p_texts TEXT[]) RETURNS void LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    k1           CONSTANT REAL := 0.9;
    b            CONSTANT REAL := 0.5;
    v_collection UUID;
    v_tsvs       TSVECTOR[];
    v_count      BIGINT;
    v_length     BIGINT;
BEGIN
    SELECT DISTINCT collection_id INTO STRICT v_collection FROM passages WHERE id = ANY (p_passages);
    v_tsvs := ARRAY(SELECT search_vector(p_config, t.text) FROM unnest(p_texts) WITH ORDINALITY AS t (text, place) ORDER BY t.place);

    PERFORM FROM collections WHERE id = v_collection FOR NO KEY UPDATE;
    INSERT INTO lexical_statistics AS s (collection_id, text_search_config, passage_count, lexeme_total)
        SELECT v_collection, p_config, cardinality(p_passages), coalesce(sum(cardinality(l.positions)), 0)
        FROM unnest(v_tsvs) AS t (tsv) LEFT JOIN LATERAL unnest(t.tsv) AS l ON true
        ON CONFLICT (collection_id, text_search_config) DO UPDATE
            SET passage_count = s.passage_count + excluded.passage_count, lexeme_total = s.lexeme_total + excluded.lexeme_total;
    SELECT sum(passage_count), sum(lexeme_total) INTO v_count, v_length
        FROM lexical_statistics WHERE collection_id = v_collection;

    WITH postings AS MATERIALIZED (
        SELECT t.passage_id, l.lexeme, cardinality(l.positions) AS tf
        FROM unnest(p_passages, v_tsvs) AS t (passage_id, tsv), unnest(t.tsv) AS l
    ), counts AS MATERIALIZED (
        SELECT lexeme, count(*)::integer AS passage_count FROM postings GROUP BY lexeme
    ), known AS (
        UPDATE lexemes SET passage_count = lexemes.passage_count + counts.passage_count FROM counts
        WHERE lexemes.collection_id = v_collection AND lexemes.lexeme = counts.lexeme
        RETURNING lexemes.id, lexemes.lexeme
    ), added AS (
        INSERT INTO lexemes (collection_id, lexeme, passage_count)
        SELECT v_collection, lexeme, passage_count FROM counts WHERE lexeme NOT IN (SELECT lexeme FROM known)
        RETURNING id, lexeme
    ), ids AS (
        SELECT id, lexeme FROM known UNION ALL SELECT id, lexeme FROM added
    ), lengths AS (
        SELECT passage_id, sum(tf)::real AS length FROM postings GROUP BY passage_id
    ), rows AS (
        SELECT p.passage_id, array_agg(i.id ORDER BY i.id) AS lexeme_ids,
               '{' || string_agg(i.id || ':' || (p.tf * (k1 + 1) / (p.tf + k1 * (1 - b + b * n.length * v_count / v_length)))::real, ',')
                   || '}/1000000000' AS impacts
        FROM postings p JOIN ids i USING (lexeme) JOIN lengths n USING (passage_id)
        GROUP BY p.passage_id
    )
    INSERT INTO passage_lexemes (passage_id, version_id, collection_id, text_search_config, length, lexeme_ids, impacts, tsv)
    SELECT p.id, p.version_id, v_collection, p_config, coalesce(n.length, 0),
           coalesce(r.lexeme_ids, '{}'), coalesce(r.impacts, '{}/1000000000')::sparsevec, t.tsv
    FROM unnest(p_passages, v_tsvs) AS t (passage_id, tsv)
    JOIN passages p ON p.id = t.passage_id
    LEFT JOIN rows r ON r.passage_id = p.id
    LEFT JOIN lengths n ON n.passage_id = p.id;
END
$$;
COMMENT ON FUNCTION index_passages(UUID[], TEXT, TEXT[]) IS 'Writes the full-text rows of passages of one collection, each from the text in its place, stemmed by the configuration, and counts their words.';

-- The title counts twice.
CREATE FUNCTION index_chunks(p_version UUID, p_first INTEGER, p_last INTEGER) RETURNS void LANGUAGE sql AS $$
    SELECT index_passages(array_agg(c.id), d.text_search_config,
               array_agg(concat_ws(E'\n', d.title, d.title, array_to_string(c.heading_path, E'\n'), c.text)))
    FROM document_versions v JOIN documents d ON d.id = v.document_id JOIN chunks c ON c.version_id = v.id
    WHERE v.id = p_version AND c.ordinal BETWEEN p_first AND p_last
    GROUP BY d.text_search_config
$$;
COMMENT ON FUNCTION index_chunks(UUID, INTEGER, INTEGER) IS 'Writes the full-text rows of a version''s chunks from one ordinal to another.';

CREATE FUNCTION reindex_version(p_version UUID) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM passage_lexemes WHERE version_id = p_version;
    PERFORM index_chunks(p_version, 0, 2147483647);
END
$$;
COMMENT ON FUNCTION reindex_version(UUID) IS 'Writes the full-text rows of a version again, by the collection''s words and average length of today.';

DROP TRIGGER chunk_lexemes_forget ON passage_lexemes;
DROP FUNCTION forget_chunk_lexemes();
CREATE FUNCTION forget_passage_lexemes() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM FROM collections WHERE id IN (SELECT collection_id FROM gone) ORDER BY id FOR NO KEY UPDATE;
    UPDATE lexemes SET passage_count = lexemes.passage_count - g.passage_count
        FROM (SELECT unnest(lexeme_ids) AS id, count(*) AS passage_count FROM gone GROUP BY 1) g WHERE lexemes.id = g.id;
    DELETE FROM lexemes USING (SELECT DISTINCT unnest(lexeme_ids) AS id FROM gone) g
        WHERE lexemes.id = g.id AND lexemes.passage_count = 0;
    UPDATE lexical_statistics s SET passage_count = s.passage_count - g.passage_count, lexeme_total = s.lexeme_total - g.lexeme_total
        FROM (SELECT collection_id, text_search_config, count(*) AS passage_count, sum(length) AS lexeme_total FROM gone GROUP BY 1, 2) g
        WHERE s.collection_id = g.collection_id AND s.text_search_config = g.text_search_config;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION forget_passage_lexemes() IS 'Statement trigger: takes the words of deleted rows out of the counts.';
CREATE TRIGGER passage_lexemes_forget AFTER DELETE ON passage_lexemes
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION forget_passage_lexemes();

REVOKE EXECUTE ON FUNCTION index_passages(UUID[], TEXT, TEXT[]), index_chunks(UUID, INTEGER, INTEGER), reindex_version(UUID), forget_passage_lexemes() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION index_passages(UUID[], TEXT, TEXT[]), index_chunks(UUID, INTEGER, INTEGER), reindex_version(UUID) TO rag_worker, rag_rules;
ALTER FUNCTION index_passages(UUID[], TEXT, TEXT[]) OWNER TO rag_rules;
ALTER FUNCTION forget_passage_lexemes() OWNER TO rag_rules;
REVOKE CREATE ON SCHEMA public, search FROM rag_rules;

-- One operator for all indexes: vectors have length 1, so cosine, L2 and inner product give one order.
CREATE OR REPLACE FUNCTION build_embedding_index(p_model INTEGER) RETURNS void LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_model embedding_models;
    v_index TEXT := format('embeddings_%s_vector_idx', p_model);
    v_cast  TEXT;
    v_rows  BIGINT;
    v_definition TEXT;
BEGIN
    SELECT * INTO STRICT v_model FROM embedding_models WHERE id = p_model FOR NO KEY UPDATE;
    EXECUTE format('LOCK TABLE embeddings_%s IN SHARE MODE', p_model);
    v_cast := format('embedding::halfvec(%s)', v_model.dimensions);
    CASE v_model.index_kind
        WHEN 'hnsw' THEN
            v_definition := format('hnsw ((%s) halfvec_cosine_ops) WITH (m = %s, ef_construction = %s)',
                v_cast, v_model.hnsw_m, v_model.hnsw_ef_construction);
        WHEN 'hnsw_binary' THEN
            v_definition := format('hnsw ((binary_quantize(%s)::bit(%s)) bit_hamming_ops) WITH (m = %s, ef_construction = %s)',
                v_cast, v_model.dimensions, v_model.hnsw_m, v_model.hnsw_ef_construction);
        WHEN 'ivfflat' THEN
            EXECUTE format('SELECT count(*) FROM embeddings_%s', p_model) INTO v_rows;
            v_definition := format('ivfflat ((%s) halfvec_cosine_ops) WITH (lists = %s)',
                v_cast, coalesce(v_model.ivfflat_lists, least(greatest(v_rows / 1000, 1), 32768)));
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
COMMENT ON FUNCTION build_embedding_index(INTEGER) IS 'Builds the index of a model''s vectors by its kind and settings, and puts it in the place of the old one.';

DROP FUNCTION register_embedding_model(TEXT, INTEGER, TEXT, TEXT, INTEGER, INTEGER, INTEGER);
CREATE FUNCTION register_embedding_model(p_name TEXT, p_dimensions INTEGER, p_index_kind TEXT DEFAULT 'hnsw',
        p_hnsw_m INTEGER DEFAULT 16, p_hnsw_ef_construction INTEGER DEFAULT 64, p_ivfflat_lists INTEGER DEFAULT NULL)
    RETURNS INTEGER LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_model embedding_models;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('register_embedding_model'));
    SELECT * INTO v_model FROM embedding_models WHERE name = p_name;
    IF NOT FOUND THEN
        INSERT INTO embedding_models (name, dimensions, index_kind, hnsw_m, hnsw_ef_construction, ivfflat_lists)
            VALUES (p_name, p_dimensions, p_index_kind, p_hnsw_m, p_hnsw_ef_construction, p_ivfflat_lists)
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
COMMENT ON FUNCTION register_embedding_model(TEXT, INTEGER, TEXT, INTEGER, INTEGER, INTEGER) IS 'Id of the model of that name; makes it, its partition and its index when new. The index of a known model stays as it is.';
REVOKE EXECUTE ON FUNCTION register_embedding_model(TEXT, INTEGER, TEXT, INTEGER, INTEGER, INTEGER) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION register_embedding_model(TEXT, INTEGER, TEXT, INTEGER, INTEGER, INTEGER) TO rag_worker, rag_rules;

-- An index by another operator would serve no search.
DO $$
DECLARE
    v_model RECORD;
BEGIN
    FOR v_model IN SELECT id FROM embedding_models WHERE metric <> 'cosine' AND index_kind IN ('hnsw', 'ivfflat') LOOP
        PERFORM build_embedding_index(v_model.id);
    END LOOP;
END
$$;
ALTER TABLE embedding_models DROP COLUMN metric;
