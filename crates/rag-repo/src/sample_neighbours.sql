-- $1 passages (int), $2 neighbours of each (int). The plus keeps the index, which is approximate, out.
WITH numbered AS (
    SELECT model_id, passage_id, embedding,
           row_number() OVER (ORDER BY model_id, passage_id) - 1 AS place, count(*) OVER () AS total
    FROM embeddings
), samples AS (
    SELECT model_id, passage_id, embedding FROM numbered WHERE place % greatest(total / $1, 1) = 0 ORDER BY place LIMIT $1
)
SELECT s.model_id, s.passage_id, near.nearest
FROM samples AS s
CROSS JOIN LATERAL (
    SELECT array_agg(passage_id) AS nearest FROM (
        SELECT e.passage_id FROM embeddings AS e WHERE e.model_id = s.model_id
        ORDER BY (e.embedding <=> s.embedding) + 0, e.passage_id LIMIT $2
    ) AS ordered
) AS near
ORDER BY s.model_id, s.passage_id
