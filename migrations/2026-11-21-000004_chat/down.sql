DROP TABLE chat_messages, chat_sessions;
