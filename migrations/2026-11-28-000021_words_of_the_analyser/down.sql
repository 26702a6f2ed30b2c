-- Words of the analyser stay under the name of PostgreSQL's configuration for the language, and are found by the words of a question
-- that both write alike; `rag reindex` of the older program makes its own.
ALTER TABLE documents ALTER COLUMN text_search_config SET DEFAULT 'simple';
DO $$
DECLARE
    v_role    TEXT := current_setting('role');
    v_configs JSONB := '{"ara": "arabic", "hye": "armenian", "cat": "catalan", "dan": "danish", "nld": "dutch", "eng": "english", "fin": "finnish", "fra": "french", "deu": "german", "ell": "greek", "hin": "hindi", "hun": "hungarian", "ind": "indonesian", "ita": "italian", "lit": "lithuanian", "nep": "nepali", "nob": "norwegian", "por": "portuguese", "ron": "romanian", "rus": "russian", "srp": "serbian", "spa": "spanish", "swe": "swedish", "tam": "tamil", "tur": "turkish", "yid": "yiddish", "eus": "basque", "gle": "irish"}';
BEGIN
    SET LOCAL ROLE rag_rules;
    UPDATE documents SET text_search_config = coalesce(v_configs ->> text_search_config, 'simple')
        WHERE length(text_search_config) = 3;
    UPDATE passage_lexemes SET text_search_config = coalesce(v_configs ->> text_search_config, 'simple')
        WHERE length(text_search_config) = 3;
    INSERT INTO lexical_statistics AS s (collection_id, text_search_config, passage_count, lexeme_total)
        SELECT collection_id, coalesce(v_configs ->> text_search_config, 'simple'), sum(passage_count), sum(lexeme_total)
        FROM lexical_statistics
        WHERE length(text_search_config) = 3 GROUP BY 1, 2
        ON CONFLICT (collection_id, text_search_config) DO UPDATE
            SET passage_count = s.passage_count + excluded.passage_count, lexeme_total = s.lexeme_total + excluded.lexeme_total;
    DELETE FROM lexical_statistics WHERE length(text_search_config) = 3;
    PERFORM set_config('role', v_role, true);
END
$$;
DROP INDEX jobs_open_words_key;
DELETE FROM jobs WHERE kind = 'words';
ALTER TABLE jobs
    DROP CONSTRAINT jobs_kind_known,
    ADD CONSTRAINT jobs_kind_known CHECK (kind IN ('ingest', 'upkeep'));
COMMENT ON COLUMN documents.text_search_config IS 'PostgreSQL text search configuration that stems its words.';
COMMENT ON COLUMN lexical_statistics.text_search_config IS 'Configuration its passages were stemmed by.';
COMMENT ON COLUMN passage_lexemes.text_search_config IS 'Configuration it was stemmed by.';
COMMENT ON COLUMN lexemes.lexeme IS 'Stem, by the passage''s text search configuration.';
DROP FUNCTION index_passages(UUID[], TEXT, TSVECTOR[]);

CREATE FUNCTION search_phrase(p_config TEXT, p_text TEXT) RETURNS TSQUERY LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT phraseto_tsquery(p_config::regconfig, spread_unspaced(p_text))
$$;
COMMENT ON FUNCTION search_phrase(TEXT, TEXT) IS 'Matches where the words of the text follow each other.';

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

REVOKE EXECUTE ON FUNCTION index_passages(UUID[], TEXT, TEXT[]), index_chunks(UUID, INTEGER, INTEGER), reindex_version(UUID) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION index_passages(UUID[], TEXT, TEXT[]), index_chunks(UUID, INTEGER, INTEGER), reindex_version(UUID) TO rag_worker, rag_rules;
GRANT CREATE ON SCHEMA public TO rag_rules;
ALTER FUNCTION index_passages(UUID[], TEXT, TEXT[]) OWNER TO rag_rules;
REVOKE CREATE ON SCHEMA public FROM rag_rules;
