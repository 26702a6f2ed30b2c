-- no placeholders
SELECT
    current_setting('pg_stat_statements.max', true) IS NOT NULL AS is_loaded,
    extension.schema IS NOT NULL AS is_created,
    pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') AS may_read,
    coalesce((SELECT bool_and(has_function_privilege(oid, 'EXECUTE')) FROM pg_proc WHERE proname = 'pg_stat_statements_reset'), false) AS may_reset,
    quote_ident(current_database()) AS database,
    quote_ident(current_user) AS user_name,
    set_config('search_path', coalesce(extension.schema, 'public'), false)
FROM (SELECT) AS one
LEFT JOIN (
    SELECT quote_ident(nspname) AS schema
    FROM pg_extension
    JOIN pg_namespace ON pg_namespace.oid = extnamespace
    WHERE extname = 'pg_stat_statements'
) AS extension ON true
