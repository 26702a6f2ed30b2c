-- No arguments. Statements that remove the dead rows of tables with more of them than live ones.
SELECT format('VACUUM (ANALYZE) %s', relid::regclass) AS line
FROM pg_stat_user_tables WHERE schemaname = 'public' AND n_dead_tup > 10000 AND n_dead_tup > n_live_tup ORDER BY line
