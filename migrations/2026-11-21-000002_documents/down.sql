ALTER TABLE documents DROP CONSTRAINT documents_current_version_id_fkey;
DROP TABLE chunks, version_texts, version_contents, document_versions, documents, collections;
