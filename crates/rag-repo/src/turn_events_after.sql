-- $1 turns (uuid[]), $2 the position from which each one's events are wanted (int[]), $3 limit of rows
SELECT e.message_id, e.position, e.user_id, e.names, e.data, e.text
FROM unnest($1, $2) AS wanted (message_id, position)
JOIN turn_events e ON e.message_id = wanted.message_id AND e.position >= wanted.position
ORDER BY e.message_id, e.position
LIMIT $3
