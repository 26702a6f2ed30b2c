-- Files that are uploaded before they have a collection, as clients of OpenAI's interface do. A file becomes a document when it is
-- added to a collection; until then nobody but its user sees it, and no search finds it.

CREATE TABLE files (
    id              UUID        NOT NULL CONSTRAINT files_pkey PRIMARY KEY,
    user_id         UUID        NOT NULL,
    organisation_id UUID        NOT NULL DEFAULT asker_organisation(),
    name            TEXT        NOT NULL CONSTRAINT files_name_length CHECK (char_length(name) BETWEEN 1 AND 500),
    purpose         TEXT        NOT NULL CONSTRAINT files_purpose_length CHECK (char_length(purpose) BETWEEN 1 AND 100),
    size_bytes      BIGINT      NOT NULL CONSTRAINT files_size_bytes_not_negative CHECK (size_bytes >= 0),
    content_sha256  BYTEA       NOT NULL CONSTRAINT files_content_sha256_length CHECK (octet_length(content_sha256) = 32),
    job_id          UUID        CONSTRAINT files_job_id_fkey REFERENCES jobs ON DELETE SET NULL,
    created_at      TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT files_user_id_fkey FOREIGN KEY (organisation_id, user_id) REFERENCES users (organisation_id, id) ON DELETE CASCADE,
    CONSTRAINT files_id_user_id_key UNIQUE (id, user_id)
);
CREATE INDEX files_user_id_idx ON files (organisation_id, user_id, id);
CREATE INDEX files_job_id_idx ON files (job_id);
COMMENT ON TABLE files IS 'Files that a user uploaded without a collection.';
COMMENT ON COLUMN files.id IS 'Id; UUIDv7. The first document that is made of the file has the same id.';
COMMENT ON COLUMN files.user_id IS 'User who uploaded it and alone sees it.';
COMMENT ON COLUMN files.organisation_id IS 'The user''s organisation, whose storage it takes.';
COMMENT ON COLUMN files.name IS 'File name.';
COMMENT ON COLUMN files.purpose IS 'Purpose, in the client''s words.';
COMMENT ON COLUMN files.size_bytes IS 'Length in bytes.';
COMMENT ON COLUMN files.content_sha256 IS 'SHA-256 of the bytes; a document of the same bytes is the file''s document in its collection.';
COMMENT ON COLUMN files.job_id IS 'Job that read it into a collection last; it outlives a document that could not be read.';
COMMENT ON COLUMN files.created_at IS 'When the row was made.';

CREATE TABLE file_parts (
    file_id UUID    NOT NULL,
    user_id UUID    NOT NULL,
    part    INTEGER NOT NULL CONSTRAINT file_parts_part_not_negative CHECK (part >= 0),
    bytes   BYTEA   NOT NULL,
    CONSTRAINT file_parts_pkey PRIMARY KEY (file_id, part),
    CONSTRAINT file_parts_file_id_fkey FOREIGN KEY (file_id, user_id) REFERENCES files (id, user_id) ON DELETE CASCADE
);
CREATE INDEX file_parts_file_id_idx ON file_parts (file_id, user_id);
ALTER TABLE file_parts ALTER COLUMN bytes SET STORAGE EXTERNAL;
COMMENT ON TABLE file_parts IS 'Bytes of files, in parts of at most 1 MiB.';
COMMENT ON COLUMN file_parts.file_id IS 'File.';
COMMENT ON COLUMN file_parts.user_id IS 'The file''s user; row-level security goes by it.';
COMMENT ON COLUMN file_parts.part IS 'Place of the part, from 0.';
COMMENT ON COLUMN file_parts.bytes IS 'The bytes.';

SELECT protect_table('files', 'user', 'user_id', '{adds,deletes}');
SELECT protect_table('file_parts', 'user', 'user_id', '{adds,deletes}');
CREATE POLICY changes ON files FOR UPDATE TO rag_user USING (user_id = (SELECT asker()));
GRANT UPDATE (job_id) ON files TO rag_user;

-- As the originals of documents, files count in what their organisation stores.
CREATE FUNCTION count_files() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        UPDATE organisation_usage SET size_bytes = size_bytes + NEW.size_bytes WHERE organisation_id = NEW.organisation_id;
    ELSE
        UPDATE organisation_usage SET size_bytes = size_bytes - OLD.size_bytes WHERE organisation_id = OLD.organisation_id;
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION count_files() IS 'Row trigger: keeps the bytes of files in the counters of their organisation.';
REVOKE EXECUTE ON FUNCTION count_files() FROM PUBLIC;
GRANT CREATE ON SCHEMA public TO rag_rules;
ALTER FUNCTION count_files() OWNER TO rag_rules;
REVOKE CREATE ON SCHEMA public FROM rag_rules;
CREATE TRIGGER files_count AFTER INSERT OR DELETE ON files FOR EACH ROW EXECUTE FUNCTION count_files();
