-- How often documents are cited, which a search may let count.

CREATE TABLE document_popularity (
    document_id    UUID   NOT NULL,
    collection_id  UUID   NOT NULL,
    citation_count BIGINT NOT NULL CONSTRAINT document_popularity_citation_count_positive CHECK (citation_count > 0),
    CONSTRAINT document_popularity_pkey PRIMARY KEY (document_id, collection_id),
    CONSTRAINT document_popularity_document_id_fkey FOREIGN KEY (document_id, collection_id) REFERENCES documents (id, collection_id) ON DELETE CASCADE
) WITH (fillfactor = 80);
COMMENT ON TABLE document_popularity IS 'Documents that answers have cited. Apart from documents: a count that changes with each answer would rewrite their rows.';
COMMENT ON COLUMN document_popularity.document_id IS 'The document.';
COMMENT ON COLUMN document_popularity.collection_id IS 'The document''s collection, repeated here for row-level security.';
COMMENT ON COLUMN document_popularity.citation_count IS 'Answers that cited it, those of conversations deleted since among them.';

-- A document that is being deleted or published just now is not waited for: it is not counted. What is deleted with a collection
-- is locked in any order, and the counters of the organisation before it, so to wait here could be to wait in a ring.
CREATE FUNCTION count_citations() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO document_popularity AS p (document_id, collection_id, citation_count)
    SELECT id, collection_id, 1 FROM (
        SELECT d.id, d.collection_id FROM documents d
        WHERE d.id IN (SELECT (citation ->> 'document_id')::uuid FROM jsonb_array_elements(NEW.citations) AS citation)
          AND d.collection_id = ANY (visible())
        ORDER BY d.id FOR KEY SHARE SKIP LOCKED) AS cited
    ON CONFLICT (document_id, collection_id) DO UPDATE SET citation_count = p.citation_count + 1;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION count_citations() IS 'Row trigger: counts the documents that an answer cites, of those that the asker may read.';
-- Triggers run in the order of their names: after chat_messages_count_tokens, which locks the counters of the organisation.
CREATE TRIGGER chat_messages_popularity AFTER INSERT ON chat_messages FOR EACH ROW
    WHEN (NEW.citations <> '[]') EXECUTE FUNCTION count_citations();

ALTER TABLE document_popularity ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY behind ON document_popularity TO rag_rules, rag_worker USING (true);
CREATE POLICY reads ON document_popularity FOR SELECT TO rag_user USING (collection_id = ANY ((SELECT visible())::uuid[]));
GRANT SELECT, INSERT, UPDATE, DELETE ON document_popularity TO rag_rules, rag_worker;
GRANT SELECT ON document_popularity TO rag_user;
REVOKE EXECUTE ON FUNCTION count_citations() FROM PUBLIC;
GRANT CREATE ON SCHEMA public TO rag_rules;
ALTER FUNCTION count_citations() OWNER TO rag_rules;
REVOKE CREATE ON SCHEMA public FROM rag_rules;

-- What was cited until now, read by the role that row-level security lets see it.
DO $$
DECLARE
    v_role TEXT := current_setting('role');
BEGIN
    SET LOCAL ROLE rag_rules;
    INSERT INTO document_popularity (document_id, collection_id, citation_count)
    SELECT d.id, d.collection_id, count(DISTINCT m.id)
    FROM chat_messages m, jsonb_array_elements(m.citations) AS citation
    JOIN documents d ON d.id = (citation ->> 'document_id')::uuid
    GROUP BY d.id;
    PERFORM set_config('role', v_role, true);
END
$$;
