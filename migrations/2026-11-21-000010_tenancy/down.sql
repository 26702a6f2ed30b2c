DROP TRIGGER logins_audit ON logins;
DROP TRIGGER api_keys_audit ON api_keys;
DROP TRIGGER invitations_audit ON invitations;
DROP TRIGGER users_audit ON users;
DROP TRIGGER documents_audit ON documents;
DROP TRIGGER collections_audit ON collections;
DROP TRIGGER organisations_audit ON organisations;
DROP TRIGGER chat_messages_count_tokens ON chat_messages;
DROP TRIGGER collections_uncount ON collections;
DROP TRIGGER document_versions_uncount ON document_versions;
DROP TRIGGER document_versions_count ON document_versions;
DROP TRIGGER organisations_open_usage ON organisations;
DROP FUNCTION count_tokens(), add_tokens(UUID, BIGINT), count_deleted_collection(), count_deleted(), count_stored(), open_usage();
DROP TABLE organisation_usage, collection_links, collection_members;
DROP FUNCTION audit_change();
ALTER TABLE chunks
    DROP CONSTRAINT chunks_version_id_fkey,
    DROP COLUMN collection_id,
    ADD CONSTRAINT chunks_version_id_fkey FOREIGN KEY (version_id) REFERENCES document_versions ON DELETE CASCADE;
ALTER TABLE jobs
    DROP CONSTRAINT jobs_document_id_fkey,
    DROP CONSTRAINT jobs_version_id_fkey,
    ADD CONSTRAINT jobs_document_id_fkey FOREIGN KEY (document_id) REFERENCES documents ON DELETE SET NULL,
    ADD CONSTRAINT jobs_version_id_fkey FOREIGN KEY (version_id) REFERENCES document_versions ON DELETE SET NULL;
ALTER TABLE documents
    DROP CONSTRAINT documents_current_version_id_fkey,
    ADD CONSTRAINT documents_current_version_id_fkey FOREIGN KEY (current_version_id) REFERENCES document_versions DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE document_versions DROP CONSTRAINT document_versions_document_id_id_key;
ALTER TABLE document_versions
    DROP CONSTRAINT document_versions_document_id_fkey,
    DROP COLUMN collection_id,
    ADD CONSTRAINT document_versions_document_id_fkey FOREIGN KEY (document_id) REFERENCES documents ON DELETE CASCADE;
ALTER TABLE documents DROP CONSTRAINT documents_collection_id_id_key;
CREATE INDEX documents_collection_id_id_idx ON documents (collection_id, id);
ALTER TABLE collections
    DROP CONSTRAINT collections_owner_id_fkey,
    DROP COLUMN organisation_id,
    ADD CONSTRAINT collections_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES users ON DELETE CASCADE;
