-- No arguments. Collections are locked first, in the order in which all lock them, so that no words are stored or deleted meanwhile.
DO $$ BEGIN PERFORM FROM collections ORDER BY id FOR NO KEY UPDATE; END $$;
UPDATE lexemes l SET passage_count = coalesce(f.passages, 0)
FROM lexemes k LEFT JOIN (SELECT unnest(lexeme_ids) AS id, count(*) AS passages FROM passage_lexemes GROUP BY 1) AS f ON f.id = k.id
WHERE k.id = l.id AND l.passage_count <> coalesce(f.passages, 0);
DELETE FROM lexemes WHERE passage_count = 0;
INSERT INTO lexical_statistics AS s (collection_id, text_search_config, passage_count, lexeme_total)
SELECT w.collection_id, w.text_search_config, count(*), sum(w.length)
FROM passage_lexemes w JOIN collections c ON c.id = w.collection_id GROUP BY 1, 2
ON CONFLICT (collection_id, text_search_config) DO UPDATE SET passage_count = excluded.passage_count, lexeme_total = excluded.lexeme_total;
UPDATE lexical_statistics s SET passage_count = 0, lexeme_total = 0
WHERE (passage_count, lexeme_total) <> (0, 0) AND NOT EXISTS (
    SELECT FROM passages p JOIN passage_lexemes w ON w.passage_id = p.id
    WHERE p.collection_id = s.collection_id AND w.text_search_config = s.text_search_config)
