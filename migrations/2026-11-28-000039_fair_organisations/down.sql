GRANT CREATE ON SCHEMA public TO rag_rules;
SELECT set_config('rag.role', current_setting('role'), true);
SET LOCAL ROLE rag_rules;
CREATE OR REPLACE FUNCTION set_job_turn() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
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
SELECT set_config('role', current_setting('rag.role'), true);
REVOKE CREATE ON SCHEMA public FROM rag_rules;
