-- Conversations and collections hold defaults of the questions that are asked in them.

ALTER TABLE chat_sessions
    ADD COLUMN defaults JSONB NOT NULL DEFAULT '{}',
    ADD CONSTRAINT chat_sessions_defaults_object CHECK (jsonb_typeof(defaults) = 'object'),
    ADD CONSTRAINT chat_sessions_defaults_size CHECK (octet_length(defaults::text) <= 65536);
COMMENT ON COLUMN chat_sessions.defaults IS 'Defaults of its questions: instructions, collection_ids, filter and understanding, as far as they are set.';

ALTER TABLE collections
    ADD COLUMN defaults JSONB NOT NULL DEFAULT '{}',
    ADD CONSTRAINT collections_defaults_object CHECK (jsonb_typeof(defaults) = 'object'),
    ADD CONSTRAINT collections_defaults_size CHECK (octet_length(defaults::text) <= 65536);
COMMENT ON COLUMN collections.defaults IS 'Defaults of questions to this collection alone: instructions, filter and understanding, as far as they are set.';
GRANT UPDATE (defaults) ON collections TO rag_user;

DROP TRIGGER collections_audit ON collections;
CREATE TRIGGER collections_audit AFTER INSERT OR DELETE OR UPDATE OF name, description, defaults ON collections FOR EACH ROW WHEN (pg_trigger_depth() = 0)
    EXECUTE FUNCTION audit_change('collection', '{}');
