-- No arguments. Versions that are to be read, without a job that reads them or that can be retried.
SELECT count(*) AS count, min(v.id::text) AS example, NULL::bigint AS sample
FROM (SELECT id FROM document_versions WHERE state IN ('queued', 'building') LIMIT 100000) AS v
WHERE NOT EXISTS (SELECT FROM jobs j WHERE j.version_id = v.id AND j.state IN ('queued', 'running', 'paused', 'dead'))
