-- No arguments. Events that upkeep should have moved from the default partition into their month's.
SELECT count(*) AS count, min(to_char(occurred_at AT TIME ZONE 'UTC', 'YYYY-MM')) AS example, NULL::bigint AS sample
FROM (SELECT occurred_at FROM events_default WHERE occurred_at < now() - interval '3 hours' LIMIT 100000) AS events
