CREATE OR REPLACE FUNCTION count_deleted_collection() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    SET CONSTRAINTS document_versions_count IMMEDIATE;
    UPDATE organisation_usage u SET document_count = u.document_count - n.documents, size_bytes = u.size_bytes - n.bytes
    FROM (SELECT count(*) AS documents, coalesce(sum(size_bytes), 0) AS bytes FROM document_versions WHERE collection_id = OLD.id) n
    WHERE u.organisation_id = OLD.organisation_id;
    RETURN OLD;
END
$$;

CREATE OR REPLACE FUNCTION count_deleted() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
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

DROP TABLE usage_changes;
DROP FUNCTION apply_usage_change();

DROP TRIGGER files_count ON files;
CREATE TRIGGER files_count AFTER INSERT OR DELETE ON files FOR EACH ROW EXECUTE FUNCTION count_files();
