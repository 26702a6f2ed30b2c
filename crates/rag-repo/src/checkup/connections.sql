-- No arguments. Connections of clients: the limit without those kept for administrators, all that are open, those of rag, and of these those for
-- reads, for requests that write and for work in the background.
SELECT current_setting('max_connections')::bigint - current_setting('superuser_reserved_connections')::bigint
           - coalesce(current_setting('reserved_connections', true), '0')::bigint AS allowed,
       count(*) AS open, count(*) FILTER (WHERE application_name LIKE 'rag %') AS ours,
       count(*) FILTER (WHERE application_name = 'rag read') AS read, count(*) FILTER (WHERE application_name = 'rag write') AS write,
       count(*) FILTER (WHERE application_name = 'rag work') AS work
FROM pg_stat_activity WHERE backend_type = 'client backend'
