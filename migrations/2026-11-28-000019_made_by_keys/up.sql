-- Each secret names the key that made it. It ends with that key, and a key that it makes can do no more than itself.

CREATE FUNCTION asker_key() RETURNS UUID LANGUAGE sql STABLE PARALLEL SAFE
    AS $$SELECT nullif(current_setting('rag.key', true), '')::uuid$$;
COMMENT ON FUNCTION asker_key() IS 'Key with which the asker proved who they are; null for a login, the operator and a link.';

-- The default names the key, so that no statement can forget it. Older rows do not say which key made them.
ALTER TABLE api_keys ADD COLUMN made_by_key_id UUID CONSTRAINT api_keys_made_by_key_id_fkey REFERENCES api_keys ON DELETE CASCADE;
ALTER TABLE api_keys ALTER COLUMN made_by_key_id SET DEFAULT asker_key();
ALTER TABLE collection_links ADD COLUMN made_by_key_id UUID CONSTRAINT collection_links_made_by_key_id_fkey REFERENCES api_keys ON DELETE CASCADE;
ALTER TABLE collection_links ALTER COLUMN made_by_key_id SET DEFAULT asker_key();
ALTER TABLE invitations ADD COLUMN made_by_key_id UUID CONSTRAINT invitations_made_by_key_id_fkey REFERENCES api_keys ON DELETE CASCADE;
ALTER TABLE invitations ALTER COLUMN made_by_key_id SET DEFAULT asker_key();
CREATE INDEX api_keys_made_by_key_id_idx ON api_keys (made_by_key_id);
CREATE INDEX collection_links_made_by_key_id_idx ON collection_links (made_by_key_id);
CREATE INDEX invitations_made_by_key_id_idx ON invitations (made_by_key_id);
COMMENT ON COLUMN api_keys.made_by_key_id IS 'Key that made it, and with which it is deleted; null for a key that a person made.';
COMMENT ON COLUMN collection_links.made_by_key_id IS 'Key that made it, and with which it is deleted; null for a link that a person made.';
COMMENT ON COLUMN invitations.made_by_key_id IS 'Key that made it, and with which it is deleted until it is accepted; null for an invitation that a person made.';
GRANT SELECT (made_by_key_id) ON api_keys TO rag_user;

-- Scopes and ends of keys never change, so what holds at the insert holds for good.
CREATE FUNCTION hold_to_key() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    v_scopes TEXT[];
    v_expires_at TIMESTAMPTZ;
BEGIN
    SELECT scopes, expires_at INTO v_scopes, v_expires_at FROM api_keys WHERE id = NEW.made_by_key_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the key that makes this is gone' USING ERRCODE = 'foreign_key_violation', CONSTRAINT = TG_TABLE_NAME || '_made_by_key_id_fkey';
    END IF;
    IF TG_TABLE_NAME = 'api_keys' THEN
        IF NOT NEW.scopes <@ v_scopes THEN
            RAISE EXCEPTION 'a key makes none that can do more' USING ERRCODE = 'check_violation', CONSTRAINT = 'api_keys_scopes_within_maker';
        END IF;
    END IF;
    NEW.expires_at := least(NEW.expires_at, v_expires_at);
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION hold_to_key() IS 'Row trigger: a secret that a key makes ends with that key at the latest; a key has no scope that its maker lacks.';
CREATE TRIGGER api_keys_hold BEFORE INSERT ON api_keys FOR EACH ROW WHEN (NEW.made_by_key_id IS NOT NULL) EXECUTE FUNCTION hold_to_key();
CREATE TRIGGER collection_links_hold BEFORE INSERT ON collection_links FOR EACH ROW WHEN (NEW.made_by_key_id IS NOT NULL) EXECUTE FUNCTION hold_to_key();
CREATE TRIGGER invitations_hold BEFORE INSERT ON invitations FOR EACH ROW WHEN (NEW.made_by_key_id IS NOT NULL) EXECUTE FUNCTION hold_to_key();
