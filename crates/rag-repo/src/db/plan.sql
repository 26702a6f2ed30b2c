-- no placeholders: reads the statement from rag.statement and leaves its plan in rag.plan, both settings of the transaction
-- EXPLAIN (GENERIC_PLAN) needs PostgreSQL 16, and EXPLAIN EXECUTE does the same in 15. A DO block has no placeholders of its own, which
-- those of the statement would be taken for. If the connection keeps the statement prepared, the types of its placeholders are known; otherwise
-- PostgreSQL infers them. A prepared statement outlives its transaction.
DO $block$
DECLARE
    line text;
    plan text := '';
    types text;
    arguments text;
BEGIN
    IF EXISTS (SELECT FROM pg_catalog.pg_prepared_statements WHERE name = 'rag_slow') THEN
        DEALLOCATE rag_slow;
    END IF;
    SELECT '(' || array_to_string(parameter_types, ', ') || ')' INTO types
    FROM pg_catalog.pg_prepared_statements
    WHERE statement = current_setting('rag.statement') AND parameter_types <> '{}'
    LIMIT 1;
    EXECUTE concat('PREPARE rag_slow ', types, ' AS ', current_setting('rag.statement'));
    SELECT '(' || string_agg('NULL', ', ') || ')' INTO arguments
    FROM pg_catalog.pg_prepared_statements, unnest(parameter_types) WHERE name = 'rag_slow';
    FOR line IN EXECUTE concat('EXPLAIN EXECUTE rag_slow', arguments) LOOP
        plan := plan || line || E'\n';
    END LOOP;
    DEALLOCATE rag_slow;
    PERFORM set_config('rag.plan', plan, true);
END $block$;
