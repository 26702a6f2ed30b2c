-- $1 session (uuid), $2 last message of the branch (uuid), $3 limit of messages
WITH RECURSIVE branch (id, parent_id, ordinal, depth) AS (
    SELECT id, parent_id, ordinal, 1 FROM chat_messages WHERE session_id = $1 AND id = $2
    UNION ALL
    SELECT m.id, m.parent_id, m.ordinal, b.depth + 1
    FROM branch b JOIN chat_messages m ON m.session_id = $1 AND m.id = b.parent_id
    WHERE b.depth < $3 AND NOT EXISTS (SELECT FROM chat_summaries s WHERE s.message_id = b.id)
)
SELECT b.ordinal, s.text FROM branch b JOIN chat_summaries s ON s.message_id = b.id
