-- No arguments.
DELETE FROM embeddings e WHERE NOT EXISTS (SELECT FROM passages p WHERE p.id = e.passage_id)
