-- $1 query (halfvec), $2 model (int), $3 chunks (uuid[]); {dimensions} is the model's, an integer
SELECT chunk_id, 1 - (embedding::halfvec({dimensions}) <=> $1::halfvec({dimensions})) AS score
FROM search.embeddings
WHERE model_id = $2 AND chunk_id = ANY ($3)
