-- No arguments. Months, this one and the next, without a partition. A database that has had no upkeep yet needs none.
SELECT count(*) AS count, min(name) AS example, NULL::bigint AS sample
FROM (SELECT parent || to_char(date_trunc('month', now() AT TIME ZONE 'UTC') + make_interval(months => ahead), '_YYYY_MM') AS name
      FROM unnest('{events,tool_uses}'::text[]) AS parent, generate_series(0, 1) AS ahead) AS months
WHERE to_regclass(name) IS NULL AND EXISTS (SELECT FROM jobs WHERE kind = 'upkeep' AND finished_at IS NOT NULL)
