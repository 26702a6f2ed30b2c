DO $$
BEGIN
    EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO PUBLIC', current_database());
END
$$;
GRANT EXECUTE ON FUNCTION forget_chunk_lexemes(), open_usage(), count_stored(), count_deleted(),
    count_deleted_collection(), add_tokens(UUID, BIGINT), count_tokens(), audit_change() TO PUBLIC;
-- The roles stay: other databases of the server may use them.
DO $$
DECLARE
    v_row RECORD;
BEGIN
    FOR v_row IN SELECT policyname, tablename FROM pg_policies WHERE schemaname = 'public' LOOP
        EXECUTE format('DROP POLICY %I ON %I', v_row.policyname, v_row.tablename);
    END LOOP;
    FOR v_row IN SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relrowsecurity LOOP
        EXECUTE format('ALTER TABLE %I NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY', v_row.relname);
    END LOOP;
    FOR v_row IN SELECT oid::regprocedure AS name FROM pg_proc WHERE pronamespace = 'public'::regnamespace
                 AND proowner = (SELECT oid FROM pg_roles WHERE rolname = 'rag_rules') LOOP
        EXECUTE format('ALTER ROUTINE %s OWNER TO CURRENT_USER', v_row.name);
    END LOOP;
END
$$;
DROP SCHEMA search CASCADE;
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM rag_user, rag_door, rag_worker, rag_rules;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM rag_user, rag_door, rag_worker, rag_rules;
REVOKE USAGE ON SCHEMA public FROM rag_user, rag_door, rag_worker, rag_rules;
DROP PROCEDURE enter(UUID, UUID, BOOLEAN, UUID);
DROP FUNCTION writable(), spend_tokens(BIGINT), visible(), administers(), asker_organisation(), asker();
ALTER FUNCTION index_chunk_lexemes(UUID, INTEGER, INTEGER) SECURITY INVOKER RESET search_path;
ALTER FUNCTION forget_chunk_lexemes() SECURITY INVOKER RESET search_path;
ALTER FUNCTION open_usage() SECURITY INVOKER RESET search_path;
ALTER FUNCTION count_stored() SECURITY INVOKER RESET search_path;
ALTER FUNCTION count_deleted() SECURITY INVOKER RESET search_path;
ALTER FUNCTION count_deleted_collection() SECURITY INVOKER RESET search_path;
ALTER FUNCTION count_tokens() SECURITY INVOKER RESET search_path;
ALTER FUNCTION audit_change() SECURITY INVOKER RESET search_path;
ALTER FUNCTION build_embedding_index(INTEGER) SECURITY INVOKER RESET search_path;
ALTER FUNCTION register_embedding_model(TEXT, INTEGER, TEXT, TEXT, INTEGER, INTEGER, INTEGER) SECURITY INVOKER RESET search_path;
GRANT EXECUTE ON FUNCTION build_embedding_index(INTEGER), register_embedding_model(TEXT, INTEGER, TEXT, TEXT, INTEGER, INTEGER, INTEGER), index_chunk_lexemes(UUID, INTEGER, INTEGER), reindex_version(UUID) TO PUBLIC;
REVOKE EXECUTE ON FUNCTION build_embedding_index(INTEGER), register_embedding_model(TEXT, INTEGER, TEXT, TEXT, INTEGER, INTEGER, INTEGER), index_chunk_lexemes(UUID, INTEGER, INTEGER), reindex_version(UUID) FROM rag_worker, rag_rules;
