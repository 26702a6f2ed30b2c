-- No arguments. Events and uses of tools that upkeep should have moved from the default partition into their month's.
SELECT count(*) AS count, min(month) AS example, NULL::bigint AS sample
FROM (
    (SELECT to_char(occurred_at AT TIME ZONE 'UTC', 'YYYY-MM') AS month FROM events_default
     WHERE occurred_at < now() - interval '3 hours' LIMIT 100000)
    UNION ALL
    (SELECT to_char(used_at AT TIME ZONE 'UTC', 'YYYY-MM') FROM tool_uses_default WHERE used_at < now() - interval '3 hours' LIMIT 100000)
) AS old
