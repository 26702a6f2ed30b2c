-- What search reads: one narrow row per chunk and model for vectors, one per chunk for words, both apart from the text.

CREATE TABLE embedding_models (
    id         INTEGER     NOT NULL GENERATED ALWAYS AS IDENTITY CONSTRAINT embedding_models_pkey PRIMARY KEY,
    name       TEXT        NOT NULL CONSTRAINT embedding_models_name_length CHECK (char_length(name) BETWEEN 1 AND 200),
    dimensions INTEGER     NOT NULL CONSTRAINT embedding_models_dimensions_range CHECK (dimensions BETWEEN 1 AND 4000),
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT embedding_models_name_key UNIQUE (name)
);
COMMENT ON TABLE embedding_models IS 'Models whose vectors are stored; each has its own partition of embeddings with its own index.';
COMMENT ON COLUMN embedding_models.id IS 'Small, because every vector carries it.';
COMMENT ON COLUMN embedding_models.name IS 'Name, unique.';
COMMENT ON COLUMN embedding_models.dimensions IS 'Length of its vectors; 4,000 is the most that pgvector indexes as halfvec.';
COMMENT ON COLUMN embedding_models.created_at IS 'When it was registered.';

CREATE TABLE embeddings (
    model_id      INTEGER NOT NULL CONSTRAINT embeddings_model_id_fkey REFERENCES embedding_models,
    chunk_id      UUID    NOT NULL CONSTRAINT embeddings_chunk_id_fkey REFERENCES chunks ON DELETE CASCADE,
    version_id    UUID    NOT NULL,
    collection_id UUID    NOT NULL,
    embedding     HALFVEC NOT NULL,
    CONSTRAINT embeddings_pkey PRIMARY KEY (chunk_id, model_id)
) PARTITION BY LIST (model_id);
ALTER TABLE embeddings ALTER COLUMN embedding SET STORAGE PLAIN;
CREATE INDEX embeddings_version_id_idx ON embeddings (version_id);
CREATE INDEX embeddings_collection_id_idx ON embeddings (collection_id);

COMMENT ON TABLE embeddings IS 'Vectors of chunks, L2-normalised, partitioned by model. Narrow on purpose: an exact scan reads nothing else.';
COMMENT ON COLUMN embeddings.model_id IS 'Model that made the vector; the partition key.';
COMMENT ON COLUMN embeddings.chunk_id IS 'Chunk it stands for.';
COMMENT ON COLUMN embeddings.version_id IS 'The chunk''s version, repeated here so that search can hide versions being built.';
COMMENT ON COLUMN embeddings.collection_id IS 'The chunk''s collection, repeated here so that search can filter without a join.';
COMMENT ON COLUMN embeddings.embedding IS 'Half-precision vector; its length is checked by the partition.';

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

CREATE TABLE lexemes (
    id            INTEGER NOT NULL GENERATED ALWAYS AS IDENTITY CONSTRAINT lexemes_pkey PRIMARY KEY,
    collection_id UUID    NOT NULL CONSTRAINT lexemes_collection_id_fkey REFERENCES collections ON DELETE CASCADE,
    lexeme        TEXT    NOT NULL,
    chunk_count   INTEGER NOT NULL CONSTRAINT lexemes_chunk_count_not_negative CHECK (chunk_count >= 0),
    CONSTRAINT lexemes_collection_id_lexeme_key UNIQUE (collection_id, lexeme)
) WITH (fillfactor = 70);
COMMENT ON TABLE lexemes IS 'Words of a collection. Ids are dimensions of chunk_lexemes.impacts; kept per collection, so that no collection''s ranking tells of another''s words.';
COMMENT ON COLUMN lexemes.id IS 'Dimension in the sparse vectors.';
COMMENT ON COLUMN lexemes.collection_id IS 'Collection the word is counted in.';
COMMENT ON COLUMN lexemes.lexeme IS 'Stem, by the document''s text search configuration.';
COMMENT ON COLUMN lexemes.chunk_count IS 'Chunks that hold it: the document frequency of BM25.';

