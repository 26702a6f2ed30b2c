SELECT m.name,
       (SELECT count(*) FROM collections c WHERE c.model_id = m.id) AS collections,
       (SELECT count(*) FROM jobs j WHERE j.model_id = m.id AND j.state = 'queued') AS queued_jobs,
       (SELECT count(*) FROM jobs j WHERE j.model_id = m.id AND (j.state IN ('queued', 'running', 'paused') OR j.kind = 'ingest' AND j.state = 'dead')) AS open_jobs
FROM embedding_models m
ORDER BY m.id
