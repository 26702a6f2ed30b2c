-- No arguments. Collections with vectors of a model that they neither have nor move to, hours after their last move.
SELECT count(*) AS count, min(c.id::text) AS example, NULL::bigint AS sample
FROM (SELECT id, model_id FROM collections ORDER BY random() LIMIT 10000) AS c
WHERE NOT EXISTS (SELECT FROM jobs j WHERE j.kind = 'reembed' AND j.collection_id = c.id
                    AND (j.state IN ('queued', 'running', 'paused') OR j.finished_at > now() - interval '3 hours'))
  AND EXISTS (SELECT FROM embedding_models m WHERE m.id <> c.model_id
                AND EXISTS (SELECT FROM embeddings e WHERE e.model_id = m.id AND e.collection_id = c.id))
