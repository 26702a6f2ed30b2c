-- Uses of tools are deleted; the partitions of events are kept as before.

DROP FUNCTION keep_tool_use_partitions(INTEGER, INTEGER, TIMESTAMPTZ);
CREATE OR REPLACE FUNCTION keep_event_partitions(p_months_ahead INTEGER, p_keep_months INTEGER, p_now TIMESTAMPTZ DEFAULT now(),
    OUT created INTEGER, OUT dropped INTEGER)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' SET lock_timeout = '5s' AS $$
DECLARE
    v_current TIMESTAMPTZ := date_trunc('month', p_now);
    v_oldest  TIMESTAMPTZ := v_current - make_interval(months => p_keep_months);
    v_last    TIMESTAMPTZ := v_current + make_interval(months => p_months_ahead);
    v_missing TIMESTAMPTZ[];
    v_month   TIMESTAMPTZ;
    v_next    TIMESTAMPTZ;
    v_name    TEXT;
BEGIN
    IF p_months_ahead IS NULL OR p_months_ahead < 0 OR p_keep_months IS NULL OR p_keep_months < 1 THEN
        RAISE EXCEPTION 'cannot keep % months ahead and % months back', p_months_ahead, p_keep_months
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Keep 0 or more months ahead and 1 or more back.';
    END IF;
    created := 0;
    dropped := 0;
    -- "rag-evnt" in ASCII.
    PERFORM pg_advisory_xact_lock(8241982237738167924);
    v_missing := ARRAY(
        SELECT month FROM (
            SELECT generate_series(v_current, v_last, '1 month') AS month
            UNION SELECT date_trunc('month', occurred_at) FROM events_default
            WHERE occurred_at >= v_oldest AND occurred_at < v_last + interval '1 month') AS wanted
        WHERE to_regclass('events_' || to_char(month, 'YYYY_MM')) IS NULL ORDER BY month);
    IF v_missing <> '{}' THEN
        -- A new partition takes over the foreign keys, which locks the tables they lead to. These come first, as they do when
        -- somebody is erased, so that no two transactions wait for each other. Then whoever inserts waits before a partition is
        -- chosen: a row that has chosen events_default and waits for it would be refused.
        LOCK TABLE organisations, users IN SHARE ROW EXCLUSIVE MODE;
        LOCK TABLE ONLY events IN SHARE ROW EXCLUSIVE MODE;
        LOCK TABLE events_default IN ACCESS EXCLUSIVE MODE;
    END IF;
    FOREACH v_month IN ARRAY v_missing LOOP
        v_name := 'events_' || to_char(v_month, 'YYYY_MM');
        v_next := v_month + interval '1 month';
        EXECUTE format('CREATE TABLE %I (LIKE events INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', v_name);
        EXECUTE format('WITH moved AS (DELETE FROM events_default WHERE occurred_at >= %L AND occurred_at < %L RETURNING *)
                        INSERT INTO %I SELECT * FROM moved', v_month, v_next, v_name);
        EXECUTE format('ALTER TABLE events ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', v_name, v_month, v_next);
        created := created + 1;
    END LOOP;
    FOR v_name IN
        SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'events'::regclass AND c.relname ~ '^events_\d{4}_\d{2}$'
          AND c.relname < 'events_' || to_char(v_oldest, 'YYYY_MM') ORDER BY c.relname
    LOOP
        EXECUTE format('DROP TABLE %I', v_name);
        dropped := dropped + 1;
    END LOOP;
    DELETE FROM events_default WHERE occurred_at < v_oldest;
END
$$;
DROP FUNCTION keep_month_partitions(REGCLASS, NAME, TEXT, INTEGER, INTEGER, TIMESTAMPTZ);

DROP TABLE tool_uses;
DROP FUNCTION count_tool_use();
DROP TABLE tool_counts;
