-- Documents that were fetched stay.
DROP TABLE document_fetches;
DO $$
DECLARE
    v_role TEXT := current_setting('role');
BEGIN
    SET LOCAL ROLE rag_rules;
    DELETE FROM jobs WHERE kind = 'fetch';
    PERFORM set_config('role', v_role, true);
END
$$;
DROP POLICY adds ON jobs;
CREATE POLICY adds ON jobs FOR INSERT TO rag_user
    WITH CHECK (kind = 'ingest' AND collection_id = ANY ((SELECT writable())::uuid[]));
DROP INDEX jobs_user_id_idx;
ALTER TABLE jobs
    DROP COLUMN user_id,
    DROP CONSTRAINT jobs_kind_known,
    DROP CONSTRAINT jobs_stage_known,
    ADD CONSTRAINT jobs_kind_known CHECK (kind IN ('ingest', 'upkeep', 'words', 'reembed', 'rounds')),
    ADD CONSTRAINT jobs_stage_known CHECK (stage IN ('queued', 'reading', 'chunking', 'embedding', 'publishing', 'finished'));
COMMENT ON COLUMN jobs.done_units IS 'Units of the stage done, chunks or rounds; written at most once a second.';
