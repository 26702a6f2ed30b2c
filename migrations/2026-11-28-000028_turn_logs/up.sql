-- A turn and the events of its stream outlive the client and the process: any process can send them, stop the turn, or record that
-- its process has died.

CREATE TABLE turns (
    message_id        UUID        NOT NULL CONSTRAINT turns_pkey PRIMARY KEY,
    session_id        UUID        NOT NULL,
    question_id       UUID        NOT NULL,
    user_id           UUID        NOT NULL,
    answered_by       TEXT        NOT NULL,
    started_at        TIMESTAMPTZ NOT NULL DEFAULT now(),
    alive_until       TIMESTAMPTZ NOT NULL,
    is_stop_requested BOOLEAN     NOT NULL DEFAULT false,
    ended_at          TIMESTAMPTZ,
    event_count       INTEGER     CONSTRAINT turns_event_count_not_negative CHECK (event_count >= 0),
    CONSTRAINT turns_question_id_fkey FOREIGN KEY (session_id, question_id)
        REFERENCES chat_messages (session_id, id) ON DELETE CASCADE,
    CONSTRAINT turns_event_count_when_ended CHECK ((event_count IS NULL) = (ended_at IS NULL))
) WITH (fillfactor = 80);
CREATE INDEX turns_session_id_question_id_idx ON turns (session_id, question_id);
CREATE INDEX turns_running_idx ON turns (message_id) WHERE ended_at IS NULL;
CREATE INDEX turns_ended_at_idx ON turns (ended_at);
COMMENT ON TABLE turns IS 'Turns that run, and those that ended a short time ago. Upkeep deletes them; the messages remain.';
COMMENT ON COLUMN turns.message_id IS 'Id that the answer''s message gets when the turn ends.';
COMMENT ON COLUMN turns.session_id IS 'Conversation.';
COMMENT ON COLUMN turns.question_id IS 'Question that is answered.';
COMMENT ON COLUMN turns.user_id IS 'User who holds the conversation, repeated for row-level security.';
COMMENT ON COLUMN turns.answered_by IS 'Name of the model that is asked, or extractive.';
COMMENT ON COLUMN turns.started_at IS 'When the question was stored.';
COMMENT ON COLUMN turns.alive_until IS 'Time until which the turn''s process need not renew its lease. Later, any process may end the turn as interrupted.';
COMMENT ON COLUMN turns.is_stop_requested IS 'Whether the user has asked for the end of the turn.';
COMMENT ON COLUMN turns.ended_at IS 'When the answer was stored; null while the turn runs.';
COMMENT ON COLUMN turns.event_count IS 'Number of events of the whole stream; null while the turn runs.';
SELECT protect_table('turns', 'user', 'user_id', '{adds,deletes}');
CREATE POLICY changes ON turns FOR UPDATE TO rag_user USING (user_id = (SELECT asker()));
GRANT UPDATE ON turns TO rag_user;

CREATE TABLE turn_events (
    message_id UUID    NOT NULL CONSTRAINT turn_events_message_id_fkey REFERENCES turns ON DELETE CASCADE,
    position   INTEGER NOT NULL CONSTRAINT turn_events_position_not_negative CHECK (position >= 0),
    user_id    UUID    NOT NULL,
    names      TEXT[]  NOT NULL,
    data       TEXT[]  NOT NULL,
    text       TEXT    NOT NULL,
    CONSTRAINT turn_events_pkey PRIMARY KEY (message_id, position),
    CONSTRAINT turn_events_names_and_data CHECK (cardinality(names) = cardinality(data) AND cardinality(names) > 0)
);
COMMENT ON TABLE turn_events IS 'Events of turns as their streams send them, several in each row.';
COMMENT ON COLUMN turn_events.message_id IS 'Turn.';
COMMENT ON COLUMN turn_events.position IS 'Place of the row''s first event in the stream, from 0.';
COMMENT ON COLUMN turn_events.user_id IS 'User of the turn, repeated for row-level security.';
COMMENT ON COLUMN turn_events.names IS 'Names of the events.';
COMMENT ON COLUMN turn_events.data IS 'Data of the events, exactly as sent.';
COMMENT ON COLUMN turn_events.text IS 'Text that the events add to the answer.';
SELECT protect_table('turn_events', 'user', 'user_id', '{adds}');

-- An answer whose process died.
ALTER TABLE chat_messages
    DROP CONSTRAINT chat_messages_outcome_known,
    ADD CONSTRAINT chat_messages_outcome_known CHECK (outcome IN ('answered', 'not_found', 'failed', 'stopped', 'interrupted'));
