-- A document is known by its source within its collection: new bytes under a source are a new version of the same document (ADR 18).
-- Originals are stored once for each collection and content, however many versions have them.

CREATE FUNCTION source_key(p_source TEXT) RETURNS BYTEA LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$SELECT sha256(convert_to(p_source, 'UTF8'))$$;
COMMENT ON FUNCTION source_key(TEXT) IS 'SHA-256 of a source, by which documents are found.';

-- A source can be longer than an entry of an index. A column of its own, because row-level security keeps indexes of expressions from use.
ALTER TABLE documents ADD COLUMN source_sha256 BYTEA GENERATED ALWAYS AS (source_key(source)) STORED;
COMMENT ON COLUMN documents.source_sha256 IS 'SHA-256 of the source.';
CREATE INDEX documents_source_idx ON documents (collection_id, source_sha256);

-- Documents that share a file name: the newest keeps it, and the others get a number, as browsers give to downloads.
ALTER TABLE documents DISABLE TRIGGER documents_touch;
DO $$
DECLARE
    v_role TEXT := current_setting('role');
    v_row  RECORD;
    v_name TEXT;
    v_number BIGINT;
BEGIN
    SET LOCAL ROLE rag_rules;
    FOR v_row IN SELECT id, collection_id, source, place
                 FROM (SELECT id, collection_id, source, row_number() OVER (PARTITION BY collection_id, source ORDER BY id DESC) AS place
                       FROM documents WHERE source IS NOT NULL) AS placed
                 WHERE place > 1 ORDER BY collection_id, source, place LOOP
        v_number := v_row.place;
        LOOP
            -- Before the extension; the name keeps within 2,000 characters.
            v_name := regexp_replace(left(v_row.source, 1980), '(\.[^./\\]{1,16})?$', format(' (%s)\1', v_number));
            EXIT WHEN NOT EXISTS (SELECT FROM documents WHERE collection_id = v_row.collection_id AND source_sha256 = source_key(v_name));
            v_number := v_number + 1;
        END LOOP;
        UPDATE documents SET source = v_name WHERE id = v_row.id;
    END LOOP;
    PERFORM set_config('role', v_role, true);
    SET CONSTRAINTS ALL IMMEDIATE;
END
$$;
SET CONSTRAINTS ALL DEFERRED;
DROP INDEX documents_source_idx;

ALTER TABLE documents
    DROP CONSTRAINT documents_collection_id_content_sha256_key,
    ADD COLUMN has_given_title BOOLEAN NOT NULL DEFAULT false;
CREATE UNIQUE INDEX documents_collection_id_source_key ON documents (collection_id, source_sha256);
COMMENT ON TABLE documents IS 'Documents that people upload, each with its versions. A document can be found once it has a current version.';
COMMENT ON COLUMN documents.title IS 'Title given, else found in the document, else its file name.';
COMMENT ON COLUMN documents.has_given_title IS 'Whether the title was given; otherwise a new version can change it.';
COMMENT ON COLUMN documents.source IS 'Path, file name or address that the document is known by, unique in its collection; null for a document that is known by its bytes.';
COMMENT ON COLUMN documents.media_type IS 'Media type of the current version, and of the newest until there is one.';

ALTER TABLE document_versions
    ADD COLUMN media_type    TEXT CONSTRAINT document_versions_media_type_form CHECK (media_type ~ '^[a-z]+/[a-z0-9.+-]+$'),
    ADD COLUMN superseded_at TIMESTAMPTZ;
ALTER TABLE version_contents ADD COLUMN collection_id UUID, ADD COLUMN content_sha256 BYTEA;
DO $$
DECLARE
    v_role TEXT := current_setting('role');
BEGIN
    SET LOCAL ROLE rag_rules;
    UPDATE documents SET has_given_title = title IS DISTINCT FROM source AND title <> 'Untitled';
    UPDATE document_versions v SET media_type = d.media_type FROM documents d WHERE d.id = v.document_id;
    UPDATE document_versions SET superseded_at = now() WHERE state = 'superseded';
    UPDATE version_contents c SET collection_id = v.collection_id, content_sha256 = v.content_sha256
        FROM document_versions v WHERE v.id = c.version_id;
    PERFORM set_config('role', v_role, true);
    SET CONSTRAINTS ALL IMMEDIATE;
END
$$;
SET CONSTRAINTS ALL DEFERRED;
ALTER TABLE documents ENABLE TRIGGER documents_touch;
ALTER TABLE documents DROP COLUMN content_sha256;

