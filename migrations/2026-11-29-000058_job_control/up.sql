-- Jobs can be paused, resumed and cancelled, and watched while they run (ADR 23).

ALTER TABLE jobs
    DROP CONSTRAINT jobs_state_known,
    DROP CONSTRAINT jobs_stage_known,
    DROP CONSTRAINT jobs_finished_at_when_finished,
    ADD CONSTRAINT jobs_state_known CHECK (state IN ('queued', 'running', 'paused', 'done', 'refused', 'dead', 'cancelled')),
    ADD CONSTRAINT jobs_stage_known CHECK (stage IN ('queued', 'reading', 'chunking', 'embedding', 'publishing', 'finished')),
    ADD CONSTRAINT jobs_finished_at_when_finished CHECK ((state IN ('done', 'refused', 'dead', 'cancelled')) = (finished_at IS NOT NULL)),
    ADD COLUMN units_per_second REAL CONSTRAINT jobs_units_per_second_not_negative CHECK (units_per_second >= 0),
    ADD COLUMN changed_at TIMESTAMPTZ NOT NULL DEFAULT now();
-- The time of the row, not of the transaction: an upload takes long to store its bytes before it queues the job.
ALTER TABLE jobs ALTER COLUMN changed_at SET DEFAULT clock_timestamp();
-- Progress is in no index, so with room on its page an update of it adds no entry to any index, and needs no vacuum.
ALTER TABLE jobs SET (fillfactor = 80);

COMMENT ON COLUMN jobs.state IS 'queued, running, done; paused: no worker takes it until it is resumed; refused: the input can never work, nothing of it is kept; dead: given up after too many failures or lost leases, may be retried; cancelled: ended by a user, nothing of it is kept.';
COMMENT ON COLUMN jobs.done_units IS 'Units of the stage done, chunks or rounds; written at most once a second.';
COMMENT ON COLUMN jobs.units_per_second IS 'Units done per second since the stage began, by the worker that has the job; null before the first measurement.';
COMMENT ON COLUMN jobs.changed_at IS 'When its state last changed. Progress does not count.';

-- Readers of changes find the newest ones.
CREATE INDEX jobs_changed_at_idx ON jobs (changed_at);
-- A paused move is still the one move of its collection.
DROP INDEX jobs_open_reembed_key;
CREATE UNIQUE INDEX jobs_open_reembed_key ON jobs (collection_id) WHERE kind = 'reembed' AND state IN ('queued', 'running', 'paused');

CREATE FUNCTION note_job_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.changed_at := clock_timestamp();
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION note_job_change() IS 'Row trigger: notes when the state of a job changed.';
CREATE TRIGGER jobs_change BEFORE UPDATE ON jobs FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION note_job_change();

ALTER TABLE collections ADD COLUMN ingest_paused_at TIMESTAMPTZ;
COMMENT ON COLUMN collections.ingest_paused_at IS 'Since when ingest is paused: new jobs that read documents begin as paused. Null if it is not.';

CREATE FUNCTION hold_new_job() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM collections WHERE id = NEW.collection_id AND ingest_paused_at IS NOT NULL) THEN
        NEW.state := 'paused';
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION hold_new_job() IS 'Row trigger: a new job of a collection whose ingest is paused begins as paused.';
REVOKE EXECUTE ON FUNCTION hold_new_job() FROM PUBLIC;
GRANT CREATE ON SCHEMA public TO rag_rules;
ALTER FUNCTION hold_new_job() OWNER TO rag_rules;
REVOKE CREATE ON SCHEMA public FROM rag_rules;
CREATE TRIGGER jobs_hold BEFORE INSERT ON jobs FOR EACH ROW WHEN (NEW.kind = 'ingest') EXECUTE FUNCTION hold_new_job();
