-- $1 query (halfvec), $2 limit (bigint), $3 rows to compare exactly (bigint); {dimensions} and {model} are the model's; the scope is a condition on e
-- One bit a dimension says roughly what is near; of that the vectors themselves say what is nearest.
SELECT passage_id, 1 - (embedding <=> $1::halfvec({dimensions})) AS score FROM (
    SELECT e.passage_id, e.embedding::halfvec({dimensions}) AS embedding
    FROM search.embeddings e
    WHERE e.model_id = {model} AND {scope}
    ORDER BY binary_quantize(e.embedding::halfvec({dimensions}))::bit({dimensions})
        <~> binary_quantize($1::halfvec({dimensions}))::bit({dimensions})
    LIMIT $3
) AS near
ORDER BY score DESC, passage_id
LIMIT $2
