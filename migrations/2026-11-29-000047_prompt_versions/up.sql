-- Which prompt led to an answer: operators change its templates, and releases do.

ALTER TABLE chat_messages
    ADD COLUMN prompt_version TEXT CONSTRAINT chat_messages_prompt_version_length CHECK (char_length(prompt_version) BETWEEN 1 AND 64);
COMMENT ON COLUMN chat_messages.prompt_version IS 'Version of the templates of the chat model''s prompt: a fingerprint of their texts. Null without a chat model, and for an answer of an earlier version.';
