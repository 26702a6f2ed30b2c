-- $1 minutes that old vectors stay after a move (integer), $2 limit (bigint)
WITH old AS MATERIALIZED (
    SELECT c.id AS collection_id, m.id AS model_id FROM collections c CROSS JOIN embedding_models m
    WHERE m.id <> c.model_id AND NOT EXISTS (
        SELECT FROM jobs j WHERE j.kind = 'reembed' AND j.collection_id = c.id
          AND (j.state IN ('queued', 'running', 'paused') OR j.finished_at > now() - make_interval(mins => $1)))
), deleted AS (
    DELETE FROM embeddings e USING (
        SELECT e.model_id, e.passage_id FROM embeddings e JOIN old ON old.collection_id = e.collection_id AND old.model_id = e.model_id
        LIMIT $2
    ) AS rows
    WHERE e.model_id = rows.model_id AND e.passage_id = rows.passage_id
    RETURNING e.passage_id, e.model_id
), parts AS (
    DELETE FROM chunk_parts p USING deleted d WHERE p.chunk_id = d.passage_id AND p.model_id = d.model_id
)
SELECT passage_id FROM deleted
