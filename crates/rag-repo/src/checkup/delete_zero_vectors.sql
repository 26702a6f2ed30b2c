-- No arguments. Only of what is embedded again by itself: chunks and rounds.
DELETE FROM embeddings e USING passages p
WHERE p.id = e.passage_id AND p.kind IN ('chunk', 'round')
  AND NOT (l2_norm(e.embedding) > 0 AND l2_norm(e.embedding) < 'Infinity'::float8)
