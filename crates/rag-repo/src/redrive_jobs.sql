-- $1 collection (uuid), $2 code of the problem (text, null for all)
UPDATE jobs SET
    state = 'queued', stage = 'queued', run_after = now(), finished_at = NULL, failures = 0, lost_leases = 0, postponements = 0
WHERE collection_id = $1 AND kind = 'ingest' AND state = 'dead' AND version_id IS NOT NULL
  AND ($2 IS NULL OR problem ->> 'code' = $2)
