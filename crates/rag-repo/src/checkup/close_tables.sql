-- No arguments. Statements that force row-level security on the tables that have its policies, and close partitions to the roles.
SELECT format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', c.oid::regclass) AS line
FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
  AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'behind')
UNION ALL
SELECT format('REVOKE ALL ON %s FROM rag_user, rag_door, rag_worker, rag_rules', c.oid::regclass)
FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relispartition AND c.relkind IN ('r', 'p')
  AND EXISTS (SELECT FROM pg_roles r WHERE r.rolname IN ('rag_user', 'rag_door', 'rag_worker', 'rag_rules')
                AND has_table_privilege(r.oid, c.oid, 'SELECT, INSERT, UPDATE, DELETE'))
ORDER BY line
