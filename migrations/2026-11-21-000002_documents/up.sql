-- Collections, documents and what is kept of them: the original bytes, the text, the chunks.

CREATE TABLE collections (
    id          UUID        NOT NULL CONSTRAINT collections_pkey PRIMARY KEY,
    owner_id    UUID        NOT NULL CONSTRAINT collections_owner_id_fkey REFERENCES users ON DELETE CASCADE,
    name        TEXT        NOT NULL CONSTRAINT collections_name_length CHECK (char_length(name) BETWEEN 1 AND 200),
    description TEXT        NOT NULL DEFAULT '' CONSTRAINT collections_description_length CHECK (char_length(description) <= 2000),
    created_at  TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at  TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT collections_owner_id_name_key UNIQUE (owner_id, name)
);
CREATE TRIGGER collections_touch BEFORE UPDATE ON collections FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

COMMENT ON TABLE collections IS 'Named sets of documents that are searched together.';
COMMENT ON COLUMN collections.id IS 'UUIDv7.';
COMMENT ON COLUMN collections.owner_id IS 'User who owns the collection.';
COMMENT ON COLUMN collections.name IS 'Name, unique per owner.';
COMMENT ON COLUMN collections.description IS 'What the collection holds, for people.';
COMMENT ON COLUMN collections.created_at IS 'When the row was made.';
COMMENT ON COLUMN collections.updated_at IS 'When the row last changed; kept by a trigger.';

CREATE TABLE documents (
    id                 UUID        NOT NULL CONSTRAINT documents_pkey PRIMARY KEY,
    collection_id      UUID        NOT NULL CONSTRAINT documents_collection_id_fkey REFERENCES collections ON DELETE CASCADE,
    title              TEXT        NOT NULL CONSTRAINT documents_title_length CHECK (char_length(title) BETWEEN 1 AND 500),
    source             TEXT        CONSTRAINT documents_source_length CHECK (char_length(source) BETWEEN 1 AND 2000),
    media_type         TEXT        NOT NULL CONSTRAINT documents_media_type_form CHECK (media_type ~ '^[a-z]+/[a-z0-9.+-]+$'),
    language           TEXT        CONSTRAINT documents_language_form CHECK (language ~ '^[a-z]{3}$'),
    text_search_config TEXT        NOT NULL DEFAULT 'simple' CONSTRAINT documents_text_search_config_form CHECK (text_search_config ~ '^[a-z_]{1,63}$'),
    metadata           JSONB       NOT NULL DEFAULT '{}' CONSTRAINT documents_metadata_is_object CHECK (jsonb_typeof(metadata) = 'object'),
    content_sha256     BYTEA       NOT NULL CONSTRAINT documents_content_sha256_length CHECK (octet_length(content_sha256) = 32),
    current_version_id UUID,
    created_at         TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at         TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT documents_collection_id_content_sha256_key UNIQUE (collection_id, content_sha256)
);
CREATE INDEX documents_collection_id_id_idx ON documents (collection_id, id);
CREATE INDEX documents_metadata_idx ON documents USING gin (metadata jsonb_path_ops);
CREATE TRIGGER documents_touch BEFORE UPDATE ON documents FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

COMMENT ON TABLE documents IS 'What people upload. A document can be found once it has a current version.';
COMMENT ON COLUMN documents.id IS 'UUIDv7.';
COMMENT ON COLUMN documents.collection_id IS 'Collection it belongs to.';
COMMENT ON COLUMN documents.title IS 'Title given, else found in the document, else its file name.';
COMMENT ON COLUMN documents.source IS 'Where it came from: a file name or an address.';
COMMENT ON COLUMN documents.media_type IS 'Media type detected from the content.';
COMMENT ON COLUMN documents.language IS 'ISO 639-3 code of the language, when detected reliably.';
COMMENT ON COLUMN documents.text_search_config IS 'PostgreSQL text search configuration that stems its words.';
COMMENT ON COLUMN documents.metadata IS 'Facts given by the uploader: a JSON object.';
COMMENT ON COLUMN documents.content_sha256 IS 'SHA-256 of the newest upload: the same bytes are stored once per collection.';
COMMENT ON COLUMN documents.current_version_id IS 'Version that is found and shown; null until the first one is whole.';
COMMENT ON COLUMN documents.created_at IS 'When the row was made.';
COMMENT ON COLUMN documents.updated_at IS 'When the row last changed; kept by a trigger.';

