-- $1 query (halfvec), $2 limit (bigint); {dimensions} and {model} are the model's, <=> is the index's; the scope is a condition on e
SELECT passage_id, 1 - (embedding <=> $1::halfvec({dimensions})) AS score FROM (
    SELECT e.passage_id, e.embedding::halfvec({dimensions}) AS embedding
    FROM search.embeddings e
    WHERE e.model_id = {model} AND {scope}
    ORDER BY e.embedding::halfvec({dimensions}) <=> $1::halfvec({dimensions})
    LIMIT $2
) AS nearest
ORDER BY score DESC, passage_id
