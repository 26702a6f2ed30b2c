-- An answer of a model that no cited passage supports has an outcome of its own, and each sentence of an answer its support.

ALTER TABLE chat_messages
    ADD COLUMN sentences JSONB NOT NULL DEFAULT '[]',
    DROP CONSTRAINT chat_messages_outcome_known,
    ADD CONSTRAINT chat_messages_outcome_known
        CHECK (outcome IN ('answered', 'unsupported', 'not_found', 'failed', 'stopped', 'interrupted'));
COMMENT ON COLUMN chat_messages.sentences IS 'Sentences of an answer: start and end in the text, in Unicode scalar values, and support: supported, unchecked, unsupported, contradicted or uncited. Empty for a question and for an answer of an earlier version.';

-- An interrupted answer has no event.
ALTER TABLE events
    DROP CONSTRAINT events_outcome_known,
    ADD CONSTRAINT events_outcome_known CHECK (outcome IN ('answered', 'unsupported', 'not_found', 'failed', 'stopped'));
