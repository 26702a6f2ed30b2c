-- $1 kind (text), $2 most lost leases (int), $3 problem of a job that has lost so many (jsonb)
UPDATE jobs SET
    lost_leases = lost_leases + 1,
    leased_until = NULL,
    state = CASE WHEN lost_leases + 1 >= $2 THEN 'dead' ELSE 'queued' END,
    stage = CASE WHEN lost_leases + 1 >= $2 THEN 'finished' ELSE 'queued' END,
    finished_at = CASE WHEN lost_leases + 1 >= $2 THEN now() END,
    problem = CASE WHEN lost_leases + 1 >= $2 THEN $3 ELSE problem END
WHERE state = 'running' AND kind = $1 AND leased_until < now()
RETURNING jobs.id, jobs.title, jobs.state = 'dead' AS is_buried
