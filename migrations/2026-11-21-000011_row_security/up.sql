-- Row-level security: who sees which row is decided here and nowhere else.
--
-- Nobody logs in as these roles. A connection takes one for each transaction (rag-repo, Db::transaction):
--   rag_user    on behalf of a person or of a link; sees what `enter` found them to be allowed
--   rag_door    looks up passwords, keys and tokens; sees no document
--   rag_worker  ingest and upkeep; sees every organisation's documents
--   rag_rules   owns the functions and views that look behind the policies; nothing runs as it but those
-- rag_worker loads by COPY, which PostgreSQL allows under row-level security only to roles that bypass it. Where the
-- server lets us make no such role, it writes by INSERT instead, under a policy that lets it see everything.

DO $$
DECLARE
    v_role TEXT;
    v_missing TEXT[] := '{}';
    v_cure TEXT;
BEGIN
    FOREACH v_role IN ARRAY ARRAY['rag_user', 'rag_door', 'rag_worker', 'rag_rules'] LOOP
        CONTINUE WHEN EXISTS (SELECT FROM pg_roles WHERE rolname = v_role);
        BEGIN
            IF v_role = 'rag_worker' THEN
                BEGIN
                    CREATE ROLE rag_worker NOLOGIN BYPASSRLS;
                    CONTINUE;
                EXCEPTION WHEN insufficient_privilege THEN NULL;
                END;
            END IF;
            EXECUTE format('CREATE ROLE %I NOLOGIN', v_role);
        EXCEPTION
            -- Another database of the server is being migrated too.
            WHEN duplicate_object OR unique_violation THEN NULL;
            WHEN insufficient_privilege THEN v_missing := v_missing || v_role;
        END;
    END LOOP;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname IN ('rag_user', 'rag_door', 'rag_rules') AND (rolsuper OR rolbypassrls OR rolcanlogin)) THEN
        RAISE EXCEPTION 'one of the roles rag_user, rag_door, rag_rules is there already and may do too much: it must not be SUPERUSER, BYPASSRLS or LOGIN'
            USING ERRCODE = 'invalid_authorization_specification';
    END IF;
    IF v_missing = '{}' AND NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
        FOREACH v_role IN ARRAY ARRAY['rag_user', 'rag_door', 'rag_worker', 'rag_rules'] LOOP
            -- Since PostgreSQL 16 whoever makes a role may hand it on, and so is its member, but may not become it.
            CONTINUE WHEN pg_has_role(current_user, v_role,
                CASE WHEN current_setting('server_version_num')::int < 160000 THEN 'MEMBER' ELSE 'SET' END);
            BEGIN
                EXECUTE format('GRANT %I TO %I', v_role, current_user);
            EXCEPTION
                WHEN insufficient_privilege THEN v_missing := v_missing || v_role;
            END;
        END LOOP;
    END IF;
    IF v_missing <> '{}' THEN
        SELECT string_agg(CASE WHEN EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN '' ELSE
                   format('CREATE ROLE %s NOLOGIN%s; ', role, CASE WHEN role = 'rag_worker' THEN ' BYPASSRLS' ELSE '' END) END
                   || format('GRANT %s TO %I;', role, current_user), ' ')
            INTO v_cure FROM unnest(v_missing) AS role;
        RAISE EXCEPTION 'the user % may not make the roles that row-level security needs. Let an administrator run: %', current_user, v_cure
            USING ERRCODE = 'insufficient_privilege';
    END IF;
END
$$;

-- Who asks. `enter` finds out once a transaction, and these read it: unset, nobody asks, and nobody sees anything.
CREATE FUNCTION asker() RETURNS UUID LANGUAGE sql STABLE PARALLEL SAFE
    AS $$SELECT nullif(current_setting('rag.asker', true), '')::uuid$$;
COMMENT ON FUNCTION asker() IS 'User on whose behalf the transaction runs; null for a link.';
CREATE FUNCTION asker_organisation() RETURNS UUID LANGUAGE sql STABLE PARALLEL SAFE
    AS $$SELECT nullif(current_setting('rag.organisation', true), '')::uuid$$;
