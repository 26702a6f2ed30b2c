CREATE OR REPLACE FUNCTION index_passages(p_passages UUID[], p_config TEXT, p_tsvs TSVECTOR[]) RETURNS void LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    k1           CONSTANT REAL := 0.9;
    b            CONSTANT REAL := 0.5;
    v_collection UUID;
    v_count      BIGINT;
    v_length     BIGINT;
BEGIN
    SELECT DISTINCT collection_id INTO STRICT v_collection FROM passages WHERE id = ANY (p_passages);

    PERFORM FROM collections WHERE id = v_collection FOR NO KEY UPDATE;
    INSERT INTO lexical_statistics AS s (collection_id, text_search_config, passage_count, lexeme_total)
        SELECT v_collection, p_config, cardinality(p_passages), coalesce(sum(cardinality(l.positions)), 0)
        FROM unnest(p_tsvs) AS t (tsv) LEFT JOIN LATERAL unnest(t.tsv) AS l ON true
        ON CONFLICT (collection_id, text_search_config) DO UPDATE
            SET passage_count = s.passage_count + excluded.passage_count, lexeme_total = s.lexeme_total + excluded.lexeme_total;
    SELECT sum(passage_count), sum(lexeme_total) INTO v_count, v_length
        FROM lexical_statistics WHERE collection_id = v_collection;

    WITH postings AS MATERIALIZED (
        SELECT t.passage_id, l.lexeme, cardinality(l.positions) AS tf
        FROM unnest(p_passages, p_tsvs) AS t (passage_id, tsv), unnest(t.tsv) AS l
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
    FROM unnest(p_passages, p_tsvs) AS t (passage_id, tsv)
    JOIN passages p ON p.id = t.passage_id
    LEFT JOIN rows r ON r.passage_id = p.id
    LEFT JOIN lengths n ON n.passage_id = p.id;
END
$$;
