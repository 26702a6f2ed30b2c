-- $1 embedding models at hand (integer[]), $2 limit (bigint)
-- Answers whose round is not indexed, with their questions, oldest first; those of a user whose collection of rounds has another model
-- are left out.
SELECT a.id AS answer_id, a.session_id, s.user_id, q.text AS question, a.text AS answer, a.outcome, a.created_at AS said_at
FROM chat_messages a
JOIN chat_messages q ON q.session_id = a.session_id AND q.id = a.question_id
JOIN chat_sessions s ON s.id = a.session_id
LEFT JOIN collections c ON c.owner_id = s.user_id AND c.kind = 'rounds'
WHERE NOT a.has_round AND a.question_id IS NOT NULL AND a.outcome IN ('answered', 'stopped', 'not_found', 'unsupported')
  AND (c.id IS NULL OR c.model_id = ANY ($1))
ORDER BY a.id
LIMIT $2