COMMENT ON FUNCTION asker_organisation() IS 'Organisation of the asker.';
CREATE FUNCTION administers() RETURNS BOOLEAN LANGUAGE sql STABLE PARALLEL SAFE
    AS $$SELECT coalesce(nullif(current_setting('rag.administers', true), '')::boolean, false)$$;
COMMENT ON FUNCTION administers() IS 'Whether the asker is an admin of the organisation.';
CREATE FUNCTION visible() RETURNS UUID[] LANGUAGE sql STABLE PARALLEL SAFE
    AS $$SELECT nullif(current_setting('rag.visible', true), '')::uuid[]$$;
COMMENT ON FUNCTION visible() IS 'Collections that the asker may read.';
-- The one rule: what is one's own, what is shared with one, and what a link opens. A suspended person has none of it, and
-- their links open nothing. It runs in every transaction, so it is short: one query, and another for a link.
CREATE PROCEDURE enter(p_user UUID, p_link UUID, p_writes BOOLEAN, p_request UUID) LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_opened UUID[] := '{}';
BEGIN
    IF p_link IS NOT NULL THEN
        v_opened := ARRAY(SELECT l.collection_id
            FROM collection_links l JOIN collections c ON c.id = l.collection_id JOIN users u ON u.id = c.owner_id
            WHERE l.id = p_link AND u.state = 'active' AND (l.expires_at IS NULL OR l.expires_at > now()));
    END IF;
    PERFORM set_config('rag.asker', coalesce(u.id::text, ''), true),
            set_config('rag.organisation', coalesce(u.organisation_id::text, ''), true),
            set_config('rag.administers', coalesce(u.role = 'admin', false)::text, true),
            set_config('rag.visible', (v_opened || ARRAY(
                SELECT id FROM collections WHERE owner_id = u.id
                UNION ALL SELECT collection_id FROM collection_members WHERE user_id = u.id))::text, true),
            set_config('rag.writes', p_writes::text, true),
            set_config('rag.request', coalesce(p_request::text, ''), true)
        -- A row for nobody, too: what an earlier call found must not stay.
        FROM (VALUES (true)) AS always LEFT JOIN users u ON u.id = p_user AND u.state = 'active';
END
$$;
COMMENT ON PROCEDURE enter(UUID, UUID, BOOLEAN, UUID) IS 'Fixes, until the transaction ends, on whose behalf and in which request it runs: a user, or the bearer of a link.';

