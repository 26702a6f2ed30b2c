-- No arguments. Answers without a round an hour after they were stored, unless a job is about to index them.
SELECT count(*) AS count, min(a.id::text) AS example, NULL::bigint AS sample
FROM (SELECT id FROM chat_messages
      WHERE NOT has_round AND question_id IS NOT NULL AND outcome IN ('answered', 'stopped', 'not_found', 'unsupported')
        AND created_at < now() - interval '1 hour' LIMIT 100000) AS a
WHERE NOT EXISTS (SELECT FROM jobs WHERE kind = 'rounds' AND state IN ('queued', 'running'))
