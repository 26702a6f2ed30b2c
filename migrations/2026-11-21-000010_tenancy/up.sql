-- Who shares what, and the collection written on every row that row-level security looks at.

ALTER TABLE collections ADD COLUMN organisation_id UUID;
UPDATE collections SET organisation_id = users.organisation_id FROM users WHERE users.id = owner_id;
ALTER TABLE collections
    ALTER COLUMN organisation_id SET NOT NULL,
    DROP CONSTRAINT collections_owner_id_fkey,
    ADD CONSTRAINT collections_owner_id_fkey FOREIGN KEY (owner_id, organisation_id) REFERENCES users (id, organisation_id) ON DELETE CASCADE,
    ADD CONSTRAINT collections_organisation_id_id_key UNIQUE (organisation_id, id);
COMMENT ON COLUMN collections.organisation_id IS 'Organisation of the owner.';

CREATE TABLE collection_members (
    collection_id   UUID        NOT NULL,
    user_id         UUID        NOT NULL,
    organisation_id UUID        NOT NULL,
    role            TEXT        NOT NULL CONSTRAINT collection_members_role_known CHECK (role IN ('editor', 'reader')),
    created_at      TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT collection_members_pkey PRIMARY KEY (user_id, collection_id),
    CONSTRAINT collection_members_collection_id_fkey FOREIGN KEY (collection_id, organisation_id) REFERENCES collections (id, organisation_id) ON DELETE CASCADE,
    CONSTRAINT collection_members_user_id_fkey FOREIGN KEY (user_id, organisation_id) REFERENCES users (id, organisation_id) ON DELETE CASCADE
);
CREATE INDEX collection_members_collection_id_idx ON collection_members (collection_id);
COMMENT ON TABLE collection_members IS 'People of the same organisation with whom a collection is shared, beside its owner.';
COMMENT ON COLUMN collection_members.collection_id IS 'Collection shared.';
COMMENT ON COLUMN collection_members.user_id IS 'With whom.';
COMMENT ON COLUMN collection_members.organisation_id IS 'Organisation of both.';
COMMENT ON COLUMN collection_members.role IS 'editor: reads, adds and deletes documents; reader: reads.';
COMMENT ON COLUMN collection_members.created_at IS 'Since when.';

CREATE TABLE collection_links (
    id            UUID        NOT NULL CONSTRAINT collection_links_pkey PRIMARY KEY,
    collection_id UUID        NOT NULL CONSTRAINT collection_links_collection_id_fkey REFERENCES collections ON DELETE CASCADE,
    sha256        BYTEA       NOT NULL CONSTRAINT collection_links_sha256_length CHECK (octet_length(sha256) = 32),
    created_at    TIMESTAMPTZ NOT NULL DEFAULT now(),
    expires_at    TIMESTAMPTZ,
    CONSTRAINT collection_links_sha256_key UNIQUE (sha256)
);
CREATE INDEX collection_links_collection_id_id_idx ON collection_links (collection_id, id);
COMMENT ON TABLE collection_links IS 'Secrets whose bearer may read one collection; revoking one deletes it.';
COMMENT ON COLUMN collection_links.id IS 'UUIDv7.';
COMMENT ON COLUMN collection_links.collection_id IS 'Collection shared.';
COMMENT ON COLUMN collection_links.sha256 IS 'SHA-256 of the secret.';
COMMENT ON COLUMN collection_links.created_at IS 'When it was made.';
COMMENT ON COLUMN collection_links.expires_at IS 'Not good afterwards; null for never.';

DROP INDEX documents_collection_id_id_idx;
ALTER TABLE documents ADD CONSTRAINT documents_collection_id_id_key UNIQUE (collection_id, id);

