-- $1 session (uuid), $2 last message of the branch (uuid), $3 limit of messages
WITH RECURSIVE branch (id, parent_id, sender, depth) AS (
    SELECT id, parent_id, sender, 1 FROM chat_messages WHERE session_id = $1 AND id = $2
    UNION ALL
    SELECT m.id, m.parent_id, m.sender, b.depth + 1
    FROM branch b JOIN chat_messages m ON m.session_id = $1 AND m.id = b.parent_id
    WHERE b.depth < $3
)
SELECT id FROM branch
UNION ALL
-- A question that was asked while the one before it was being answered follows that question, not its answer.
SELECT answer.id FROM branch q, LATERAL (
    SELECT a.id FROM chat_messages a
    WHERE a.session_id = $1 AND a.question_id = q.id
    ORDER BY a.ordinal DESC LIMIT 1) AS answer
WHERE q.sender = 'user' AND q.depth > 1
  AND NOT EXISTS (SELECT FROM branch b WHERE b.parent_id = q.id AND b.sender = 'assistant')
