DROP TRIGGER collections_audit ON collections;
CREATE TRIGGER collections_audit AFTER INSERT OR DELETE OR UPDATE OF name, description, defaults ON collections FOR EACH ROW WHEN (pg_trigger_depth() = 0)
    EXECUTE FUNCTION audit_change('collection', '{}');
ALTER TABLE collections DROP COLUMN chunk_max_tokens, DROP COLUMN chunk_overlap_tokens;
