-- $1 kind (text), $2 most jobs (int), $3 most bytes in all (bigint; the first job may be larger), $4 lease in seconds (double), $5 lowest priority (smallint), $6 most bytes each (bigint), $7 models at hand (int[])
WITH due AS MATERIALIZED (
    SELECT id, size_bytes, priority, turn, model_id, lost_leases + failures > 0 AS goes_alone FROM jobs
    WHERE state = 'queued' AND kind = $1 AND run_after <= now() AND priority >= $5 AND size_bytes <= $6
      AND (model_id IS NULL OR model_id = ANY ($7))
      -- Jobs that may have ended a process run one at a time, so that each is blamed for its own deeds.
      AND (lost_leases = 0 OR NOT EXISTS (SELECT FROM jobs AS other WHERE other.state = 'running' AND other.lost_leases > 0))
    ORDER BY priority DESC, turn, id
    LIMIT $2
    FOR UPDATE SKIP LOCKED
), head AS (
    SELECT * FROM due ORDER BY priority DESC, turn, id LIMIT 1
), chosen AS (
    SELECT id FROM head
    UNION ALL
    SELECT id FROM (
        SELECT due.id, head.size_bytes + sum(due.size_bytes) OVER (ORDER BY due.priority DESC, due.turn, due.id) AS bytes
        FROM due, head
        WHERE due.id <> head.id AND due.model_id IS NOT DISTINCT FROM head.model_id AND NOT head.goes_alone AND NOT due.goes_alone AND due.size_bytes <= $3) AS rest
    WHERE bytes <= $3
)
UPDATE jobs SET
    state = 'running', stage = 'reading', done_units = 0, total_units = NULL, units_per_second = NULL,
    lease_number = lease_number + 1, leased_until = clock_timestamp() + make_interval(secs => $4)
FROM chosen WHERE jobs.id = chosen.id
RETURNING jobs.*
