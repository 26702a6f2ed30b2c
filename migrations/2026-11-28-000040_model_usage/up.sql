-- The ledger of chat models: tokens and costs of each user, day and model.

CREATE TABLE model_usage (
    organisation_id   UUID   NOT NULL,
    user_id           UUID   NOT NULL,
    day               DATE   NOT NULL,
    model             TEXT   NOT NULL,
    request_count     BIGINT NOT NULL CONSTRAINT model_usage_request_count_positive CHECK (request_count > 0),
    prompt_tokens     BIGINT NOT NULL CONSTRAINT model_usage_prompt_tokens_not_negative CHECK (prompt_tokens >= 0),
    completion_tokens BIGINT NOT NULL CONSTRAINT model_usage_completion_tokens_not_negative CHECK (completion_tokens >= 0),
    estimated_tokens  BIGINT NOT NULL CONSTRAINT model_usage_estimated_tokens_in_range CHECK (estimated_tokens BETWEEN 0 AND prompt_tokens + completion_tokens),
    cost_micros       BIGINT NOT NULL CONSTRAINT model_usage_cost_micros_not_negative CHECK (cost_micros >= 0),
    CONSTRAINT model_usage_pkey PRIMARY KEY (organisation_id, user_id, day, model),
    CONSTRAINT model_usage_user_id_fkey FOREIGN KEY (organisation_id, user_id) REFERENCES users (organisation_id, id) ON DELETE CASCADE
);
COMMENT ON TABLE model_usage IS 'Tokens and costs of requests to chat models.';
COMMENT ON COLUMN model_usage.organisation_id IS 'The user''s organisation.';
COMMENT ON COLUMN model_usage.user_id IS 'User for whom the model was asked.';
COMMENT ON COLUMN model_usage.day IS 'Day (UTC).';
COMMENT ON COLUMN model_usage.model IS 'Name of the model that wrote.';
COMMENT ON COLUMN model_usage.request_count IS 'Number of requests.';
COMMENT ON COLUMN model_usage.prompt_tokens IS 'Tokens that the model read.';
COMMENT ON COLUMN model_usage.completion_tokens IS 'Tokens that the model wrote.';
COMMENT ON COLUMN model_usage.estimated_tokens IS 'The part of both that is estimated, because the server reported no usage.';
COMMENT ON COLUMN model_usage.cost_micros IS 'Costs in millionths of the currency of the settings'' prices, as of the time of the requests.';

SELECT protect_table('model_usage', 'user', 'user_id');
CREATE POLICY admin_reads ON model_usage FOR SELECT TO rag_user
    USING (organisation_id = (SELECT asker_organisation()) AND (SELECT administers()));

CREATE FUNCTION add_model_usage(p_model TEXT, p_prompt_tokens BIGINT, p_completion_tokens BIGINT, p_is_estimate BOOLEAN, p_prompt_price DOUBLE PRECISION, p_completion_price DOUBLE PRECISION)
    RETURNS BOOLEAN LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    INSERT INTO model_usage AS u (organisation_id, user_id, day, model, request_count, prompt_tokens, completion_tokens, estimated_tokens, cost_micros)
    SELECT asker_organisation(), asker(), CURRENT_DATE, p_model, 1, p_prompt_tokens, p_completion_tokens,
           CASE WHEN p_is_estimate THEN p_prompt_tokens + p_completion_tokens ELSE 0 END,
           round(p_prompt_tokens * p_prompt_price + p_completion_tokens * p_completion_price)::bigint
    WHERE asker() IS NOT NULL
    ON CONFLICT (organisation_id, user_id, day, model) DO UPDATE SET
        request_count = u.request_count + 1,
        prompt_tokens = u.prompt_tokens + excluded.prompt_tokens,
        completion_tokens = u.completion_tokens + excluded.completion_tokens,
        estimated_tokens = u.estimated_tokens + excluded.estimated_tokens,
        cost_micros = u.cost_micros + excluded.cost_micros
    RETURNING true
$$;
COMMENT ON FUNCTION add_model_usage(TEXT, BIGINT, BIGINT, BOOLEAN, DOUBLE PRECISION, DOUBLE PRECISION) IS
    'Adds a request of the asker to the ledger. Prices are of a million tokens, so a price times a number of tokens is in millionths.';
REVOKE EXECUTE ON FUNCTION add_model_usage(TEXT, BIGINT, BIGINT, BOOLEAN, DOUBLE PRECISION, DOUBLE PRECISION) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION add_model_usage(TEXT, BIGINT, BIGINT, BOOLEAN, DOUBLE PRECISION, DOUBLE PRECISION) TO rag_user;
GRANT CREATE ON SCHEMA public TO rag_rules;
ALTER FUNCTION add_model_usage(TEXT, BIGINT, BIGINT, BOOLEAN, DOUBLE PRECISION, DOUBLE PRECISION) OWNER TO rag_rules;
REVOKE CREATE ON SCHEMA public FROM rag_rules;
