-- No arguments. Triggers that do not run, those of foreign keys among them.
SELECT count(*) AS count, min(c.relname || '.' || t.tgname) AS example, NULL::bigint AS sample
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE c.relnamespace = 'public'::regnamespace AND t.tgenabled NOT IN ('O', 'A')
