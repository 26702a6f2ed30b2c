-- $1 days since they ended (int), $2 most jobs (bigint)
DELETE FROM jobs WHERE id IN (
    SELECT id FROM jobs
    WHERE finished_at < now() - make_interval(days => $1) AND (state <> 'dead' OR document_id IS NULL)
    LIMIT $2
    FOR UPDATE SKIP LOCKED)
