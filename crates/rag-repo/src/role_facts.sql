-- The roles that row-level security needs, what they may do, and whether who asks may take them.
SELECT rolname::text AS name, rolsuper OR rolcanlogin AS is_lax, rolsuper OR rolbypassrls AS bypasses,
       pg_has_role(current_user, oid, 'MEMBER') AS is_ours
FROM pg_roles WHERE rolname IN ('rag_user', 'rag_door', 'rag_worker', 'rag_rules')
ORDER BY rolname
