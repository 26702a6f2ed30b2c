-- What conversations have remembered stays among the memories.

ALTER TABLE chat_messages DROP COLUMN remembered;
ALTER TABLE chat_sessions DROP COLUMN memory;
