-- No arguments. Tables of more than 1 MB that were never analysed: the planner does not know their size.
SELECT count(*) AS count, min(relname::text) AS example, NULL::bigint AS sample
FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND reltuples < 0 AND pg_relation_size(oid) > 1048576
