-- $1 collection (uuid), $2 code of the problem (text, null for all)
-- Those of a collection whose ingest is paused wait until it is resumed, as new ones do.
UPDATE jobs SET
    state = CASE WHEN EXISTS (SELECT FROM collections WHERE id = $1 AND ingest_paused_at IS NOT NULL) THEN 'paused' ELSE 'queued' END,
    stage = 'queued', run_after = now(), finished_at = NULL, failures = 0, lost_leases = 0, postponements = 0
WHERE collection_id = $1 AND kind = 'ingest' AND state = 'dead' AND version_id IS NOT NULL
  AND ($2 IS NULL OR problem ->> 'code' = $2)
