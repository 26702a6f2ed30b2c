DROP FUNCTION add_model_usage(TEXT, TEXT, BIGINT, BIGINT, BOOLEAN, DOUBLE PRECISION, DOUBLE PRECISION);
DROP FUNCTION add_model_usage_of(UUID, TEXT, TEXT, BIGINT, BIGINT, BOOLEAN, DOUBLE PRECISION, DOUBLE PRECISION);
ALTER TABLE turns DROP COLUMN prompt_tokens;

-- Row-level security is forced, so the role that owns the table sees no row.
DO $$
DECLARE
    v_role TEXT := current_setting('role');
BEGIN
    SET LOCAL ROLE rag_rules;
    WITH gone AS (DELETE FROM model_usage RETURNING *)
    INSERT INTO model_usage (organisation_id, user_id, day, model, purpose, request_count, prompt_tokens, completion_tokens, estimated_tokens, cost_micros)
    SELECT organisation_id, user_id, day, model, 'answer', sum(request_count), sum(prompt_tokens), sum(completion_tokens), sum(estimated_tokens), sum(cost_micros)
    FROM gone GROUP BY organisation_id, user_id, day, model;
    PERFORM set_config('role', v_role, true);
END
$$;
ALTER TABLE model_usage
    DROP CONSTRAINT model_usage_pkey,
    DROP COLUMN purpose,
    ADD CONSTRAINT model_usage_pkey PRIMARY KEY (organisation_id, user_id, day, model);

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
