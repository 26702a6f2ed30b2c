-- No arguments. Vectors and words that the passages still have are theirs again.
INSERT INTO passages (id, kind, collection_id, version_id)
SELECT c.id, 'chunk', c.collection_id, c.version_id FROM chunks c
WHERE NOT EXISTS (SELECT FROM passages p WHERE p.id = c.id)
