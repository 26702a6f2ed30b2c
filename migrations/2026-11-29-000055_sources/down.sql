-- Each document keeps one version, and each collection one document of the same bytes, as the tables before could hold.
DROP POLICY changes ON documents;
REVOKE UPDATE (title, has_given_title, metadata) ON documents FROM rag_user;
REVOKE INSERT ON documents FROM rag_user;
REVOKE INSERT (media_type) ON document_versions FROM rag_user;
DROP INDEX documents_collection_id_source_key;
ALTER TABLE documents DROP COLUMN source_sha256, DROP COLUMN has_given_title, ADD COLUMN content_sha256 BYTEA;
DROP INDEX document_versions_hidden_idx, document_versions_content_idx;
ALTER TABLE document_versions DROP COLUMN superseded_at;
ALTER TABLE documents DISABLE TRIGGER documents_touch;
DO $$
DECLARE
    v_role TEXT := current_setting('role');
BEGIN
    SET LOCAL ROLE rag_rules;
    DELETE FROM document_versions v USING documents d
        WHERE d.id = v.document_id AND v.id <> coalesce(d.current_version_id,
            (SELECT n.id FROM document_versions n WHERE n.document_id = d.id ORDER BY n.number DESC LIMIT 1));
    UPDATE documents d SET content_sha256 = v.content_sha256 FROM document_versions v WHERE v.document_id = d.id;
    DELETE FROM documents d WHERE content_sha256 IS NULL
        OR EXISTS (SELECT FROM documents o WHERE o.collection_id = d.collection_id AND o.content_sha256 = d.content_sha256 AND o.id < d.id);
    PERFORM set_config('role', v_role, true);
    SET CONSTRAINTS ALL IMMEDIATE;
END
$$;
SET CONSTRAINTS ALL DEFERRED;
ALTER TABLE documents ENABLE TRIGGER documents_touch;
DROP TRIGGER document_versions_delete_contents ON document_versions;
DROP FUNCTION delete_unused_contents();
DROP FUNCTION lock_content(UUID, BYTEA);
DROP FUNCTION source_key(TEXT);
DROP POLICY reads ON version_contents;
DROP POLICY adds ON version_contents;
ALTER TABLE version_contents ADD COLUMN version_id UUID;
DO $$
DECLARE
    v_role TEXT := current_setting('role');
BEGIN
    SET LOCAL ROLE rag_rules;
    UPDATE version_contents c SET version_id = v.id FROM document_versions v
        WHERE v.collection_id = c.collection_id AND v.content_sha256 = c.content_sha256;
    PERFORM set_config('role', v_role, true);
END
$$;
ALTER TABLE version_contents
    DROP CONSTRAINT version_contents_pkey,
    DROP COLUMN collection_id,
    DROP COLUMN content_sha256,
    ADD CONSTRAINT version_contents_pkey PRIMARY KEY (version_id, part),
    ADD CONSTRAINT version_contents_version_id_fkey FOREIGN KEY (version_id) REFERENCES document_versions ON DELETE CASCADE;
CREATE POLICY reads ON version_contents FOR SELECT TO rag_user
    USING (EXISTS (SELECT FROM document_versions v WHERE v.id = version_id));
CREATE POLICY adds ON version_contents FOR INSERT TO rag_user
    WITH CHECK (EXISTS (SELECT FROM document_versions v WHERE v.id = version_id AND v.collection_id = ANY ((SELECT writable())::uuid[])));
ALTER TABLE document_versions DROP COLUMN media_type;
CREATE INDEX document_versions_building_idx ON document_versions (id) WHERE state = 'building';
ALTER TABLE documents
    ALTER COLUMN content_sha256 SET NOT NULL,
    ADD CONSTRAINT documents_content_sha256_length CHECK (octet_length(content_sha256) = 32),
    ADD CONSTRAINT documents_collection_id_content_sha256_key UNIQUE (collection_id, content_sha256);
GRANT INSERT (id, collection_id, title, source, media_type, metadata, content_sha256) ON documents TO rag_user;

COMMENT ON TABLE documents IS 'What people upload. A document can be found once it has a current version.';
COMMENT ON COLUMN documents.source IS 'Where it came from: a file name or an address.';
COMMENT ON COLUMN documents.media_type IS 'Media type detected from the content.';
COMMENT ON COLUMN documents.content_sha256 IS 'SHA-256 of the newest upload: the same bytes are stored once per collection.';
COMMENT ON TABLE document_versions IS 'Each upload of a document; its text and chunks hang here.';
COMMENT ON COLUMN document_versions.state IS 'queued: nothing stored but the bytes; building: chunks arrive, hidden from every search; published: current; superseded: an older one.';
COMMENT ON COLUMN document_versions.content_sha256 IS 'SHA-256 of the original bytes.';
COMMENT ON TABLE version_contents IS 'Original bytes in parts, so that no reader needs the whole in memory.';
COMMENT ON COLUMN version_contents.version_id IS 'Version they belong to.';
