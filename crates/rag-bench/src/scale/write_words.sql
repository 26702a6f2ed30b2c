-- $1 collection (uuid), $2 batch (int)
-- The rows that index_passages would have written, with the average length of the whole collection.
INSERT INTO passage_lexemes (passage_id, version_id, collection_id, text_search_config, length, lexeme_ids, impacts, tsv)
SELECT w.passage_id, w.version_id, $1, 'english', w.length, coalesce(r.lexeme_ids, '{}'),
       coalesce(r.impacts, '{}/1000000000')::sparsevec, w.tsv
FROM bench_words w
CROSS JOIN (SELECT lexeme_total / passage_count::real AS average FROM lexical_statistics WHERE collection_id = $1) AS s
CROSS JOIN LATERAL (
    SELECT array_agg(l.id ORDER BY l.id) AS lexeme_ids,
           '{' || string_agg(l.id || ':' || (t.tf * 1.9 / (t.tf + 0.9 * (0.5 + 0.5 * w.length / s.average)))::real, ',')
               || '}/1000000000' AS impacts
    FROM (SELECT lexeme, cardinality(positions) AS tf FROM unnest(w.tsv)) AS t
    JOIN lexemes l ON l.collection_id = $1 AND l.lexeme = t.lexeme
) AS r
WHERE w.batch = $2
