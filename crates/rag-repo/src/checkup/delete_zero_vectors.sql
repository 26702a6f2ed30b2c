-- No arguments.
DELETE FROM embeddings WHERE NOT (l2_norm(embedding) > 0 AND l2_norm(embedding) < 'Infinity'::float8)
