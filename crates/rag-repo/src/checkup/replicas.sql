-- No arguments. Replicas that are more than a minute or 1 GB of WAL behind.
SELECT count(*) AS count, min(coalesce(nullif(application_name, ''), pid::text)) AS example, NULL::bigint AS sample
FROM pg_stat_replication
WHERE replay_lag > interval '1 minute' OR NOT pg_is_in_recovery() AND pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn) > 1073741824
