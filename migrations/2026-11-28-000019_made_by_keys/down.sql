DROP TRIGGER api_keys_hold ON api_keys;
DROP TRIGGER collection_links_hold ON collection_links;
DROP TRIGGER invitations_hold ON invitations;
DROP FUNCTION hold_to_key();
ALTER TABLE api_keys DROP COLUMN made_by_key_id;
ALTER TABLE collection_links DROP COLUMN made_by_key_id;
ALTER TABLE invitations DROP COLUMN made_by_key_id;
DROP FUNCTION asker_key();
