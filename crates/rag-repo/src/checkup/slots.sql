-- No arguments. Replication slots that nobody reads and for which the server keeps its WAL.
SELECT count(*) AS count, min(slot_name::text) AS example, NULL::bigint AS sample
FROM pg_replication_slots WHERE NOT active AND restart_lsn IS NOT NULL
