-- No arguments. Indexes that PostgreSQL does not use or keep up to date, apart from those that are being built.
SELECT count(*) AS count, min(c.relname::text) AS example, NULL::bigint AS sample
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE c.relnamespace = 'public'::regnamespace AND NOT (i.indisvalid AND i.indisready AND i.indislive)
  AND NOT EXISTS (SELECT FROM pg_stat_progress_create_index p WHERE p.index_relid = i.indexrelid)
