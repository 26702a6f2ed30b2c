-- No arguments. Transactions of clients, and prepared ones, that have been open for more than an hour.
SELECT count(*) AS count, min(name) AS example, NULL::bigint AS sample FROM (
    SELECT 'process ' || pid AS name FROM pg_stat_activity
    WHERE backend_type = 'client backend' AND datname = current_database() AND xact_start < now() - interval '1 hour'
    UNION ALL
    SELECT 'prepared ' || gid FROM pg_prepared_xacts WHERE database = current_database() AND prepared < now() - interval '1 hour'
) AS old
