-- $1 first moment (timestamptz), $2 end, excluded (timestamptz), $3 limit (bigint)
-- Of the uses that the asker may see, the sums of each tool, the most used ones first.
SELECT t.id AS tool_id, t.collection_id, t.name, u.use_count, u.success_count, u.median_duration_ms, u.last_used_at
FROM (
    SELECT tool_id, count(*) AS use_count, count(*) FILTER (WHERE outcome = 'success') AS success_count,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY duration_ms) AS median_duration_ms, max(used_at) AS last_used_at
    FROM tool_uses WHERE used_at >= $1 AND used_at < $2 GROUP BY tool_id
) u JOIN tools t ON t.id = u.tool_id
ORDER BY u.use_count DESC, t.name, t.id
LIMIT $3
