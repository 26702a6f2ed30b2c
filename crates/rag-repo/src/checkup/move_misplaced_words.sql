-- No arguments. Their words are numbered by the collection of their passage, so only the column is wrong.
UPDATE passage_lexemes w SET collection_id = p.collection_id, version_id = p.version_id FROM passages p
WHERE p.id = w.passage_id AND (w.collection_id, w.version_id) IS DISTINCT FROM (p.collection_id, p.version_id)
