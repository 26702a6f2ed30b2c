-- No arguments. Statements that analyse the tables of more than 1 MB that never were.
SELECT format('VACUUM (ANALYZE) %s', oid::regclass) AS line
FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND reltuples < 0 AND pg_relation_size(oid) > 1048576 ORDER BY line
