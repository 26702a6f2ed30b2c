-- $1 query (halfvec), $2 limit (bigint); {dimensions} and {model} are the model's. The "+ 0" keeps the index, which is approximate, out.
SELECT passage_id FROM embeddings WHERE model_id = {model}
ORDER BY (embedding::halfvec({dimensions}) <=> $1::halfvec({dimensions})) + 0, passage_id LIMIT $2
