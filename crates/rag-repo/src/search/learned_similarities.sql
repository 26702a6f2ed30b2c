-- $1 query (halfvec), $2 passages to learn from (uuid[]), $3 passages (uuid[]); {dimensions} and {model} are the model's, integers
SELECT passage_id, 1 - (embedding::halfvec({dimensions}) <=> (
    SELECT $1::halfvec({dimensions}) + coalesce(sum(embedding::halfvec({dimensions})), $1::halfvec({dimensions}))
    FROM search.embeddings
    WHERE model_id = {model} AND passage_id = ANY ($2)
)) AS score
FROM search.embeddings
WHERE model_id = {model} AND passage_id = ANY ($3)
