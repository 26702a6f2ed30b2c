-- $1 first day, $2 last day, $3 user; null for all that the asker may see
SELECT s.*, u.email
FROM (
    SELECT day, model, purpose, user_id,
           coalesce(sum(request_count), 0)::bigint AS request_count, coalesce(sum(prompt_tokens), 0)::bigint AS prompt_tokens,
           coalesce(sum(completion_tokens), 0)::bigint AS completion_tokens, coalesce(sum(estimated_tokens), 0)::bigint AS estimated_tokens,
           coalesce(sum(cost_micros), 0)::bigint AS cost_micros
    FROM model_usage
    WHERE day BETWEEN $1 AND $2 AND ($3 IS NULL OR user_id = $3)
    GROUP BY GROUPING SETS ((), (day), (model), (purpose), (user_id))
) s LEFT JOIN users u ON u.id = s.user_id
ORDER BY s.day, s.cost_micros DESC, s.prompt_tokens + s.completion_tokens DESC, s.model, s.purpose, s.user_id
