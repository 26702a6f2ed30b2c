-- No arguments. The versions with chunks that have no words.
SELECT DISTINCT p.version_id AS id FROM passages p
WHERE p.kind = 'chunk' AND NOT EXISTS (SELECT FROM passage_lexemes w WHERE w.passage_id = p.id)
ORDER BY p.version_id
