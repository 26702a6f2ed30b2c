-- The owner of a collection of documents can hand it to another user of the organisation.

GRANT UPDATE (owner_id) ON collections TO rag_user;
DROP POLICY changes ON collections;
CREATE POLICY changes ON collections FOR UPDATE TO rag_user USING (owner_id = (SELECT asker()))
    WITH CHECK (organisation_id = (SELECT asker_organisation()) AND (owner_id = (SELECT asker()) OR kind = 'documents'));
CREATE TRIGGER collections_audit_owner AFTER UPDATE OF owner_id ON collections FOR EACH ROW
    WHEN (pg_trigger_depth() = 0 AND OLD.owner_id IS DISTINCT FROM NEW.owner_id)
    EXECUTE FUNCTION audit_change('collection_owner', '{owner_id}');
