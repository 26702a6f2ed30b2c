-- No arguments. The position up to which the server has replayed its primary's log, or has written its own.
SELECT (CASE WHEN pg_is_in_recovery() THEN coalesce(pg_last_wal_replay_lsn(), '0/0') ELSE pg_current_wal_lsn() END - '0/0'::pg_lsn)::bigint AS position,
       pg_is_in_recovery() AS is_replica,
       (SELECT system_identifier FROM pg_control_system()) AS system
