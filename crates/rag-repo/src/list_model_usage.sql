-- $1 user, $2 day, $3 model and $4 purpose of the last row before; null for the first rows, $5 limit
SELECT day, model, purpose, request_count, prompt_tokens, completion_tokens, estimated_tokens, cost_micros
FROM model_usage
WHERE user_id = $1 AND ($2 IS NULL OR (day, model, purpose) > ($2, $3, $4))
ORDER BY day, model, purpose
LIMIT $5
