-- $1 model (int), $2 samples (int)
-- Vectors at even distances in the order of their ids.
WITH numbered AS (
    SELECT passage_id, row_number() OVER (ORDER BY passage_id) - 1 AS place, count(*) OVER () AS total FROM embeddings WHERE model_id = $1
)
SELECT e.embedding
FROM numbered AS n JOIN embeddings AS e ON e.model_id = $1 AND e.passage_id = n.passage_id
WHERE n.place % greatest(n.total / $2, 1) = 0
ORDER BY n.place
LIMIT $2
