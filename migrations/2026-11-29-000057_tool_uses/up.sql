-- Uses of tools with their outcomes, and the counts that a search for tools learns from.

CREATE TABLE tool_counts (
    tool_id       UUID    NOT NULL CONSTRAINT tool_counts_pkey PRIMARY KEY CONSTRAINT tool_counts_tool_id_fkey REFERENCES tools ON DELETE CASCADE,
    collection_id UUID    NOT NULL,
    use_count     BIGINT  NOT NULL DEFAULT 0 CONSTRAINT tool_counts_use_count_not_negative CHECK (use_count >= 0),
    success_count BIGINT  NOT NULL DEFAULT 0 CONSTRAINT tool_counts_success_count_range CHECK (success_count BETWEEN 0 AND use_count),
    success_rate  REAL    NOT NULL DEFAULT 0.5 CONSTRAINT tool_counts_success_rate_range CHECK (success_rate BETWEEN 0 AND 1),
    last_used_at  TIMESTAMPTZ
) WITH (fillfactor = 70);
COMMENT ON TABLE tool_counts IS 'How often tools are used and succeed. Apart from tools: counts that change with each use would rewrite their rows.';
COMMENT ON COLUMN tool_counts.tool_id IS 'The tool.';
COMMENT ON COLUMN tool_counts.collection_id IS 'The tool''s collection, repeated here for row-level security.';
COMMENT ON COLUMN tool_counts.use_count IS 'Uses of all time.';
COMMENT ON COLUMN tool_counts.success_count IS 'Uses that succeeded.';
COMMENT ON COLUMN tool_counts.success_rate IS 'Estimated probability of success, from 0 to 1: .5 before the first use, afterwards as if there had been two successes and two failures before; only about the last 50 uses matter.';
COMMENT ON COLUMN tool_counts.last_used_at IS 'When it was last used.';
SELECT protect_table('tool_counts', 'collection', 'collection_id', '{adds}');

CREATE TABLE tool_uses (
    id            UUID        NOT NULL,
    used_at       TIMESTAMPTZ NOT NULL DEFAULT now(),
    tool_id       UUID        NOT NULL CONSTRAINT tool_uses_tool_id_fkey REFERENCES tools ON DELETE CASCADE,
    collection_id UUID        NOT NULL,
    user_id       UUID        NOT NULL CONSTRAINT tool_uses_user_id_fkey REFERENCES users ON DELETE CASCADE,
    session_id    UUID,
    outcome       TEXT        NOT NULL CONSTRAINT tool_uses_outcome_known CHECK (outcome IN ('success', 'failure')),
    duration_ms   INTEGER     CONSTRAINT tool_uses_duration_ms_not_negative CHECK (duration_ms >= 0),
    CONSTRAINT tool_uses_pkey PRIMARY KEY (id, used_at)
) PARTITION BY RANGE (used_at);
CREATE INDEX tool_uses_collection_id_used_at_idx ON tool_uses (collection_id, used_at);
CREATE INDEX tool_uses_tool_id_idx ON tool_uses (tool_id);
CREATE INDEX tool_uses_user_id_id_idx ON tool_uses (user_id, id);
-- A use whose month has no partition is kept here until upkeep makes one.
CREATE TABLE tool_uses_default PARTITION OF tool_uses DEFAULT;
COMMENT ON TABLE tool_uses IS 'Uses of tools, one row each. Append-only; partitioned by month. Rows go with their tool, their user and their month; the counts of the tool stay.';
COMMENT ON COLUMN tool_uses.id IS 'UUIDv7.';
COMMENT ON COLUMN tool_uses.used_at IS 'When the use was recorded.';
COMMENT ON COLUMN tool_uses.tool_id IS 'The tool.';
COMMENT ON COLUMN tool_uses.collection_id IS 'The tool''s collection, repeated here for row-level security.';
COMMENT ON COLUMN tool_uses.user_id IS 'User whose program used it.';
COMMENT ON COLUMN tool_uses.session_id IS 'Conversation in which it was used; it may have been deleted since.';
COMMENT ON COLUMN tool_uses.outcome IS 'success or failure, as the program reports it.';
COMMENT ON COLUMN tool_uses.duration_ms IS 'How long the use took, in milliseconds; null if the program does not say.';
CREATE TRIGGER tool_uses_append_only BEFORE UPDATE OR TRUNCATE ON tool_uses FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A member of a team who may only read tools uses them, too; a key that only reads does not.
SELECT protect_table('tool_uses', 'collection', 'collection_id');
CREATE POLICY adds ON tool_uses FOR INSERT TO rag_user
    WITH CHECK (user_id = (SELECT asker()) AND collection_id = ANY ((SELECT visible())::uuid[])
                AND nullif(current_setting('rag.writes', true), '')::boolean);
GRANT INSERT ON tool_uses TO rag_user;
REVOKE UPDATE ON tool_uses FROM rag_rules, rag_worker;

GRANT CREATE ON SCHEMA public TO rag_rules;
CREATE FUNCTION count_tool_use() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    -- The mean of the outcomes and of four others, half of them successes; from the 46th use on a moving average, so that a tool that
    -- was mended recovers.
    UPDATE tool_counts SET
        use_count = use_count + 1,
        success_count = success_count + (NEW.outcome = 'success')::integer,
        success_rate = success_rate + ((NEW.outcome = 'success')::integer - success_rate) / least(use_count + 5, 50),
        last_used_at = greatest(last_used_at, NEW.used_at)
    -- Row-level security has checked the collection, not the tool.
    WHERE tool_id = NEW.tool_id AND collection_id = NEW.collection_id;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION count_tool_use() IS 'Row trigger: adds a use to the counts of its tool.';
