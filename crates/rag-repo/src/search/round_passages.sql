-- $1 passages (uuid[])
SELECT r.id AS passage_id, p.collection_id, r.session_id, s.title, a.question_id, r.answer_id, q.text AS question, a.text AS answer,
       a.outcome, r.said_at
FROM rounds r
JOIN passages p ON p.id = r.id
JOIN chat_sessions s ON s.id = r.session_id
JOIN chat_messages a ON a.session_id = r.session_id AND a.id = r.answer_id
JOIN chat_messages q ON q.session_id = r.session_id AND q.id = a.question_id
WHERE r.id = ANY ($1)
