-- Shares of the queue are equal by organisation, and within an organisation by collection. Start-time fair queueing with weights: the
-- work of a collection counts as many times as its organisation has collections with queued jobs, while other organisations have some,
-- too. Those collections are found by steps over the index, one for each that has queued jobs, whatever the number of all.
-- The function belongs to rag_rules, which alone may replace it.
GRANT CREATE ON SCHEMA public TO rag_rules;
SELECT set_config('rag.role', current_setting('role'), true);
SET LOCAL ROLE rag_rules;
CREATE OR REPLACE FUNCTION set_job_turn() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off AS $$
DECLARE
    v_head BIGINT := (SELECT turn FROM jobs WHERE state = 'queued' AND priority = NEW.priority ORDER BY turn LIMIT 1);
    v_last RECORD;
    v_weight BIGINT;
BEGIN
    SELECT turn, size_bytes INTO v_last FROM jobs
    WHERE state = 'queued' AND collection_id = NEW.collection_id ORDER BY turn DESC LIMIT 1;
    IF NOT FOUND THEN
        NEW.turn := coalesce(v_head, 0);
        RETURN NEW;
    END IF;
    WITH RECURSIVE busy AS (
        (SELECT collection_id FROM jobs WHERE state = 'queued' AND collection_id IS NOT NULL ORDER BY collection_id LIMIT 1)
        UNION ALL
        SELECT (SELECT j.collection_id FROM jobs AS j WHERE j.state = 'queued' AND j.collection_id > busy.collection_id
                ORDER BY j.collection_id LIMIT 1)
        FROM busy WHERE busy.collection_id IS NOT NULL
    )
    SELECT CASE WHEN bool_and(is_own) THEN 1 ELSE count(*) FILTER (WHERE is_own) END INTO v_weight
    FROM busy, LATERAL (
        SELECT c.organisation_id = (SELECT organisation_id FROM collections WHERE id = NEW.collection_id) AS is_own
        FROM collections AS c WHERE c.id = busy.collection_id) AS owner;
    NEW.turn := greatest(v_head, v_last.turn + greatest(v_last.size_bytes, 1024) * v_weight);
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION set_job_turn() IS 'Row trigger: gives a new job its place, fair between organisations, and within one between collections.';
SELECT set_config('role', current_setting('rag.role'), true);
REVOKE CREATE ON SCHEMA public FROM rag_rules;
