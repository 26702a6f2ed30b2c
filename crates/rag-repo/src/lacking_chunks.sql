-- $1 collection (uuid), $2 model (integer), $3 after this chunk (uuid, or null), $4 limit (bigint)
SELECT c.id, c.version_id, d.title, c.heading_path, c.text,
       (SELECT p.parts FROM chunk_parts p WHERE p.chunk_id = c.id LIMIT 1) AS parts
FROM chunks c
JOIN document_versions v ON v.id = c.version_id
JOIN documents d ON d.id = v.document_id
WHERE c.collection_id = $1 AND ($3 IS NULL OR c.id > $3)
  AND NOT EXISTS (SELECT FROM embeddings e WHERE e.model_id = $2 AND e.passage_id = c.id)
ORDER BY c.id LIMIT $4
