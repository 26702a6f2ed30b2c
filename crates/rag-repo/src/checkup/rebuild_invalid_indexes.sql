-- No arguments. Statements that rebuild invalid indexes, and drop those that an interrupted rebuild has left behind.
SELECT format(CASE WHEN c.relname ~ '_cc(new|old)\d*$' THEN 'DROP INDEX CONCURRENTLY %s' ELSE 'REINDEX INDEX CONCURRENTLY %s' END,
              c.oid::regclass) AS line
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE c.relnamespace = 'public'::regnamespace AND NOT (i.indisvalid AND i.indisready AND i.indislive)
  AND NOT EXISTS (SELECT FROM pg_stat_progress_create_index p WHERE p.index_relid = i.indexrelid)
ORDER BY line
