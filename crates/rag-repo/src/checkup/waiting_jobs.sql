-- No arguments. Jobs that have been due for more than a quarter of an hour while nothing is worked on.
SELECT count(*) AS count, min(id::text) AS example, NULL::bigint AS sample
FROM jobs
WHERE state = 'queued' AND run_after < now() - interval '15 minutes'
  AND NOT EXISTS (SELECT FROM jobs WHERE state = 'running' AND leased_until > now())
