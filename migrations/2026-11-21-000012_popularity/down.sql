DROP TRIGGER chat_messages_popularity ON chat_messages;
DROP FUNCTION count_citations();
DROP TABLE document_popularity;
