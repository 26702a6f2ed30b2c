-- The ledger says for what a chat model was asked, and has the tokens of turns whose process has died.

ALTER TABLE model_usage
    ADD COLUMN purpose TEXT NOT NULL DEFAULT 'answer' CONSTRAINT model_usage_purpose_known CHECK (purpose IN ('answer', 'question', 'summary')),
    DROP CONSTRAINT model_usage_pkey,
    ADD CONSTRAINT model_usage_pkey PRIMARY KEY (organisation_id, user_id, day, model, purpose);
ALTER TABLE model_usage ALTER COLUMN purpose DROP DEFAULT;
COMMENT ON COLUMN model_usage.purpose IS 'answer: of a question; question: to understand one; summary: of a conversation. Requests of all purposes count as answer if they were made before the purpose was stored.';

DROP FUNCTION add_model_usage(TEXT, BIGINT, BIGINT, BOOLEAN, DOUBLE PRECISION, DOUBLE PRECISION);
CREATE FUNCTION add_model_usage_of(p_user UUID, p_model TEXT, p_purpose TEXT, p_prompt_tokens BIGINT, p_completion_tokens BIGINT, p_is_estimate BOOLEAN, p_prompt_price DOUBLE PRECISION, p_completion_price DOUBLE PRECISION)
    RETURNS BOOLEAN LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    INSERT INTO model_usage AS u (organisation_id, user_id, day, model, purpose, request_count, prompt_tokens, completion_tokens, estimated_tokens, cost_micros)
    SELECT p.organisation_id, p.id, CURRENT_DATE, p_model, p_purpose, 1, p_prompt_tokens, p_completion_tokens,
           CASE WHEN p_is_estimate THEN p_prompt_tokens + p_completion_tokens ELSE 0 END,
           round(p_prompt_tokens * p_prompt_price + p_completion_tokens * p_completion_price)::bigint
    FROM users p WHERE p.id = p_user
    ON CONFLICT (organisation_id, user_id, day, model, purpose) DO UPDATE SET
        request_count = u.request_count + 1,
        prompt_tokens = u.prompt_tokens + excluded.prompt_tokens,
        completion_tokens = u.completion_tokens + excluded.completion_tokens,
        estimated_tokens = u.estimated_tokens + excluded.estimated_tokens,
        cost_micros = u.cost_micros + excluded.cost_micros
    RETURNING true
$$;
COMMENT ON FUNCTION add_model_usage_of(UUID, TEXT, TEXT, BIGINT, BIGINT, BOOLEAN, DOUBLE PRECISION, DOUBLE PRECISION) IS
    'Adds a request of a user to the ledger. Prices are of a million tokens, so a price times a number of tokens is in millionths.';
CREATE FUNCTION add_model_usage(p_model TEXT, p_purpose TEXT, p_prompt_tokens BIGINT, p_completion_tokens BIGINT, p_is_estimate BOOLEAN, p_prompt_price DOUBLE PRECISION, p_completion_price DOUBLE PRECISION)
    RETURNS BOOLEAN LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT add_model_usage_of(asker(), p_model, p_purpose, p_prompt_tokens, p_completion_tokens, p_is_estimate, p_prompt_price, p_completion_price)
$$;
COMMENT ON FUNCTION add_model_usage(TEXT, TEXT, BIGINT, BIGINT, BOOLEAN, DOUBLE PRECISION, DOUBLE PRECISION) IS 'Adds a request of the asker to the ledger.';
REVOKE EXECUTE ON FUNCTION add_model_usage_of(UUID, TEXT, TEXT, BIGINT, BIGINT, BOOLEAN, DOUBLE PRECISION, DOUBLE PRECISION),
    add_model_usage(TEXT, TEXT, BIGINT, BIGINT, BOOLEAN, DOUBLE PRECISION, DOUBLE PRECISION) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION add_model_usage_of(UUID, TEXT, TEXT, BIGINT, BIGINT, BOOLEAN, DOUBLE PRECISION, DOUBLE PRECISION) TO rag_worker;
GRANT EXECUTE ON FUNCTION add_model_usage(TEXT, TEXT, BIGINT, BIGINT, BOOLEAN, DOUBLE PRECISION, DOUBLE PRECISION) TO rag_user;
GRANT CREATE ON SCHEMA public TO rag_rules;
ALTER FUNCTION add_model_usage_of(UUID, TEXT, TEXT, BIGINT, BIGINT, BOOLEAN, DOUBLE PRECISION, DOUBLE PRECISION) OWNER TO rag_rules;
ALTER FUNCTION add_model_usage(TEXT, TEXT, BIGINT, BIGINT, BOOLEAN, DOUBLE PRECISION, DOUBLE PRECISION) OWNER TO rag_rules;
REVOKE CREATE ON SCHEMA public FROM rag_rules;

ALTER TABLE turns ADD COLUMN prompt_tokens INTEGER CONSTRAINT turns_prompt_tokens_not_negative CHECK (prompt_tokens >= 0);
COMMENT ON COLUMN turns.prompt_tokens IS 'Estimate of the tokens that the chat model reads; null before it is asked, and for an answer without one.';
