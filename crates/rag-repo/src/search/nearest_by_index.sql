-- $1 query (halfvec), $2 limit (bigint); {dimensions} and {model} are the model's, <=> is the index's
SELECT passage_id FROM embeddings WHERE model_id = {model}
ORDER BY embedding::halfvec({dimensions}) <=> $1::halfvec({dimensions}) LIMIT $2
