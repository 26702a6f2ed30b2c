-- No arguments. Words have the numbers of their collection, so they are made again and not moved.
DELETE FROM passage_lexemes w USING passages p
WHERE p.id = w.passage_id AND (w.collection_id, w.version_id) IS DISTINCT FROM (p.collection_id, p.version_id)
