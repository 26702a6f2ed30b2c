-- The counters of an organisation are locked at the end of a transaction only. A large file that is stored, or a large collection that is
-- deleted, no longer keeps the other uploads and answers of its organisation waiting.

DROP TRIGGER files_count ON files;
CREATE CONSTRAINT TRIGGER files_count AFTER INSERT OR DELETE ON files
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION count_files();

-- What is deleted is known while it is deleted: noted then, and counted at the end.
CREATE TABLE usage_changes (
    id              BIGINT GENERATED ALWAYS AS IDENTITY CONSTRAINT usage_changes_pkey PRIMARY KEY,
    organisation_id UUID   NOT NULL,
    document_count  BIGINT NOT NULL,
    size_bytes      BIGINT NOT NULL
);
COMMENT ON TABLE usage_changes IS 'Changes of organisation_usage by the transaction that made them, which counts and removes them when it commits; empty for all others.';
COMMENT ON COLUMN usage_changes.id IS 'Id, in the order of the changes.';
COMMENT ON COLUMN usage_changes.organisation_id IS 'Organisation; not a reference, as it may be deleted by the same transaction.';
COMMENT ON COLUMN usage_changes.document_count IS 'What is added to its documents.';
COMMENT ON COLUMN usage_changes.size_bytes IS 'What is added to its bytes.';
SELECT protect_table('usage_changes', 'nobody');

CREATE FUNCTION apply_usage_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE organisation_usage SET document_count = document_count + NEW.document_count, size_bytes = size_bytes + NEW.size_bytes
        WHERE organisation_id = NEW.organisation_id;
    DELETE FROM usage_changes WHERE id = NEW.id;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION apply_usage_change() IS 'Row trigger: counts a change and removes it.';
REVOKE EXECUTE ON FUNCTION apply_usage_change() FROM PUBLIC;
GRANT CREATE ON SCHEMA public TO rag_rules;
ALTER FUNCTION apply_usage_change() OWNER TO rag_rules;
REVOKE CREATE ON SCHEMA public FROM rag_rules;
CREATE CONSTRAINT TRIGGER usage_changes_apply AFTER INSERT ON usage_changes
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION apply_usage_change();

CREATE OR REPLACE FUNCTION count_deleted() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    -- What the same transaction stored is counted first.
    SET CONSTRAINTS document_versions_count IMMEDIATE;
    INSERT INTO usage_changes (organisation_id, document_count, size_bytes)
        SELECT c.organisation_id, -count(*), -sum(v.size_bytes)
        FROM gone v JOIN collections c ON c.id = v.collection_id GROUP BY 1 ORDER BY 1;
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION count_deleted_collection() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    SET CONSTRAINTS document_versions_count IMMEDIATE;
    INSERT INTO usage_changes (organisation_id, document_count, size_bytes)
        SELECT OLD.organisation_id, -count(*), -sum(size_bytes)
        FROM document_versions WHERE collection_id = OLD.id HAVING count(*) > 0;
    RETURN OLD;
END
$$;
