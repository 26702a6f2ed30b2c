-- No arguments. Memories that name a successor and are active, and those whose successor is themselves, another user's, or names them as its own.
SELECT count(*) AS count, min(m.id::text) AS example, NULL::bigint AS sample
FROM memories m JOIN memories s ON s.id = m.superseded_by
WHERE m.state = 'active' OR s.id = m.id OR s.user_id <> m.user_id OR s.superseded_by = m.id