CREATE TABLE lexical_statistics (
    collection_id      UUID   NOT NULL CONSTRAINT lexical_statistics_collection_id_fkey REFERENCES collections ON DELETE CASCADE,
    text_search_config TEXT   NOT NULL,
    chunk_count        BIGINT NOT NULL CONSTRAINT lexical_statistics_chunk_count_not_negative CHECK (chunk_count >= 0),
    lexeme_total       BIGINT NOT NULL CONSTRAINT lexical_statistics_lexeme_total_not_negative CHECK (lexeme_total >= 0),
    CONSTRAINT lexical_statistics_pkey PRIMARY KEY (collection_id, text_search_config)
) WITH (fillfactor = 70);
COMMENT ON TABLE lexical_statistics IS 'Size of a collection per text search configuration: N and the average length of BM25.';
COMMENT ON COLUMN lexical_statistics.collection_id IS 'Collection counted.';
COMMENT ON COLUMN lexical_statistics.text_search_config IS 'Configuration its chunks were stemmed by.';
COMMENT ON COLUMN lexical_statistics.chunk_count IS 'Chunks in chunk_lexemes.';
COMMENT ON COLUMN lexical_statistics.lexeme_total IS 'Sum of their lengths in lexemes.';

CREATE TABLE chunk_lexemes (
    chunk_id           UUID      NOT NULL CONSTRAINT chunk_lexemes_pkey PRIMARY KEY CONSTRAINT chunk_lexemes_chunk_id_fkey REFERENCES chunks ON DELETE CASCADE,
    version_id         UUID      NOT NULL,
    collection_id      UUID      NOT NULL,
    text_search_config TEXT      NOT NULL,
    length             INTEGER   NOT NULL CONSTRAINT chunk_lexemes_length_not_negative CHECK (length >= 0),
    lexeme_ids         INTEGER[] NOT NULL,
    impacts            SPARSEVEC NOT NULL,
    tsv                TSVECTOR  NOT NULL
);
CREATE INDEX chunk_lexemes_version_id_idx ON chunk_lexemes (version_id);
CREATE INDEX chunk_lexemes_collection_id_idx ON chunk_lexemes (collection_id);
CREATE INDEX chunk_lexemes_lexeme_ids_idx ON chunk_lexemes USING gin (lexeme_ids);

COMMENT ON TABLE chunk_lexemes IS 'The full-text row of a chunk: candidates by lexeme_ids, BM25 as an inner product with impacts, phrases by tsv.';
COMMENT ON COLUMN chunk_lexemes.chunk_id IS 'Chunk it stands for.';
COMMENT ON COLUMN chunk_lexemes.version_id IS 'The chunk''s version, repeated here so that search can hide versions being built.';
COMMENT ON COLUMN chunk_lexemes.collection_id IS 'The chunk''s collection, repeated here so that search can filter without a join.';
COMMENT ON COLUMN chunk_lexemes.text_search_config IS 'Configuration it was stemmed by.';
COMMENT ON COLUMN chunk_lexemes.length IS 'Words that count: the sum of the term frequencies.';
COMMENT ON COLUMN chunk_lexemes.lexeme_ids IS 'Ids of its lexemes, ascending; the inverted index.';
COMMENT ON COLUMN chunk_lexemes.impacts IS 'Per lexeme id tf*(k1+1)/(tf + k1*(1-b+b*length/average)), k1 = 0.9, b = 0.4 (Robertson et al. 1994).';
COMMENT ON COLUMN chunk_lexemes.tsv IS 'Words with positions, of title, headings and text.';

-- Whoever changes a collection's counters locks its row first: two ingests then never wait for each other in a ring.
CREATE FUNCTION index_chunk_lexemes(p_version UUID, p_first INTEGER, p_last INTEGER) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    k1       CONSTANT REAL := 0.9;
    b        CONSTANT REAL := 0.4;
    v_document documents;
    v_chunks UUID[];
    v_tsvs   TSVECTOR[];
    v_count  BIGINT;
    v_length BIGINT;
BEGIN
    SELECT d.* INTO STRICT v_document FROM documents d JOIN document_versions v ON v.document_id = d.id WHERE v.id = p_version;
    SELECT array_agg(c.id), array_agg(to_tsvector(v_document.text_search_config::regconfig,
               concat_ws(E'\n', v_document.title, array_to_string(c.heading_path, E'\n'), c.text)))
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

CREATE FUNCTION forget_chunk_lexemes() RETURNS trigger LANGUAGE plpgsql AS $$
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
