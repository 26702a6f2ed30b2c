-- Jobs of any kind: a payload, a priority, a fair order between collections, and counts that tell failures from lost leases.

ALTER TABLE jobs RENAME COLUMN attempts TO lease_number;
ALTER TABLE jobs RENAME CONSTRAINT jobs_attempts_not_negative TO jobs_lease_number_not_negative;
ALTER TABLE jobs ALTER COLUMN collection_id DROP NOT NULL;
ALTER TABLE jobs DROP CONSTRAINT jobs_kind_known;
ALTER TABLE jobs
    ADD COLUMN payload       JSONB    NOT NULL DEFAULT '{}' CONSTRAINT jobs_payload_is_object CHECK (jsonb_typeof(payload) = 'object'),
    ADD COLUMN priority      SMALLINT NOT NULL DEFAULT 0,
    ADD COLUMN turn          BIGINT   NOT NULL DEFAULT 0,
    ADD COLUMN failures      INTEGER  NOT NULL DEFAULT 0 CONSTRAINT jobs_failures_not_negative CHECK (failures >= 0),
    ADD COLUMN lost_leases   INTEGER  NOT NULL DEFAULT 0 CONSTRAINT jobs_lost_leases_not_negative CHECK (lost_leases >= 0),
    ADD COLUMN postponements INTEGER  NOT NULL DEFAULT 0 CONSTRAINT jobs_postponements_not_negative CHECK (postponements >= 0),
    ADD CONSTRAINT jobs_kind_known CHECK (kind IN ('ingest', 'upkeep')),
    ADD CONSTRAINT jobs_ingest_has_collection CHECK (kind <> 'ingest' OR collection_id IS NOT NULL),
    ADD CONSTRAINT jobs_document_has_collection CHECK (collection_id IS NOT NULL OR (document_id IS NULL AND version_id IS NULL));

COMMENT ON TABLE jobs IS 'Background work of any kind, taken with SKIP LOCKED under a lease.';
COMMENT ON COLUMN jobs.state IS 'queued, running, done; refused: the input can never work, nothing of it is kept; dead: given up after too many failures or lost leases, may be retried.';
COMMENT ON COLUMN jobs.collection_id IS 'Collection it works for; null for work on the whole database, which no user sees.';
COMMENT ON COLUMN jobs.title IS 'Title or file name of the document, or a name of the work, for people.';
COMMENT ON COLUMN jobs.size_bytes IS 'Length of the original in bytes; 0 for work on no document.';
COMMENT ON COLUMN jobs.lease_number IS 'Times it was taken; also the fencing token: a worker writes only while this is the number it was given.';
COMMENT ON COLUMN jobs.payload IS 'Parameters of the work, by kind. Rows that it works on are named in columns, under foreign keys and policies, never here.';
COMMENT ON COLUMN jobs.priority IS 'Higher is taken sooner.';
COMMENT ON COLUMN jobs.turn IS 'Order among jobs of one priority: bytes of its collection that are ahead of it, counted from the queue''s head.';
COMMENT ON COLUMN jobs.failures IS 'Times its own work failed. Outages and stops do not count.';
COMMENT ON COLUMN jobs.lost_leases IS 'Times in a row that its lease ran out, because the process ended, with nothing stored in between.';
COMMENT ON COLUMN jobs.postponements IS 'Times in a row that an outage postponed it.';

-- The order in which workers take jobs; the second index finds small ones behind any number of large ones.
DROP INDEX jobs_due_idx;
CREATE INDEX jobs_due_idx ON jobs (priority DESC, turn, id) WHERE state = 'queued';
CREATE INDEX jobs_due_small_idx ON jobs (priority DESC, turn, id) WHERE state = 'queued' AND size_bytes <= 65536;
CREATE INDEX jobs_queued_turn_idx ON jobs (collection_id, turn) WHERE state = 'queued';
CREATE INDEX jobs_suspect_idx ON jobs (id) WHERE state = 'running' AND lost_leases > 0;
CREATE INDEX jobs_finished_at_idx ON jobs (finished_at) WHERE finished_at IS NOT NULL;
-- One upkeep at a time in the whole database.
CREATE UNIQUE INDEX jobs_open_upkeep_key ON jobs (kind) WHERE kind = 'upkeep' AND state IN ('queued', 'running');
CREATE INDEX jobs_upkeep_finished_at_idx ON jobs (finished_at) WHERE kind = 'upkeep';

-- Start-time fair queueing (Goyal, Vin and Cheng, 1996): a collection's next job begins where its last one ends, and
-- never before the head of the queue. So each collection gets an equal share of bytes, whatever it has queued.
-- Its plans are kept by each connection, also those made while the queue was short: they must walk the indexes, or the
-- n-th of many uploads would read n rows.
CREATE FUNCTION set_job_turn() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off AS $$
DECLARE
    v_head BIGINT := (SELECT turn FROM jobs WHERE state = 'queued' AND priority = NEW.priority ORDER BY turn LIMIT 1);
    v_own_end BIGINT := (SELECT turn + greatest(size_bytes, 1024) FROM jobs
                         WHERE state = 'queued' AND collection_id = NEW.collection_id ORDER BY turn DESC LIMIT 1);
BEGIN
    NEW.turn := coalesce(greatest(v_head, v_own_end), 0);
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION set_job_turn() IS 'Row trigger: gives a new job its place, fair between collections.';
CREATE TRIGGER jobs_turn BEFORE INSERT ON jobs FOR EACH ROW EXECUTE FUNCTION set_job_turn();
REVOKE EXECUTE ON FUNCTION set_job_turn() FROM PUBLIC;
GRANT CREATE ON SCHEMA public TO rag_rules;
ALTER FUNCTION set_job_turn() OWNER TO rag_rules;
REVOKE CREATE ON SCHEMA public FROM rag_rules;

-- The priority, the turn and the counts are not a user's to choose; a retry begins the counts at 0.
GRANT INSERT (payload) ON jobs TO rag_user;
GRANT UPDATE (failures, lost_leases, postponements) ON jobs TO rag_user;
DROP POLICY adds ON jobs;
CREATE POLICY adds ON jobs FOR INSERT TO rag_user
    WITH CHECK (kind = 'ingest' AND collection_id = ANY ((SELECT writable())::uuid[]));