ALTER FUNCTION count_tool_use() OWNER TO rag_rules;
REVOKE EXECUTE ON FUNCTION count_tool_use() FROM PUBLIC;
REVOKE CREATE ON SCHEMA public FROM rag_rules;
CREATE TRIGGER tool_uses_count AFTER INSERT ON tool_uses FOR EACH ROW EXECUTE FUNCTION count_tool_use();

-- Partitions by month of any table, as keep_event_partitions made them for events alone. Another process that does the same waits, then
-- finds nothing to do.
CREATE FUNCTION keep_month_partitions(p_table REGCLASS, p_column NAME, p_referenced TEXT, p_months_ahead INTEGER, p_keep_months INTEGER,
    p_now TIMESTAMPTZ, OUT created INTEGER, OUT dropped INTEGER)
    LANGUAGE plpgsql SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
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
    PERFORM pg_advisory_xact_lock(hashtextextended('partitions of ' || p_table, 0));
    EXECUTE format('SELECT ARRAY(
            SELECT month FROM (
                SELECT generate_series($1, $2, ''1 month'') AS month
                UNION SELECT date_trunc(''month'', %1$I) FROM %2$I WHERE %1$I >= $3 AND %1$I < $2 + interval ''1 month'') AS wanted
            WHERE to_regclass($4 || ''_'' || to_char(month, ''YYYY_MM'')) IS NULL ORDER BY month)', p_column, p_table || '_default')
        INTO v_missing USING v_current, v_last, v_oldest, p_table::text;
    IF v_missing <> '{}' THEN
        -- A new partition takes over the foreign keys, which locks the tables they lead to. These come first, as they do when
        -- somebody is erased, so that no two transactions wait for each other. Then inserts wait before a partition is
        -- chosen: a row that has chosen the default partition and waits for it would be refused.
        EXECUTE format('LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE', p_referenced);
        EXECUTE format('LOCK TABLE ONLY %s IN SHARE ROW EXCLUSIVE MODE', p_table);
        EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', p_table || '_default');
    END IF;
    FOREACH v_month IN ARRAY v_missing LOOP
        v_name := p_table || '_' || to_char(v_month, 'YYYY_MM');
        v_next := v_month + interval '1 month';
        EXECUTE format('CREATE TABLE %I (LIKE %s INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', v_name, p_table);
        EXECUTE format('WITH moved AS (DELETE FROM %1$I WHERE %2$I >= %3$L AND %2$I < %4$L RETURNING *)
                        INSERT INTO %5$I SELECT * FROM moved', p_table || '_default', p_column, v_month, v_next, v_name);
        EXECUTE format('ALTER TABLE %s ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', p_table, v_name, v_month, v_next);
        created := created + 1;
    END LOOP;
    FOR v_name IN
        SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = p_table AND c.relname ~ ('^' || p_table || '_\d{4}_\d{2}$')
          AND c.relname < p_table || '_' || to_char(v_oldest, 'YYYY_MM') ORDER BY c.relname
    LOOP
        EXECUTE format('DROP TABLE %I', v_name);
        dropped := dropped + 1;
    END LOOP;
    EXECUTE format('DELETE FROM %I WHERE %I < $1', p_table || '_default', p_column) USING v_oldest;
END
$$;
COMMENT ON FUNCTION keep_month_partitions(REGCLASS, NAME, TEXT, INTEGER, INTEGER, TIMESTAMPTZ) IS 'Makes the partitions of a table, by that column, for this month and those ahead, moves rows of its default partition into partitions of their own, and drops what is older than the months to keep before this one. The tables that foreign keys lead to are locked in the order that is given.';
REVOKE EXECUTE ON FUNCTION keep_month_partitions(REGCLASS, NAME, TEXT, INTEGER, INTEGER, TIMESTAMPTZ) FROM PUBLIC;

-- To make or drop a partition takes the owner of the table. A lock that is not free within 5 s ends the attempt: whatever waits behind
-- it waits no longer than that.
CREATE OR REPLACE FUNCTION keep_event_partitions(p_months_ahead INTEGER, p_keep_months INTEGER, p_now TIMESTAMPTZ DEFAULT now(),
    OUT created INTEGER, OUT dropped INTEGER)
    LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '5s' AS $$
    SELECT created, dropped
    FROM keep_month_partitions('events', 'occurred_at', 'organisations, users', p_months_ahead, p_keep_months, p_now)
$$;
CREATE FUNCTION keep_tool_use_partitions(p_months_ahead INTEGER, p_keep_months INTEGER, p_now TIMESTAMPTZ DEFAULT now(),
    OUT created INTEGER, OUT dropped INTEGER)
    LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '5s' AS $$
    SELECT created, dropped FROM keep_month_partitions('tool_uses', 'used_at', 'users, tools', p_months_ahead, p_keep_months, p_now)
$$;
COMMENT ON FUNCTION keep_tool_use_partitions(INTEGER, INTEGER, TIMESTAMPTZ) IS 'As keep_event_partitions, for uses of tools.';
REVOKE EXECUTE ON FUNCTION keep_tool_use_partitions(INTEGER, INTEGER, TIMESTAMPTZ) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION keep_tool_use_partitions(INTEGER, INTEGER, TIMESTAMPTZ) TO rag_worker;
