-- $1 query (halfvec), $2 limit (bigint); {dimensions} and {model} are the model's, integers; the scope is a condition on e
-- The "+ 0" keeps the planner from the index, whose answer would be approximate.
SELECT passage_id, 1 - distance AS score FROM (
    SELECT e.passage_id, (e.embedding::halfvec({dimensions}) <=> $1::halfvec({dimensions})) + 0 AS distance
    FROM search.embeddings e
    WHERE e.model_id = {model} AND {scope}
    ORDER BY distance, e.passage_id
    LIMIT $2
) AS nearest
ORDER BY distance, passage_id
