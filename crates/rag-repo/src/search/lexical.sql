-- $1 lexemes of which a candidate holds at least one (int[]), $2 idf per lexeme (sparsevec), $3 collections (uuid[]), $4 limit (bigint)
SELECT chunk_id, -(impacts <#> $2) AS score
FROM chunk_lexemes
WHERE lexeme_ids && $1
  AND collection_id = ANY ($3)
  AND version_id <> ALL (ARRAY(SELECT id FROM document_versions WHERE state = 'building'))
ORDER BY impacts <#> $2, chunk_id
LIMIT $4
