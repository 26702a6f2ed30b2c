-- $1 query (halfvec), $2 limit (bigint); {dimensions} and {model} are the model's, {operator} is the index's; the scope is a condition on e
-- The score is the cosine whatever the index orders by.
SELECT chunk_id, 1 - (embedding <=> $1::halfvec({dimensions})) AS score FROM (
    SELECT e.chunk_id, e.embedding::halfvec({dimensions}) AS embedding
    FROM search.embeddings e
    WHERE e.model_id = {model} AND {scope}
    ORDER BY e.embedding::halfvec({dimensions}) {operator} $1::halfvec({dimensions})
    LIMIT $2
) AS nearest
ORDER BY score DESC, chunk_id
