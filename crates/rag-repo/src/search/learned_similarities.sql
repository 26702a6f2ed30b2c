-- $1 query (halfvec), $2 chunks to learn from (uuid[]), $3 chunks (uuid[]); {dimensions} and {model} are the model's, integers
SELECT chunk_id, 1 - (embedding::halfvec({dimensions}) <=> (
    SELECT $1::halfvec({dimensions}) + coalesce(sum(embedding::halfvec({dimensions})), $1::halfvec({dimensions}))
    FROM search.embeddings
    WHERE model_id = {model} AND chunk_id = ANY ($2)
)) AS score
FROM search.embeddings
WHERE model_id = {model} AND chunk_id = ANY ($3)
