-- No arguments. Our tables without forced row-level security or without the policy behind it, and partitions that a role reaches directly.
SELECT count(*) AS count, min(name) AS example, NULL::bigint AS sample FROM (
    SELECT c.relname::text AS name FROM pg_class c
    CROSS JOIN LATERAL (SELECT EXISTS (
        SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'behind'
          AND p.polroles @> ARRAY['rag_rules'::regrole::oid, 'rag_worker'::regrole::oid]) AS has_policy) AS policies
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
      AND c.relname NOT IN ('__diesel_schema_migrations', 'embedding_models')
      -- A table of another program in the same database has none of these.
      AND (c.relrowsecurity OR has_policy OR has_table_privilege('rag_worker', c.oid, 'INSERT'))
      AND NOT (c.relrowsecurity AND c.relforcerowsecurity AND has_policy)
    UNION ALL
    SELECT c.relname::text FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relispartition AND c.relkind IN ('r', 'p')
      AND EXISTS (SELECT FROM pg_roles r WHERE r.rolname IN ('rag_user', 'rag_door', 'rag_worker', 'rag_rules')
                    AND has_table_privilege(r.oid, c.oid, 'SELECT, INSERT, UPDATE, DELETE'))
) AS open
