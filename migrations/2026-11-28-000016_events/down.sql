DROP TRIGGER chat_sessions_forget_questions ON chat_sessions;
DROP FUNCTION forget_questions();
DROP FUNCTION keep_event_partitions(INTEGER, INTEGER, TIMESTAMPTZ);
DROP TABLE events;
