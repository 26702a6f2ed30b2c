-- Documents are fetched from addresses by a job of a kind of its own, on behalf of the person who asked for it (ADR 33).

ALTER TABLE jobs
    DROP CONSTRAINT jobs_kind_known,
    DROP CONSTRAINT jobs_stage_known,
    ADD COLUMN user_id UUID CONSTRAINT jobs_user_id_fkey REFERENCES users ON DELETE CASCADE,
    ADD CONSTRAINT jobs_kind_known CHECK (kind IN ('ingest', 'upkeep', 'words', 'reembed', 'rounds', 'fetch')),
    ADD CONSTRAINT jobs_stage_known CHECK (stage IN ('queued', 'fetching', 'reading', 'chunking', 'embedding', 'publishing', 'finished')),
    ADD CONSTRAINT jobs_fetch_has_collection_and_user CHECK (kind <> 'fetch' OR (collection_id IS NOT NULL AND user_id IS NOT NULL));
CREATE INDEX jobs_user_id_idx ON jobs (user_id);
COMMENT ON COLUMN jobs.user_id IS 'User on whose behalf it stores documents, with the rights that they have by then; null for work on what is stored already.';
COMMENT ON COLUMN jobs.done_units IS 'Units of the stage done: chunks, rounds or pages; written at most once a second.';

DROP POLICY adds ON jobs;
CREATE POLICY adds ON jobs FOR INSERT TO rag_user
    WITH CHECK (kind IN ('ingest', 'fetch') AND collection_id = ANY ((SELECT writable())::uuid[]) AND (user_id IS NULL OR user_id = (SELECT asker())));
GRANT INSERT (user_id) ON jobs TO rag_user;

CREATE TABLE document_fetches (
    document_id    UUID        NOT NULL CONSTRAINT document_fetches_pkey PRIMARY KEY,
    collection_id  UUID        NOT NULL,
    url            TEXT        NOT NULL CONSTRAINT document_fetches_url_length CHECK (char_length(url) BETWEEN 1 AND 2000),
    etag           TEXT        CONSTRAINT document_fetches_etag_length CHECK (char_length(etag) <= 1000),
    last_modified  TEXT        CONSTRAINT document_fetches_last_modified_length CHECK (char_length(last_modified) <= 1000),
    content_sha256 BYTEA       NOT NULL CONSTRAINT document_fetches_content_sha256_length CHECK (octet_length(content_sha256) = 32),
    job_id         UUID        CONSTRAINT document_fetches_job_id_fkey REFERENCES jobs ON DELETE SET NULL,
    checked_at     TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT document_fetches_document_id_fkey FOREIGN KEY (document_id, collection_id) REFERENCES documents (id, collection_id) ON DELETE CASCADE
);
CREATE INDEX document_fetches_job_id_idx ON document_fetches (job_id);
COMMENT ON TABLE document_fetches IS 'The last fetch of each document that comes from an address: by its facts a server says whether the page has changed.';
COMMENT ON COLUMN document_fetches.document_id IS 'Document; its source is the address.';
COMMENT ON COLUMN document_fetches.collection_id IS 'Its collection.';
COMMENT ON COLUMN document_fetches.url IS 'Address from which it came, after redirects.';
COMMENT ON COLUMN document_fetches.etag IS 'Header ETag of the response.';
COMMENT ON COLUMN document_fetches.last_modified IS 'Header Last-Modified of the response, as it was sent.';
COMMENT ON COLUMN document_fetches.content_sha256 IS 'SHA-256 of the bytes that both headers are about. They are sent only while the newest version has these bytes.';
COMMENT ON COLUMN document_fetches.job_id IS 'Job that fetched it last.';
COMMENT ON COLUMN document_fetches.checked_at IS 'When the server last sent it, or said that it has not changed.';
SELECT protect_table('document_fetches', 'collection', 'collection_id', '{adds}');
CREATE POLICY changes ON document_fetches FOR UPDATE TO rag_user USING (collection_id = ANY ((SELECT writable())::uuid[]));
GRANT UPDATE (url, etag, last_modified, content_sha256, job_id, checked_at) ON document_fetches TO rag_user;
