DROP TRIGGER collections_audit ON collections;
CREATE TRIGGER collections_audit AFTER INSERT OR DELETE OR UPDATE OF name, description ON collections FOR EACH ROW WHEN (pg_trigger_depth() = 0)
    EXECUTE FUNCTION audit_change('collection', '{}');
ALTER TABLE collections DROP COLUMN defaults;
ALTER TABLE chat_sessions DROP COLUMN defaults;
