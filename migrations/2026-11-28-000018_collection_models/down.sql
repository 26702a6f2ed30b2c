ALTER TABLE jobs DROP COLUMN model_id;
ALTER TABLE collections DROP COLUMN model_id;
