-- No arguments. A job for each collection with chunks that lack a vector of its model; it makes those alone.
INSERT INTO jobs (id, kind, collection_id, title, size_bytes, payload, model_id)
SELECT ordered_uuid(), 'reembed', c.id, 'missing vectors of ' || c.name, 0, '{}', c.model_id
FROM collections c
WHERE EXISTS (SELECT FROM passages p WHERE p.collection_id = c.id AND p.kind = 'chunk'
                AND NOT EXISTS (SELECT FROM embeddings e WHERE e.passage_id = p.id AND e.model_id = c.model_id))
ON CONFLICT DO NOTHING
