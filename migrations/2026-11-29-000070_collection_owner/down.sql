DROP TRIGGER collections_audit_owner ON collections;
DROP POLICY changes ON collections;
CREATE POLICY changes ON collections FOR UPDATE TO rag_user USING (owner_id = (SELECT asker()))
    WITH CHECK (organisation_id = (SELECT asker_organisation()));
REVOKE UPDATE (owner_id) ON collections FROM rag_user;
