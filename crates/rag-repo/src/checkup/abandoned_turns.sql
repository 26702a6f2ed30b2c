-- No arguments. Answers whose process has died and which no other process has ended.
SELECT count(*) AS count, min(message_id::text) AS example, NULL::bigint AS sample
FROM turns WHERE ended_at IS NULL AND alive_until < now() - interval '10 minutes'
