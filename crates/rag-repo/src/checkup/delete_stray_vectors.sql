-- No arguments. The parts of chunks have vectors of the same models.
DELETE FROM embeddings e USING collections c
WHERE c.id = e.collection_id AND c.model_id <> e.model_id
  AND NOT EXISTS (SELECT FROM jobs j WHERE j.kind = 'reembed' AND j.collection_id = c.id
                    AND (j.state IN ('queued', 'running', 'paused') OR j.finished_at > now() - interval '3 hours'));
DELETE FROM chunk_parts p USING collections c
WHERE c.id = p.collection_id AND c.model_id <> p.model_id
  AND NOT EXISTS (SELECT FROM jobs j WHERE j.kind = 'reembed' AND j.collection_id = c.id
                    AND (j.state IN ('queued', 'running', 'paused') OR j.finished_at > now() - interval '3 hours'))