ALTER TABLE document_versions
    ALTER COLUMN media_type SET NOT NULL,
    ADD CONSTRAINT document_versions_superseded_at_when_superseded CHECK ((superseded_at IS NOT NULL) = (state = 'superseded'));
DROP INDEX document_versions_building_idx;
-- The versions that searches leave out.
CREATE INDEX document_versions_hidden_idx ON document_versions (collection_id, id) WHERE state IN ('building', 'superseded');
CREATE INDEX document_versions_content_idx ON document_versions (collection_id, content_sha256);
COMMENT ON TABLE document_versions IS 'Versions of documents: the bytes under a source, each time that they were new or read again. Texts and chunks belong to versions.';
COMMENT ON COLUMN document_versions.state IS 'queued: nothing is stored but the bytes; building: chunks arrive, hidden from every search; published: the current version; superseded: a newer one took its place.';
COMMENT ON COLUMN document_versions.content_sha256 IS 'SHA-256 of the original bytes, by which they are found in version_contents.';
COMMENT ON COLUMN document_versions.media_type IS 'Media type detected from the content.';
COMMENT ON COLUMN document_versions.superseded_at IS 'When a newer version took its place.';

DROP POLICY reads ON version_contents;
DROP POLICY adds ON version_contents;
ALTER TABLE version_contents
    DROP CONSTRAINT version_contents_pkey,
    DROP COLUMN version_id,
    ALTER COLUMN collection_id SET NOT NULL,
    ALTER COLUMN content_sha256 SET NOT NULL,
    ADD CONSTRAINT version_contents_pkey PRIMARY KEY (collection_id, content_sha256, part),
    ADD CONSTRAINT version_contents_collection_id_fkey FOREIGN KEY (collection_id) REFERENCES collections ON DELETE CASCADE;
CREATE POLICY reads ON version_contents FOR SELECT TO rag_user USING (collection_id = ANY ((SELECT visible())::uuid[]));
CREATE POLICY adds ON version_contents FOR INSERT TO rag_user WITH CHECK (collection_id = ANY ((SELECT writable())::uuid[]));
COMMENT ON TABLE version_contents IS 'Original bytes in parts, so that no reader needs the whole in memory. The versions of a collection that have the same bytes share them.';
COMMENT ON COLUMN version_contents.collection_id IS 'Collection they belong to.';
COMMENT ON COLUMN version_contents.content_sha256 IS 'SHA-256 of all the parts together.';

-- Holds a content until the transaction ends: one transaction cannot begin to share bytes that another deletes.
CREATE FUNCTION lock_content(p_collection UUID, p_sha256 BYTEA) RETURNS void LANGUAGE sql
    AS $$SELECT pg_advisory_xact_lock(hashtextextended(p_collection || encode(p_sha256, 'hex'), 0))$$;
COMMENT ON FUNCTION lock_content(UUID, BYTEA) IS 'Locks the bytes of a collection with this SHA-256 until the transaction ends.';

CREATE FUNCTION delete_unused_contents() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_row RECORD;
BEGIN
    FOR v_row IN SELECT DISTINCT collection_id, content_sha256 FROM gone ORDER BY 1, 2 LOOP
        PERFORM lock_content(v_row.collection_id, v_row.content_sha256);
        DELETE FROM version_contents c WHERE c.collection_id = v_row.collection_id AND c.content_sha256 = v_row.content_sha256
            AND NOT EXISTS (SELECT FROM document_versions v WHERE v.collection_id = v_row.collection_id AND v.content_sha256 = v_row.content_sha256);
    END LOOP;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION delete_unused_contents() IS 'Statement trigger: deletes the bytes of deleted versions that no other version has.';
REVOKE EXECUTE ON FUNCTION delete_unused_contents() FROM PUBLIC;
GRANT CREATE ON SCHEMA public TO rag_rules;
ALTER FUNCTION delete_unused_contents() OWNER TO rag_rules;
REVOKE CREATE ON SCHEMA public FROM rag_rules;
CREATE TRIGGER document_versions_delete_contents AFTER DELETE ON document_versions
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION delete_unused_contents();

-- An editor can change what was given with a document; versions are replaced by workers alone.
REVOKE INSERT ON documents FROM rag_user;
GRANT INSERT (id, collection_id, title, has_given_title, source, media_type, metadata) ON documents TO rag_user;
GRANT INSERT (media_type) ON document_versions TO rag_user;
CREATE POLICY changes ON documents FOR UPDATE TO rag_user USING (collection_id = ANY ((SELECT writable())::uuid[]));
GRANT UPDATE (title, has_given_title, metadata) ON documents TO rag_user;
