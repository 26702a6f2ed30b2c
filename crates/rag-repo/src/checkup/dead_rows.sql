-- No arguments. Tables with more dead rows than live ones.
SELECT count(*) AS count, min(relname::text) AS example, NULL::bigint AS sample
FROM pg_stat_user_tables WHERE schemaname = 'public' AND n_dead_tup > 10000 AND n_dead_tup > n_live_tup