ALTER TABLE document_versions ADD COLUMN collection_id UUID;
UPDATE document_versions SET collection_id = d.collection_id FROM documents d WHERE d.id = document_id;
ALTER TABLE document_versions
    ALTER COLUMN collection_id SET NOT NULL,
    DROP CONSTRAINT document_versions_document_id_fkey,
    ADD CONSTRAINT document_versions_document_id_fkey FOREIGN KEY (document_id, collection_id) REFERENCES documents (id, collection_id) ON DELETE CASCADE,
    ADD CONSTRAINT document_versions_collection_id_id_key UNIQUE (collection_id, id);
COMMENT ON COLUMN document_versions.collection_id IS 'The document''s collection.';

-- A document shows a version of its own, and a job works in one collection.
ALTER TABLE document_versions ADD CONSTRAINT document_versions_document_id_id_key UNIQUE (document_id, id);
ALTER TABLE documents
    DROP CONSTRAINT documents_current_version_id_fkey,
    ADD CONSTRAINT documents_current_version_id_fkey FOREIGN KEY (current_version_id, id)
        REFERENCES document_versions (id, document_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE jobs
    DROP CONSTRAINT jobs_document_id_fkey,
    DROP CONSTRAINT jobs_version_id_fkey,
    ADD CONSTRAINT jobs_document_id_fkey FOREIGN KEY (document_id, collection_id) REFERENCES documents (id, collection_id) ON DELETE SET NULL (document_id),
    ADD CONSTRAINT jobs_version_id_fkey FOREIGN KEY (version_id, collection_id) REFERENCES document_versions (id, collection_id) ON DELETE SET NULL (version_id);

ALTER TABLE chunks ADD COLUMN collection_id UUID;
UPDATE chunks SET collection_id = v.collection_id FROM document_versions v WHERE v.id = version_id;
ALTER TABLE chunks
    ALTER COLUMN collection_id SET NOT NULL,
    DROP CONSTRAINT chunks_version_id_fkey,
    ADD CONSTRAINT chunks_version_id_fkey FOREIGN KEY (version_id, collection_id) REFERENCES document_versions (id, collection_id) ON DELETE CASCADE;
COMMENT ON COLUMN chunks.collection_id IS 'The version''s collection.';

-- What an organisation stores and spends, counted as it happens.
CREATE TABLE organisation_usage (
    organisation_id UUID   NOT NULL CONSTRAINT organisation_usage_pkey PRIMARY KEY
                           CONSTRAINT organisation_usage_organisation_id_fkey REFERENCES organisations ON DELETE CASCADE,
    document_count  BIGINT NOT NULL DEFAULT 0 CONSTRAINT organisation_usage_document_count_not_negative CHECK (document_count >= 0),
    size_bytes      BIGINT NOT NULL DEFAULT 0 CONSTRAINT organisation_usage_size_bytes_not_negative CHECK (size_bytes >= 0),
    token_day       DATE   NOT NULL DEFAULT CURRENT_DATE,
    token_count     BIGINT NOT NULL DEFAULT 0 CONSTRAINT organisation_usage_token_count_not_negative CHECK (token_count >= 0)
) WITH (fillfactor = 50);
COMMENT ON TABLE organisation_usage IS 'What an organisation stores and spends; kept by triggers.';
COMMENT ON COLUMN organisation_usage.organisation_id IS 'Organisation counted.';
COMMENT ON COLUMN organisation_usage.document_count IS 'Versions of documents stored.';
COMMENT ON COLUMN organisation_usage.size_bytes IS 'Bytes of their originals.';
COMMENT ON COLUMN organisation_usage.token_day IS 'Day (UTC) that token_count is of.';
COMMENT ON COLUMN organisation_usage.token_count IS 'Tokens that chat models read and wrote on that day.';
INSERT INTO organisation_usage (organisation_id, document_count, size_bytes)
    SELECT o.id, count(v.id), coalesce(sum(v.size_bytes), 0)
    FROM organisations o LEFT JOIN collections c ON c.organisation_id = o.id LEFT JOIN document_versions v ON v.collection_id = c.id
    GROUP BY o.id;

CREATE FUNCTION open_usage() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO organisation_usage (organisation_id) VALUES (NEW.id);
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION open_usage() IS 'Row trigger: each organisation has its counters.';
CREATE TRIGGER organisations_open_usage AFTER INSERT ON organisations FOR EACH ROW EXECUTE FUNCTION open_usage();

-- Deferred: the counters are locked at the end of a transaction, not while a large original is stored, and always after the
-- collections that it changes, so that no two wait for each other in a ring.
CREATE FUNCTION count_stored() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE organisation_usage u SET document_count = u.document_count + 1, size_bytes = u.size_bytes + NEW.size_bytes
    FROM collections c WHERE c.id = NEW.collection_id AND u.organisation_id = c.organisation_id;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION count_stored() IS 'Row trigger: adds a new version to the counters of its organisation.';
CREATE CONSTRAINT TRIGGER document_versions_count AFTER INSERT ON document_versions
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION count_stored();

-- A version that goes with its whole collection finds no collection any more: that case is counted by the collection.
CREATE FUNCTION count_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- What the same transaction stored is counted first.
    SET CONSTRAINTS document_versions_count IMMEDIATE;
    UPDATE organisation_usage u SET document_count = u.document_count - n.documents, size_bytes = u.size_bytes - n.bytes
    FROM (SELECT c.organisation_id, count(*) AS documents, sum(v.size_bytes) AS bytes
          FROM gone v JOIN collections c ON c.id = v.collection_id GROUP BY 1 ORDER BY 1) n
    WHERE u.organisation_id = n.organisation_id;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION count_deleted() IS 'Statement trigger: takes deleted versions out of the counters of their organisations.';
CREATE TRIGGER document_versions_uncount AFTER DELETE ON document_versions
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION count_deleted();

CREATE FUNCTION count_deleted_collection() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SET CONSTRAINTS document_versions_count IMMEDIATE;
    UPDATE organisation_usage u SET document_count = u.document_count - n.documents, size_bytes = u.size_bytes - n.bytes
    FROM (SELECT count(*) AS documents, coalesce(sum(size_bytes), 0) AS bytes FROM document_versions WHERE collection_id = OLD.id) n
    WHERE u.organisation_id = OLD.organisation_id;
    RETURN OLD;
END
$$;
COMMENT ON FUNCTION count_deleted_collection() IS 'Row trigger: takes the versions of a collection out of the counters before they go with it.';
CREATE TRIGGER collections_uncount BEFORE DELETE ON collections FOR EACH ROW EXECUTE FUNCTION count_deleted_collection();

CREATE FUNCTION add_tokens(p_organisation UUID, p_tokens BIGINT) RETURNS BOOLEAN LANGUAGE sql AS $$
    UPDATE organisation_usage SET
        token_count = CASE WHEN token_day = CURRENT_DATE THEN token_count ELSE 0 END + p_tokens, token_day = CURRENT_DATE
    WHERE organisation_id = p_organisation RETURNING true
$$;
COMMENT ON FUNCTION add_tokens(UUID, BIGINT) IS 'Adds to what chat models have read and written for the organisation today.';
CREATE FUNCTION count_tokens() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM add_tokens(p.organisation_id, coalesce(NEW.prompt_tokens, 0) + coalesce(NEW.completion_tokens, 0))
        FROM chat_sessions s JOIN users p ON p.id = s.user_id WHERE s.id = NEW.session_id;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION count_tokens() IS 'Row trigger: adds the tokens of an answer to the counters of the asker''s organisation.';
CREATE TRIGGER chat_messages_count_tokens AFTER INSERT ON chat_messages FOR EACH ROW
    WHEN (NEW.prompt_tokens IS NOT NULL OR NEW.completion_tokens IS NOT NULL) EXECUTE FUNCTION count_tokens();

-- The audit log writes itself: no handler can forget it. What goes with something else, by a cascade, is not listed.
CREATE FUNCTION audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    v_row          JSONB := to_jsonb(CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END);
    v_organisation UUID := (v_row ->> 'organisation_id')::uuid;
    v_details      JSONB;
BEGIN
    IF TG_TABLE_NAME = 'organisations' THEN
        v_organisation := (v_row ->> 'id')::uuid;
    ELSIF v_organisation IS NULL AND v_row ? 'collection_id' THEN
        SELECT organisation_id INTO v_organisation FROM collections WHERE id = (v_row ->> 'collection_id')::uuid;
    ELSIF v_organisation IS NULL THEN
        SELECT organisation_id INTO v_organisation FROM users WHERE id = (v_row ->> 'user_id')::uuid;
    END IF;
    SELECT coalesce(jsonb_object_agg(name, v_row -> name), '{}') INTO v_details FROM unnest(TG_ARGV[1]::text[]) AS name;
    IF TG_TABLE_NAME = 'users' AND TG_OP = 'UPDATE' THEN
        v_details := v_details || jsonb_build_object('password', to_jsonb(OLD) ->> 'password_hash' IS DISTINCT FROM v_row ->> 'password_hash');
    END IF;
    INSERT INTO audit_events (organisation_id, actor_id, action, object_id, request_id, details)
        VALUES (v_organisation,
                coalesce(nullif(current_setting('rag.asker', true), '')::uuid, CASE WHEN TG_TABLE_NAME = 'logins' THEN (v_row ->> 'user_id')::uuid END),
                TG_ARGV[0] || '.' || lower(TG_OP), coalesce(v_row ->> 'id', v_row ->> 'collection_id')::uuid,
                nullif(current_setting('rag.request', true), '')::uuid, v_details);
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION audit_change() IS 'Row trigger: adds an event to the audit log. Arguments: the kind of object, and which columns are worth keeping.';
CREATE TRIGGER organisations_audit AFTER UPDATE OF name, max_documents, max_bytes, max_tokens_per_day ON organisations FOR EACH ROW WHEN (pg_trigger_depth() = 0)
    EXECUTE FUNCTION audit_change('organisation', '{name,max_documents,max_bytes,max_tokens_per_day}');
CREATE TRIGGER collections_audit AFTER INSERT OR DELETE OR UPDATE OF name, description ON collections FOR EACH ROW WHEN (pg_trigger_depth() = 0)
    EXECUTE FUNCTION audit_change('collection', '{}');
CREATE TRIGGER collection_members_audit AFTER INSERT OR UPDATE OR DELETE ON collection_members FOR EACH ROW WHEN (pg_trigger_depth() = 0)
    EXECUTE FUNCTION audit_change('collection_member', '{user_id,role}');
CREATE TRIGGER collection_links_audit AFTER INSERT OR DELETE ON collection_links FOR EACH ROW WHEN (pg_trigger_depth() = 0)
    EXECUTE FUNCTION audit_change('collection_link', '{collection_id}');
CREATE TRIGGER documents_audit AFTER INSERT OR DELETE ON documents FOR EACH ROW WHEN (pg_trigger_depth() = 0)
    EXECUTE FUNCTION audit_change('document', '{collection_id}');
CREATE TRIGGER users_audit AFTER INSERT OR DELETE OR UPDATE OF role, state, password_hash ON users FOR EACH ROW WHEN (pg_trigger_depth() = 0)
    EXECUTE FUNCTION audit_change('user', '{role,state}');
CREATE TRIGGER invitations_audit AFTER INSERT OR DELETE ON invitations FOR EACH ROW WHEN (pg_trigger_depth() = 0)
    EXECUTE FUNCTION audit_change('invitation', '{role}');
CREATE TRIGGER api_keys_audit AFTER INSERT OR DELETE ON api_keys FOR EACH ROW WHEN (pg_trigger_depth() = 0)
    EXECUTE FUNCTION audit_change('api_key', '{prefix,scopes}');
CREATE TRIGGER logins_audit AFTER INSERT OR UPDATE ON logins FOR EACH ROW WHEN (pg_trigger_depth() = 0)
    EXECUTE FUNCTION audit_change('login', '{revoked_at}');
