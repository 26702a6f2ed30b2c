-- No arguments.
UPDATE embeddings e SET collection_id = p.collection_id, version_id = p.version_id FROM passages p
WHERE p.id = e.passage_id AND (e.collection_id, e.version_id) IS DISTINCT FROM (p.collection_id, p.version_id)
