-- Work that outlives a request.

CREATE TABLE jobs (
    id            UUID        NOT NULL CONSTRAINT jobs_pkey PRIMARY KEY,
    kind          TEXT        NOT NULL CONSTRAINT jobs_kind_known CHECK (kind IN ('ingest')),
    state         TEXT        NOT NULL DEFAULT 'queued' CONSTRAINT jobs_state_known CHECK (state IN ('queued', 'running', 'done', 'refused', 'dead')),
    collection_id UUID        NOT NULL CONSTRAINT jobs_collection_id_fkey REFERENCES collections ON DELETE CASCADE,
    document_id   UUID        CONSTRAINT jobs_document_id_fkey REFERENCES documents ON DELETE SET NULL,
    version_id    UUID        CONSTRAINT jobs_version_id_fkey REFERENCES document_versions ON DELETE SET NULL,
    title         TEXT        NOT NULL,
    size_bytes    BIGINT      NOT NULL CONSTRAINT jobs_size_bytes_not_negative CHECK (size_bytes >= 0),
    attempts      INTEGER     NOT NULL DEFAULT 0 CONSTRAINT jobs_attempts_not_negative CHECK (attempts >= 0),
    run_after     TIMESTAMPTZ NOT NULL DEFAULT now(),
    leased_until  TIMESTAMPTZ,
    stage         TEXT        NOT NULL DEFAULT 'queued' CONSTRAINT jobs_stage_known CHECK (stage IN ('queued', 'reading', 'embedding', 'publishing', 'finished')),
    done_units    BIGINT      NOT NULL DEFAULT 0 CONSTRAINT jobs_done_units_not_negative CHECK (done_units >= 0),
    total_units   BIGINT      CONSTRAINT jobs_total_units_not_negative CHECK (total_units >= 0),
    problem       JSONB       CONSTRAINT jobs_problem_is_object CHECK (jsonb_typeof(problem) = 'object'),
    created_at    TIMESTAMPTZ NOT NULL DEFAULT now(),
    finished_at   TIMESTAMPTZ,
    CONSTRAINT jobs_lease_while_running CHECK ((state = 'running') = (leased_until IS NOT NULL)),
    CONSTRAINT jobs_finished_at_when_finished CHECK ((state IN ('done', 'refused', 'dead')) = (finished_at IS NOT NULL))
);
CREATE INDEX jobs_due_idx ON jobs (run_after, id) WHERE state = 'queued';
CREATE INDEX jobs_leased_until_idx ON jobs (leased_until) WHERE state = 'running';
CREATE INDEX jobs_collection_id_id_idx ON jobs (collection_id, id);
CREATE INDEX jobs_document_id_idx ON jobs (document_id);
CREATE INDEX jobs_version_id_idx ON jobs (version_id);

COMMENT ON TABLE jobs IS 'Background work, taken with SKIP LOCKED under a lease.';
COMMENT ON COLUMN jobs.id IS 'UUIDv7.';
COMMENT ON COLUMN jobs.kind IS 'What is to be done.';
COMMENT ON COLUMN jobs.state IS 'queued, running, done; refused: the input can never work, nothing of it is kept; dead: given up after the last attempt, may be retried.';
COMMENT ON COLUMN jobs.collection_id IS 'Collection it works for.';
COMMENT ON COLUMN jobs.document_id IS 'Document it works on; null once that is deleted.';
COMMENT ON COLUMN jobs.version_id IS 'Version it builds; null once that is deleted.';
COMMENT ON COLUMN jobs.title IS 'Title or file name of the document, for people.';
COMMENT ON COLUMN jobs.size_bytes IS 'Length of the original in bytes.';
COMMENT ON COLUMN jobs.attempts IS 'Times it was taken; also the fencing token of the lease.';
COMMENT ON COLUMN jobs.run_after IS 'Not before this time.';
COMMENT ON COLUMN jobs.leased_until IS 'While running: when another worker may take it.';
COMMENT ON COLUMN jobs.stage IS 'What the worker is at.';
COMMENT ON COLUMN jobs.done_units IS 'Units of the stage done.';
COMMENT ON COLUMN jobs.total_units IS 'Units of the stage in all, when known.';
COMMENT ON COLUMN jobs.problem IS 'Why it failed last: {code, detail}.';
COMMENT ON COLUMN jobs.created_at IS 'When it was queued.';
COMMENT ON COLUMN jobs.finished_at IS 'When it ended.';
