-- $1 query (halfvec), $2 chunks (uuid[]); {dimensions} and {model} are the model's, integers
SELECT chunk_id, 1 - (embedding::halfvec({dimensions}) <=> $1::halfvec({dimensions})) AS score
FROM search.embeddings
WHERE model_id = {model} AND chunk_id = ANY ($2)
