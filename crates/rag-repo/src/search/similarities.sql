-- $1 query (halfvec), $2 passages (uuid[]); {dimensions} and {model} are the model's, integers
SELECT passage_id, 1 - (embedding::halfvec({dimensions}) <=> $1::halfvec({dimensions})) AS score
FROM search.embeddings
WHERE model_id = {model} AND passage_id = ANY ($2)
