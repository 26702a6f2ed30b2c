DROP TRIGGER users_mark ON users;
DROP FUNCTION mark_accounts();
DROP TABLE server_marks;
CREATE INDEX logins_user_id_idx ON logins (user_id);
DROP INDEX logins_user_id_address_idx;
ALTER TABLE logins DROP COLUMN address;
