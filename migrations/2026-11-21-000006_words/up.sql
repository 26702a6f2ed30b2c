-- Words of scripts that are written without spaces, and indexing a version anew.

-- Runs of Han, kana, Hangul and Thai become overlapping pairs of characters ("東京都" is "東京 京都"), as PostgreSQL would take
-- each run for one word: every character is doubled, a run's first is dropped, and what is left is read in pairs.
CREATE FUNCTION spread_unspaced(p_text TEXT) RETURNS TEXT LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN p_text !~ '[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]' THEN p_text
    ELSE regexp_replace(regexp_replace(regexp_replace(regexp_replace(p_text,
        '([\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af])', '\1\1', 'g'),
        '(^|[^\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af])[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]', '\1 ', 'g'),
        '([\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{2})', '\1 ', 'g'),
        '([\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{2} )[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af](?![\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af])', '\1 ', 'g')
    END
$$;
COMMENT ON FUNCTION spread_unspaced(TEXT) IS 'The text with runs of unspaced scripts as overlapping pairs of characters.';

CREATE FUNCTION search_vector(p_config TEXT, p_text TEXT) RETURNS TSVECTOR LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT to_tsvector(p_config::regconfig, spread_unspaced(p_text))
$$;
COMMENT ON FUNCTION search_vector(TEXT, TEXT) IS 'Words of a text with positions, as search knows them.';

CREATE FUNCTION search_phrase(p_config TEXT, p_text TEXT) RETURNS TSQUERY LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT phraseto_tsquery(p_config::regconfig, spread_unspaced(p_text))
$$;
COMMENT ON FUNCTION search_phrase(TEXT, TEXT) IS 'Matches where the words of the text follow each other.';

-- The title counts twice; k1 and b are those that did best on passages (docs/adr/0006).
CREATE OR REPLACE FUNCTION index_chunk_lexemes(p_version UUID, p_first INTEGER, p_last INTEGER) RETURNS void LANGUAGE plpgsql AS $$
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

CREATE FUNCTION reindex_version(p_version UUID) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM chunk_lexemes WHERE version_id = p_version;
    PERFORM index_chunk_lexemes(p_version, 0, 2147483647);
END
$$;
COMMENT ON COLUMN chunk_lexemes.tsv IS 'Words with positions, of title (twice, as it counts twice), headings and text.';
COMMENT ON FUNCTION reindex_version(UUID) IS 'Writes the full-text rows of a version anew, by the collection''s words and average length of today.';
COMMENT ON COLUMN chunk_lexemes.impacts IS 'Per lexeme id tf*(k1+1)/(tf + k1*(1-b+b*length/average)), k1 = 0.9, b = 0.5 (Robertson et al. 1994).';
