-- The extension stays: other databases objects may use it, and dropping it needs rights that the migrator may lack.
DROP TABLE users;
DROP FUNCTION touch_updated_at();