CREATE TABLE document_versions (
    id              UUID        NOT NULL CONSTRAINT document_versions_pkey PRIMARY KEY,
    document_id     UUID        NOT NULL CONSTRAINT document_versions_document_id_fkey REFERENCES documents ON DELETE CASCADE,
    number          INTEGER     NOT NULL CONSTRAINT document_versions_number_positive CHECK (number > 0),
    state           TEXT        NOT NULL DEFAULT 'queued' CONSTRAINT document_versions_state_known CHECK (state IN ('queued', 'building', 'published', 'superseded')),
    content_sha256  BYTEA       NOT NULL CONSTRAINT document_versions_content_sha256_length CHECK (octet_length(content_sha256) = 32),
    size_bytes      BIGINT      NOT NULL CONSTRAINT document_versions_size_bytes_positive CHECK (size_bytes > 0),
    page_count      INTEGER     CONSTRAINT document_versions_page_count_positive CHECK (page_count > 0),
    character_count BIGINT      NOT NULL DEFAULT 0 CONSTRAINT document_versions_character_count_not_negative CHECK (character_count >= 0),
    chunk_count     INTEGER     NOT NULL DEFAULT 0 CONSTRAINT document_versions_chunk_count_not_negative CHECK (chunk_count >= 0),
    ingest_settings TEXT        NOT NULL DEFAULT '',
    created_at      TIMESTAMPTZ NOT NULL DEFAULT now(),
    published_at    TIMESTAMPTZ,
    CONSTRAINT document_versions_document_id_number_key UNIQUE (document_id, number),
    CONSTRAINT document_versions_published_at_when_published CHECK ((published_at IS NOT NULL) = (state IN ('published', 'superseded')))
);
CREATE INDEX document_versions_building_idx ON document_versions (id) WHERE state = 'building';
ALTER TABLE documents ADD CONSTRAINT documents_current_version_id_fkey
    FOREIGN KEY (current_version_id) REFERENCES document_versions DEFERRABLE INITIALLY DEFERRED;
CREATE UNIQUE INDEX documents_current_version_id_key ON documents (current_version_id);

COMMENT ON TABLE document_versions IS 'Each upload of a document; its text and chunks hang here.';
COMMENT ON COLUMN document_versions.id IS 'UUIDv7.';
COMMENT ON COLUMN document_versions.document_id IS 'Document it is a version of.';
COMMENT ON COLUMN document_versions.number IS 'Counts from 1 within the document.';
COMMENT ON COLUMN document_versions.state IS 'queued: nothing stored but the bytes; building: chunks arrive, hidden from every search; published: current; superseded: an older one.';
COMMENT ON COLUMN document_versions.content_sha256 IS 'SHA-256 of the original bytes.';
COMMENT ON COLUMN document_versions.size_bytes IS 'Length of the original in bytes.';
COMMENT ON COLUMN document_versions.page_count IS 'Pages, where the format has them.';
COMMENT ON COLUMN document_versions.character_count IS 'Length of the text in Unicode scalar values.';
COMMENT ON COLUMN document_versions.chunk_count IS 'Chunks stored for it.';
COMMENT ON COLUMN document_versions.ingest_settings IS 'Fingerprint of chunking and model; a build is only resumed under the same one.';
COMMENT ON COLUMN document_versions.created_at IS 'When the bytes arrived.';
COMMENT ON COLUMN document_versions.published_at IS 'When it became visible.';

