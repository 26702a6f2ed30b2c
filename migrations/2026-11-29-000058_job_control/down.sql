-- Paused jobs are queued; cancelled ones count as refused.
DROP TRIGGER jobs_hold ON jobs;
DROP FUNCTION hold_new_job();
DROP TRIGGER jobs_change ON jobs;
DROP FUNCTION note_job_change();
ALTER TABLE collections DROP COLUMN ingest_paused_at;
DO $$
DECLARE
    v_role TEXT := current_setting('role');
BEGIN
    SET LOCAL ROLE rag_rules;
    UPDATE jobs SET state = 'queued' WHERE state = 'paused';
    UPDATE jobs SET state = 'refused' WHERE state = 'cancelled';
    UPDATE jobs SET stage = 'reading' WHERE stage = 'chunking';
    PERFORM set_config('role', v_role, true);
END
$$;
DROP INDEX jobs_open_reembed_key;
CREATE UNIQUE INDEX jobs_open_reembed_key ON jobs (collection_id) WHERE kind = 'reembed' AND state IN ('queued', 'running');
DROP INDEX jobs_changed_at_idx;
ALTER TABLE jobs RESET (fillfactor);
ALTER TABLE jobs
    DROP COLUMN units_per_second,
    DROP COLUMN changed_at,
    DROP CONSTRAINT jobs_state_known,
    DROP CONSTRAINT jobs_stage_known,
    DROP CONSTRAINT jobs_finished_at_when_finished,
    ADD CONSTRAINT jobs_state_known CHECK (state IN ('queued', 'running', 'done', 'refused', 'dead')),
    ADD CONSTRAINT jobs_stage_known CHECK (stage IN ('queued', 'reading', 'embedding', 'publishing', 'finished')),
    ADD CONSTRAINT jobs_finished_at_when_finished CHECK ((state IN ('done', 'refused', 'dead')) = (finished_at IS NOT NULL));
COMMENT ON COLUMN jobs.state IS 'queued, running, done; refused: the input can never work, nothing of it is kept; dead: given up after too many failures or lost leases, may be retried.';
COMMENT ON COLUMN jobs.done_units IS 'Units of the stage done.';
