-- No arguments. Collections are locked first, in the order in which all lock them, so that no words are stored or deleted meanwhile.
DO $$ BEGIN PERFORM FROM collections ORDER BY id FOR NO KEY UPDATE; END $$;
UPDATE lexemes l SET passage_count = coalesce(f.passages, 0)
FROM lexemes k LEFT JOIN (SELECT unnest(lexeme_ids) AS id, count(*) AS passages FROM passage_lexemes GROUP BY 1) AS f ON f.id = k.id
WHERE k.id = l.id AND l.passage_count <> coalesce(f.passages, 0);
DELETE FROM lexemes WHERE passage_count = 0;
INSERT INTO lexical_statistics (collection_id, text_search_config, passage_count, lexeme_total)
SELECT w.collection_id, w.text_search_config, count(w.passage_id), coalesce(sum(w.length), 0)
FROM (SELECT collection_id, text_search_config, passage_id, length FROM passage_lexemes
      UNION ALL SELECT collection_id, text_search_config, NULL, 0 FROM lexical_statistics) AS w
JOIN collections c ON c.id = w.collection_id
GROUP BY 1, 2
ON CONFLICT (collection_id, text_search_config) DO UPDATE SET passage_count = excluded.passage_count, lexeme_total = excluded.lexeme_total
