-- $1 most jobs (int), $2 most bytes in all (bigint; the first job may be larger), $3 lease in seconds (double)
WITH due AS (
    SELECT id, size_bytes FROM jobs
    WHERE state = 'queued' AND run_after <= now()
    ORDER BY run_after, id
    LIMIT $1
    FOR UPDATE SKIP LOCKED
), chosen AS (
    SELECT id FROM (SELECT id, size_bytes, sum(size_bytes) OVER (ORDER BY id) - size_bytes AS bytes_before FROM due) AS running
    WHERE bytes_before + size_bytes <= $2 OR bytes_before = 0
)
UPDATE jobs SET
    state = 'running', stage = 'reading', done_units = 0, total_units = NULL,
    attempts = attempts + 1, leased_until = clock_timestamp() + make_interval(secs => $3)
FROM chosen WHERE jobs.id = chosen.id
RETURNING jobs.*