CREATE FUNCTION writable() RETURNS UUID[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT ARRAY(SELECT id FROM collections WHERE owner_id = asker()
                 UNION ALL SELECT collection_id FROM collection_members WHERE user_id = asker() AND role = 'editor')
    WHERE nullif(current_setting('rag.writes', true), '')::boolean
$$;
COMMENT ON FUNCTION writable() IS 'Collections whose documents the asker may add and delete.';
CREATE FUNCTION spend_tokens(p_tokens BIGINT) RETURNS BOOLEAN LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT add_tokens(asker_organisation(), greatest(p_tokens, 0))
$$;
COMMENT ON FUNCTION spend_tokens(BIGINT) IS 'Adds to what chat models have read and written for the asker''s organisation today.';

-- Counters and indexes are kept for everybody's rows, whoever it is that changes them.
ALTER FUNCTION index_chunk_lexemes(UUID, INTEGER, INTEGER) SECURITY DEFINER SET search_path = public, pg_temp;
ALTER FUNCTION forget_chunk_lexemes() SECURITY DEFINER SET search_path = public, pg_temp;
ALTER FUNCTION open_usage() SECURITY DEFINER SET search_path = public, pg_temp;
ALTER FUNCTION count_stored() SECURITY DEFINER SET search_path = public, pg_temp;
ALTER FUNCTION count_deleted() SECURITY DEFINER SET search_path = public, pg_temp;
ALTER FUNCTION count_deleted_collection() SECURITY DEFINER SET search_path = public, pg_temp;
ALTER FUNCTION count_tokens() SECURITY DEFINER SET search_path = public, pg_temp;
ALTER FUNCTION audit_change() SECURITY DEFINER SET search_path = public, pg_temp;
-- Making a partition or an index takes the owner of the table.
ALTER FUNCTION build_embedding_index(INTEGER) SECURITY DEFINER SET search_path = public, pg_temp;
ALTER FUNCTION register_embedding_model(TEXT, INTEGER, TEXT, TEXT, INTEGER, INTEGER, INTEGER) SECURITY DEFINER SET search_path = public, pg_temp;
-- Who may make temporary tables and functions could run these on them, or look through the views below.
DO $$
BEGIN
    EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
END
$$;
REVOKE EXECUTE ON PROCEDURE enter(UUID, UUID, BOOLEAN, UUID) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION writable(), spend_tokens(BIGINT), forget_chunk_lexemes(), open_usage(), count_stored(), count_deleted(),
    count_deleted_collection(), add_tokens(UUID, BIGINT), count_tokens(), audit_change() FROM PUBLIC;
GRANT EXECUTE ON PROCEDURE enter(UUID, UUID, BOOLEAN, UUID) TO rag_user;
GRANT EXECUTE ON FUNCTION writable(), spend_tokens(BIGINT) TO rag_user;
REVOKE EXECUTE ON FUNCTION build_embedding_index(INTEGER), register_embedding_model(TEXT, INTEGER, TEXT, TEXT, INTEGER, INTEGER, INTEGER), index_chunk_lexemes(UUID, INTEGER, INTEGER), reindex_version(UUID) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION build_embedding_index(INTEGER), register_embedding_model(TEXT, INTEGER, TEXT, TEXT, INTEGER, INTEGER, INTEGER), index_chunk_lexemes(UUID, INTEGER, INTEGER), reindex_version(UUID) TO rag_worker, rag_rules;

-- What the legs of search read. The rule is part of the view, so no query can forget it, and unlike a policy it does
-- not keep the planner from indexes whose operators PostgreSQL does not vouch for (GIN: @@, &&, @>). The app's role cannot
-- make functions, which is what one would need to see through such a view.
CREATE SCHEMA search;
CREATE VIEW search.embeddings AS
    SELECT model_id, chunk_id, version_id, collection_id, embedding
    FROM embeddings WHERE collection_id = ANY ((SELECT visible())::uuid[]);
CREATE VIEW search.chunk_lexemes AS
    SELECT chunk_id, version_id, collection_id, text_search_config, length, lexeme_ids, impacts, tsv
    FROM chunk_lexemes WHERE collection_id = ANY ((SELECT visible())::uuid[]);
CREATE VIEW search.documents AS
    SELECT id, collection_id, title, source, media_type, language, metadata, current_version_id, created_at, updated_at
    FROM documents WHERE collection_id = ANY ((SELECT visible())::uuid[]);
COMMENT ON SCHEMA search IS 'Tables as the asker may search them.';

GRANT CREATE ON SCHEMA public, search TO rag_rules;
DO $$
DECLARE
    v_function TEXT;
    v_view TEXT;
BEGIN
    FOREACH v_function IN ARRAY ARRAY['enter(uuid, uuid, boolean, uuid)', 'writable()', 'spend_tokens(bigint)', 'index_chunk_lexemes(uuid, integer, integer)', 'forget_chunk_lexemes()',
        'open_usage()', 'count_stored()', 'count_deleted()', 'count_deleted_collection()', 'add_tokens(uuid, bigint)', 'count_tokens()', 'audit_change()'] LOOP
        EXECUTE format('ALTER ROUTINE %s OWNER TO rag_rules', v_function);
    END LOOP;
    FOREACH v_view IN ARRAY ARRAY['embeddings', 'chunk_lexemes', 'documents'] LOOP
        EXECUTE format('ALTER VIEW search.%I OWNER TO rag_rules', v_view);
    END LOOP;
END
$$;
REVOKE CREATE ON SCHEMA public, search FROM rag_rules;
GRANT USAGE ON SCHEMA public TO rag_user, rag_door, rag_worker, rag_rules;
GRANT USAGE ON SCHEMA search TO rag_user, rag_rules;
GRANT SELECT ON search.embeddings, search.chunk_lexemes, search.documents TO rag_user;

-- Every table that holds somebody's data is closed first.
DO $$
DECLARE
    v_table TEXT;
BEGIN
    FOR v_table IN SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
                   AND relname NOT IN ('__diesel_schema_migrations', 'embedding_models') LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', v_table);
        EXECUTE format('CREATE POLICY behind ON %I TO rag_rules, rag_worker USING (true)', v_table);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO rag_rules, rag_worker', v_table);
    END LOOP;
    GRANT SELECT ON embedding_models TO rag_user, rag_worker, rag_rules;
    GRANT UPDATE ON embedding_models TO rag_worker;
    GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO rag_rules, rag_worker;
END
$$;
REVOKE UPDATE, DELETE ON audit_events FROM rag_rules;
REVOKE INSERT, UPDATE, DELETE ON audit_events FROM rag_worker;

-- What belongs to a collection.
DO $$
DECLARE
    v_table TEXT;
BEGIN
    FOREACH v_table IN ARRAY ARRAY['documents', 'document_versions', 'chunks', 'embeddings', 'chunk_lexemes', 'lexemes', 'lexical_statistics', 'jobs', 'collection_synonyms'] LOOP
        EXECUTE format('CREATE POLICY reads ON %I FOR SELECT TO rag_user USING (collection_id = ANY ((SELECT visible())::uuid[]))', v_table);
        EXECUTE format('GRANT SELECT ON %I TO rag_user', v_table);
    END LOOP;
    FOREACH v_table IN ARRAY ARRAY['documents', 'document_versions', 'jobs'] LOOP
        EXECUTE format('CREATE POLICY adds ON %I FOR INSERT TO rag_user WITH CHECK (collection_id = ANY ((SELECT writable())::uuid[]))', v_table);
    END LOOP;
    GRANT INSERT (id, collection_id, title, source, media_type, metadata, content_sha256) ON documents TO rag_user;
    GRANT INSERT (id, document_id, collection_id, number, content_sha256, size_bytes) ON document_versions TO rag_user;
    GRANT INSERT (id, kind, collection_id, document_id, version_id, title, size_bytes) ON jobs TO rag_user;
    FOREACH v_table IN ARRAY ARRAY['documents', 'embeddings', 'chunk_lexemes'] LOOP
        EXECUTE format('CREATE POLICY deletes ON %I FOR DELETE TO rag_user USING (collection_id = ANY ((SELECT writable())::uuid[]))', v_table);
        EXECUTE format('GRANT DELETE ON %I TO rag_user', v_table);
    END LOOP;
END
$$;
CREATE POLICY changes ON jobs FOR UPDATE TO rag_user USING (collection_id = ANY ((SELECT writable())::uuid[]));
GRANT UPDATE (state, stage, run_after, leased_until, finished_at, problem) ON jobs TO rag_user;
CREATE POLICY reads ON version_contents FOR SELECT TO rag_user
    USING (EXISTS (SELECT FROM document_versions v WHERE v.id = version_id));
CREATE POLICY adds ON version_contents FOR INSERT TO rag_user
    WITH CHECK (EXISTS (SELECT FROM document_versions v WHERE v.id = version_id AND v.collection_id = ANY ((SELECT writable())::uuid[])));
GRANT SELECT, INSERT ON version_contents TO rag_user;
CREATE POLICY reads ON version_texts FOR SELECT TO rag_user
    USING (EXISTS (SELECT FROM document_versions v WHERE v.id = version_id));
GRANT SELECT ON version_texts TO rag_user;

-- Collections and with whom they are shared.
CREATE POLICY reads ON collections FOR SELECT TO rag_user USING (id = ANY ((SELECT visible())::uuid[]) OR owner_id = (SELECT asker()));
CREATE POLICY adds ON collections FOR INSERT TO rag_user WITH CHECK (owner_id = (SELECT asker()) AND organisation_id = (SELECT asker_organisation()));
CREATE POLICY changes ON collections FOR UPDATE TO rag_user USING (owner_id = (SELECT asker()))
    WITH CHECK (organisation_id = (SELECT asker_organisation()));
CREATE POLICY deletes ON collections FOR DELETE TO rag_user USING (owner_id = (SELECT asker()));
GRANT SELECT, INSERT, UPDATE (name, description), DELETE ON collections TO rag_user;
CREATE POLICY reads ON collection_members FOR SELECT TO rag_user USING (collection_id = ANY ((SELECT visible())::uuid[]));
CREATE POLICY shares ON collection_members FOR ALL TO rag_user
    USING (EXISTS (SELECT FROM collections c WHERE c.id = collection_id AND c.owner_id = (SELECT asker())));
CREATE POLICY leaves ON collection_members FOR DELETE TO rag_user USING (user_id = (SELECT asker()));
GRANT SELECT, INSERT, UPDATE (role), DELETE ON collection_members TO rag_user;
CREATE POLICY shares ON collection_links FOR ALL TO rag_user
    USING (EXISTS (SELECT FROM collections c WHERE c.id = collection_id AND c.owner_id = (SELECT asker())));
GRANT SELECT (id, collection_id, created_at, expires_at), INSERT, DELETE ON collection_links TO rag_user;

CREATE POLICY sets ON collection_synonyms FOR ALL TO rag_user
    USING (EXISTS (SELECT FROM collections c WHERE c.id = collection_id AND c.owner_id = (SELECT asker())));
GRANT INSERT, DELETE ON collection_synonyms TO rag_user;

-- Conversations are their holder's alone.
CREATE POLICY holds ON chat_sessions FOR ALL TO rag_user USING (user_id = (SELECT asker()));
GRANT SELECT, INSERT, UPDATE, DELETE ON chat_sessions TO rag_user;
CREATE POLICY holds ON chat_messages FOR ALL TO rag_user USING (EXISTS (SELECT FROM chat_sessions s WHERE s.id = session_id));
GRANT SELECT, INSERT ON chat_messages TO rag_user;

-- People see those of their organisation; admins manage them. Nobody but the door reads what secrets are checked against.
CREATE POLICY reads ON organisations FOR SELECT TO rag_user USING (id = (SELECT asker_organisation()));
CREATE POLICY changes ON organisations FOR UPDATE TO rag_user USING (id = (SELECT asker_organisation()) AND (SELECT administers()));
GRANT SELECT, UPDATE (name) ON organisations TO rag_user;
CREATE POLICY reads ON organisation_usage FOR SELECT TO rag_user USING (organisation_id = (SELECT asker_organisation()));
GRANT SELECT ON organisation_usage TO rag_user;
CREATE POLICY reads ON users FOR SELECT TO rag_user USING (organisation_id = (SELECT asker_organisation()));
CREATE POLICY changes ON users FOR UPDATE TO rag_user USING (organisation_id = (SELECT asker_organisation()) AND (SELECT administers()));
GRANT SELECT (id, organisation_id, email, display_name, role, state, created_at, updated_at), UPDATE (role, state) ON users TO rag_user;
CREATE POLICY manages ON invitations FOR ALL TO rag_user USING (organisation_id = (SELECT asker_organisation()) AND (SELECT administers()));
GRANT SELECT (id, organisation_id, email, role, expires_at, created_at), INSERT, DELETE ON invitations TO rag_user;
CREATE POLICY reads ON logins FOR SELECT TO rag_user USING (user_id = (SELECT asker()));
CREATE POLICY ends ON logins FOR UPDATE TO rag_user USING (user_id = (SELECT asker()))
    WITH CHECK (user_id = (SELECT asker()) AND revoked_at IS NOT NULL);
GRANT SELECT, UPDATE (revoked_at) ON logins TO rag_user;
CREATE POLICY holds ON api_keys FOR ALL TO rag_user USING (user_id = (SELECT asker()));
GRANT SELECT (id, user_id, name, prefix, scopes, created_at, expires_at, last_used_at), INSERT, DELETE ON api_keys TO rag_user;
CREATE POLICY reads ON audit_events FOR SELECT TO rag_user USING (organisation_id = (SELECT asker_organisation()) AND (SELECT administers()));
GRANT SELECT ON audit_events TO rag_user;

DO $$
DECLARE
    v_table TEXT;
BEGIN
    FOREACH v_table IN ARRAY ARRAY['organisations', 'users', 'invitations', 'logins', 'login_tokens', 'api_keys', 'collection_links'] LOOP
        EXECUTE format('CREATE POLICY opens ON %I TO rag_door USING (true)', v_table);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO rag_door', v_table);
    END LOOP;
END
$$;
REVOKE INSERT, UPDATE, DELETE ON collection_links FROM rag_door;
