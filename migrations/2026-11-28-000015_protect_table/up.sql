-- Row-level security for a new table in one statement. A migration that creates a table calls it once, such as
--   SELECT protect_table('notes', 'collection', 'collection_id', '{adds,deletes}');
-- crates/rag-repo/tests/it/protected_tables.rs fails for every table in `public` that is left open.

CREATE FUNCTION protect_table(p_table REGCLASS, p_reader TEXT, p_column NAME DEFAULT NULL, p_writes TEXT[] DEFAULT '{}')
    RETURNS VOID LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    v_reads TEXT := CASE p_reader
        WHEN 'collection' THEN format('%I = ANY ((SELECT visible())::uuid[])', p_column)
        WHEN 'user' THEN format('%I = (SELECT asker())', p_column)
        WHEN 'organisation' THEN format('%I = (SELECT asker_organisation())', p_column)
        WHEN 'admin' THEN format('%I = (SELECT asker_organisation()) AND (SELECT administers())', p_column)
    END;
    -- A collection that one may read is not always one that one may change.
    v_changes TEXT := CASE p_reader
        WHEN 'collection' THEN format('%I = ANY ((SELECT writable())::uuid[])', p_column)
        ELSE v_reads
    END;
BEGIN
    IF v_reads IS NULL AND p_reader IS DISTINCT FROM 'nobody' THEN
        RAISE EXCEPTION 'cannot protect %: the reader is "%"', p_table, p_reader
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Readers are collection, user, organisation and admin, each with a column, and nobody.';
    END IF;
    IF NOT p_writes <@ '{adds,deletes}' OR (p_reader = 'nobody' AND p_writes <> '{}') THEN
        RAISE EXCEPTION 'cannot protect %: the writes are %', p_table, p_writes
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Writes are adds and deletes, for a table that somebody reads.';
    END IF;
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', p_table);
    EXECUTE format('CREATE POLICY behind ON %s TO rag_rules, rag_worker USING (true)', p_table);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO rag_rules, rag_worker', p_table);
    IF v_reads IS NOT NULL THEN
        EXECUTE format('CREATE POLICY reads ON %s FOR SELECT TO rag_user USING (%s)', p_table, v_reads);
        EXECUTE format('GRANT SELECT ON %s TO rag_user', p_table);
    END IF;
    IF 'adds' = ANY (p_writes) THEN
        EXECUTE format('CREATE POLICY adds ON %s FOR INSERT TO rag_user WITH CHECK (%s)', p_table, v_changes);
        EXECUTE format('GRANT INSERT ON %s TO rag_user', p_table);
    END IF;
    IF 'deletes' = ANY (p_writes) THEN
        EXECUTE format('CREATE POLICY deletes ON %s FOR DELETE TO rag_user USING (%s)', p_table, v_changes);
        EXECUTE format('GRANT DELETE ON %s TO rag_user', p_table);
    END IF;
END
$$;
COMMENT ON FUNCTION protect_table(REGCLASS, TEXT, NAME, TEXT[]) IS
    'Forces row-level security on a table. rag_worker and rag_rules see every row. rag_user sees the rows whose column names: a collection that the asker may read (collection), the asker (user), the asker''s organisation (organisation), or the organisation that the asker administers (admin); none (nobody). With adds and deletes rag_user may do so, too: in a collection that the asker may change, elsewhere with the rows that it sees.';
REVOKE EXECUTE ON FUNCTION protect_table(REGCLASS, TEXT, NAME, TEXT[]) FROM PUBLIC;
