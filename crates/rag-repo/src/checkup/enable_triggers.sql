-- No arguments. Statements that enable the triggers of a table; those of foreign keys need a superuser.
SELECT format('ALTER TABLE %s ENABLE TRIGGER %s', c.oid::regclass, CASE WHEN bool_or(t.tgisinternal) THEN 'ALL' ELSE 'USER' END) AS line
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE c.relnamespace = 'public'::regnamespace AND t.tgenabled NOT IN ('O', 'A')
GROUP BY c.oid ORDER BY line
