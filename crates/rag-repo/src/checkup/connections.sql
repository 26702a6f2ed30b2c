-- No arguments. Connections of clients: the limit without those kept for administrators, all that are open, and those of rag.
SELECT current_setting('max_connections')::bigint - current_setting('superuser_reserved_connections')::bigint
           - coalesce(current_setting('reserved_connections', true), '0')::bigint AS allowed,
       count(*) AS open, count(*) FILTER (WHERE application_name = 'rag') AS ours
FROM pg_stat_activity WHERE backend_type = 'client backend'
