DROP TRIGGER chat_messages_count_citations ON chat_messages;
DROP FUNCTION count_citations();
DROP TABLE document_popularity;
