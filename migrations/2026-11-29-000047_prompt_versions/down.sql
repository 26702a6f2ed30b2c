ALTER TABLE chat_messages DROP COLUMN prompt_version;
