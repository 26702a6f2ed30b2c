-- What the role rag_rules owns in the schemas of rag, as ALTER names it.
SELECT format('ROUTINE %I.%I(%s)', p.pronamespace::regnamespace, p.proname, pg_get_function_identity_arguments(p.oid)) AS line
FROM pg_proc AS p WHERE p.proowner = 'rag_rules'::regrole
UNION ALL
SELECT format('VIEW %I.%I', c.relnamespace::regnamespace, c.relname)
FROM pg_class AS c WHERE c.relowner = 'rag_rules'::regrole AND c.relkind = 'v'
ORDER BY line
