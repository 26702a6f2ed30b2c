-- No arguments. Jobs whose process ended without giving them back, and which no other process has taken.
SELECT count(*) AS count, min(id::text) AS example, NULL::bigint AS sample
FROM jobs WHERE state = 'running' AND leased_until < now() - interval '5 minutes'
