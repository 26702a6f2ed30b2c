-- Ratings of answers by the holders of their conversations.

CREATE TABLE answer_feedback (
    message_id UUID        NOT NULL CONSTRAINT answer_feedback_pkey PRIMARY KEY,
    session_id UUID        NOT NULL,
    user_id    UUID        NOT NULL CONSTRAINT answer_feedback_user_id_fkey REFERENCES users ON DELETE CASCADE,
    rating     TEXT        NOT NULL CONSTRAINT answer_feedback_rating_known CHECK (rating IN ('up', 'down')),
    reason     TEXT        CONSTRAINT answer_feedback_reason_known CHECK (reason IN ('wrong', 'incomplete', 'unsupported', 'outdated', 'other')),
    comment    TEXT        CONSTRAINT answer_feedback_comment_length CHECK (char_length(comment) BETWEEN 1 AND 2000),
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT answer_feedback_message_id_fkey FOREIGN KEY (session_id, message_id) REFERENCES chat_messages (session_id, id) ON DELETE CASCADE,
    CONSTRAINT answer_feedback_reason_of_down CHECK (reason IS NULL OR rating = 'down')
);
CREATE INDEX answer_feedback_session_id_message_id_idx ON answer_feedback (session_id, message_id);
CREATE INDEX answer_feedback_user_id_idx ON answer_feedback (user_id);
COMMENT ON TABLE answer_feedback IS 'Ratings of answers, at most one an answer.';
COMMENT ON COLUMN answer_feedback.message_id IS 'The answer.';
COMMENT ON COLUMN answer_feedback.session_id IS 'The answer''s conversation.';
COMMENT ON COLUMN answer_feedback.user_id IS 'User who rated it, the holder of the conversation, who alone sees the rating.';
COMMENT ON COLUMN answer_feedback.rating IS 'up: helpful; down: not.';
COMMENT ON COLUMN answer_feedback.reason IS 'The fault of an answer rated down: wrong, incomplete, unsupported by its citations, outdated, other; null if not stated.';
COMMENT ON COLUMN answer_feedback.comment IS 'The user''s own words; null if there are none.';
COMMENT ON COLUMN answer_feedback.created_at IS 'When the row was made.';

SELECT protect_table('answer_feedback', 'user', 'user_id', '{adds,deletes}');
