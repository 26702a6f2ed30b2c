-- No arguments. Settings without which PostgreSQL neither removes dead rows nor keeps its statistics.
SELECT count(*) AS count, min(name) AS example, NULL::bigint AS sample
FROM pg_settings WHERE name IN ('autovacuum', 'track_counts') AND setting = 'off'