CREATE TABLE version_contents (
    version_id UUID    NOT NULL CONSTRAINT version_contents_version_id_fkey REFERENCES document_versions ON DELETE CASCADE,
    part       INTEGER NOT NULL CONSTRAINT version_contents_part_not_negative CHECK (part >= 0),
    bytes      BYTEA   NOT NULL CONSTRAINT version_contents_bytes_length CHECK (octet_length(bytes) BETWEEN 1 AND 1048576),
    CONSTRAINT version_contents_pkey PRIMARY KEY (version_id, part)
);
COMMENT ON TABLE version_contents IS 'Original bytes in parts, so that no reader needs the whole in memory.';
COMMENT ON COLUMN version_contents.version_id IS 'Version they belong to.';
COMMENT ON COLUMN version_contents.part IS 'Counts from 0.';
COMMENT ON COLUMN version_contents.bytes IS 'At most 1 MiB.';

CREATE TABLE version_texts (
    version_id   UUID   NOT NULL CONSTRAINT version_texts_version_id_fkey REFERENCES document_versions ON DELETE CASCADE,
    start_offset BIGINT NOT NULL CONSTRAINT version_texts_start_offset_not_negative CHECK (start_offset >= 0),
    text         TEXT   NOT NULL,
    CONSTRAINT version_texts_pkey PRIMARY KEY (version_id, start_offset)
);
COMMENT ON TABLE version_texts IS 'Text extracted from a version, in consecutive parts; chunk offsets point into their concatenation.';
COMMENT ON COLUMN version_texts.version_id IS 'Version it was extracted from.';
COMMENT ON COLUMN version_texts.start_offset IS 'Where the part starts, in Unicode scalar values.';
COMMENT ON COLUMN version_texts.text IS 'The part.';

CREATE TABLE chunks (
    id           UUID     NOT NULL CONSTRAINT chunks_pkey PRIMARY KEY,
    version_id   UUID     NOT NULL CONSTRAINT chunks_version_id_fkey REFERENCES document_versions ON DELETE CASCADE,
    ordinal      INTEGER  NOT NULL CONSTRAINT chunks_ordinal_not_negative CHECK (ordinal >= 0),
    start_offset BIGINT   NOT NULL CONSTRAINT chunks_start_offset_not_negative CHECK (start_offset >= 0),
    end_offset   BIGINT   NOT NULL,
    page         INTEGER  CONSTRAINT chunks_page_positive CHECK (page > 0),
    heading_path TEXT[]   NOT NULL DEFAULT '{}',
    token_count  INTEGER  NOT NULL CONSTRAINT chunks_token_count_positive CHECK (token_count > 0),
    text         TEXT     NOT NULL CONSTRAINT chunks_text_not_empty CHECK (text <> ''),
    CONSTRAINT chunks_version_id_ordinal_key UNIQUE (version_id, ordinal),
    CONSTRAINT chunks_offsets_ordered CHECK (end_offset > start_offset)
);
COMMENT ON TABLE chunks IS 'Passages of a version: what is embedded, found and cited.';
COMMENT ON COLUMN chunks.id IS 'UUIDv7.';
COMMENT ON COLUMN chunks.version_id IS 'Version it is a passage of.';
COMMENT ON COLUMN chunks.ordinal IS 'Place in the version, from 0.';
COMMENT ON COLUMN chunks.start_offset IS 'First character in the version''s text, in Unicode scalar values.';
COMMENT ON COLUMN chunks.end_offset IS 'One past the last character.';
COMMENT ON COLUMN chunks.page IS 'Page it starts on, from 1, where the format has pages.';
COMMENT ON COLUMN chunks.heading_path IS 'Headings above it, outermost first.';
COMMENT ON COLUMN chunks.token_count IS 'Tokens by the tokenizer of the model it was cut for.';
COMMENT ON COLUMN chunks.text IS 'The passage: the version''s text between the two offsets.';
