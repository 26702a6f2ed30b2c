-- $1 first day, $2 last day, $3 user; null for all that the asker may see
SELECT (occurred_at AT TIME ZONE 'UTC')::date AS day,
       count(*) FILTER (WHERE kind = 'search') AS searches,
       count(*) FILTER (WHERE kind = 'search' AND result_count = 0) AS empty_searches,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY total_ms) FILTER (WHERE kind = 'search') AS search_p50_ms,
       percentile_cont(0.95) WITHIN GROUP (ORDER BY total_ms) FILTER (WHERE kind = 'search') AS search_p95_ms,
       count(*) FILTER (WHERE kind = 'answer') AS answers,
       count(*) FILTER (WHERE outcome = 'answered') AS answered,
       count(*) FILTER (WHERE outcome = 'not_found') AS not_found,
       count(*) FILTER (WHERE outcome = 'unsupported') AS unsupported,
       count(*) FILTER (WHERE outcome IN ('failed', 'stopped', 'interrupted')) AS broken_off,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY total_ms) FILTER (WHERE kind = 'answer') AS answer_p50_ms,
       percentile_cont(0.95) WITHIN GROUP (ORDER BY total_ms) FILTER (WHERE kind = 'answer') AS answer_p95_ms,
       count(DISTINCT user_id) FILTER (WHERE kind IN ('search', 'answer')) AS users,
       count(*) FILTER (WHERE kind = 'document_published') AS published,
       count(*) FILTER (WHERE kind = 'document_refused') AS refused,
       count(*) FILTER (WHERE kind = 'document_deleted') AS deleted
FROM events
WHERE occurred_at >= $1::timestamp AT TIME ZONE 'UTC' AND occurred_at < ($2 + 1)::timestamp AT TIME ZONE 'UTC' AND ($3 IS NULL OR user_id = $3)
GROUP BY GROUPING SETS ((), ((occurred_at AT TIME ZONE 'UTC')::date))
ORDER BY day
