DELETE FROM jobs WHERE collection_id IS NULL OR kind <> 'ingest';
DROP POLICY adds ON jobs;
CREATE POLICY adds ON jobs FOR INSERT TO rag_user WITH CHECK (collection_id = ANY ((SELECT writable())::uuid[]));
DROP TRIGGER jobs_turn ON jobs;
DROP FUNCTION set_job_turn();
DROP INDEX jobs_upkeep_finished_at_idx, jobs_open_upkeep_key, jobs_finished_at_idx, jobs_suspect_idx, jobs_queued_turn_idx, jobs_due_small_idx, jobs_due_idx;
CREATE INDEX jobs_due_idx ON jobs (run_after, id) WHERE state = 'queued';
ALTER TABLE jobs
    DROP CONSTRAINT jobs_document_has_collection,
    DROP CONSTRAINT jobs_ingest_has_collection,
    DROP CONSTRAINT jobs_kind_known,
    DROP COLUMN payload, DROP COLUMN priority, DROP COLUMN turn, DROP COLUMN failures, DROP COLUMN lost_leases, DROP COLUMN postponements;
ALTER TABLE jobs
    ADD CONSTRAINT jobs_kind_known CHECK (kind IN ('ingest'));
ALTER TABLE jobs ALTER COLUMN collection_id SET NOT NULL;
ALTER TABLE jobs RENAME CONSTRAINT jobs_lease_number_not_negative TO jobs_attempts_not_negative;
ALTER TABLE jobs RENAME COLUMN lease_number TO attempts;
COMMENT ON TABLE jobs IS 'Background work, taken with SKIP LOCKED under a lease.';
COMMENT ON COLUMN jobs.attempts IS 'Times it was taken; also the fencing token of the lease.';
