-- $1 query (halfvec), $2 limit (bigint); {dimensions} is the model's, an integer
SELECT passage_id, 1 - (embedding::halfvec({dimensions}) <=> $1::halfvec({dimensions})) AS score
FROM embeddings
ORDER BY embedding::halfvec({dimensions}) <=> $1::halfvec({dimensions})
LIMIT $2
