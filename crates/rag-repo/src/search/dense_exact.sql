-- $1 query (halfvec), $2 model (int), $3 collections (uuid[]), $4 limit (bigint); {dimensions} is the model's, an integer
-- The "+ 0" keeps the planner from the index, whose answer would be approximate.
SELECT chunk_id, 1 - (embedding::halfvec({dimensions}) <=> $1::halfvec({dimensions})) AS score
FROM embeddings
WHERE model_id = $2
  AND collection_id = ANY ($3)
  AND version_id <> ALL (ARRAY(SELECT id FROM document_versions WHERE state = 'building'))
ORDER BY (embedding::halfvec({dimensions}) <=> $1::halfvec({dimensions})) + 0, chunk_id
LIMIT $4
