-- $1 first day, $2 last day, $3 user; null for all that the asker may see, $4 whether only questions without an answer, $5 limit
WITH asked AS (
    SELECT min(question) AS question, count(*) AS asked,
           count(*) FILTER (WHERE result_count = 0 OR outcome IN ('not_found', 'unsupported')) AS unanswered, max(occurred_at) AS last_asked_at
    FROM events
    WHERE occurred_at >= $1::timestamp AT TIME ZONE 'UTC' AND occurred_at < ($2 + 1)::timestamp AT TIME ZONE 'UTC'
      AND ($3 IS NULL OR user_id = $3) AND question IS NOT NULL
    GROUP BY lower(regexp_replace(btrim(question, E' \t\n\r?!.'), '\s+', ' ', 'g'))
)
SELECT * FROM asked
WHERE unanswered > 0 OR NOT $4
ORDER BY CASE WHEN $4 THEN unanswered ELSE asked END DESC, last_asked_at DESC, question
LIMIT $5
