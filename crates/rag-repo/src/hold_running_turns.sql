-- $1 turns (uuid[])
-- Those that run, each with the number of its events that are stored. They cannot be deleted until the transaction ends.
SELECT t.message_id,
       coalesce((SELECT e.position + cardinality(e.names) FROM turn_events e WHERE e.message_id = t.message_id ORDER BY e.position DESC LIMIT 1), 0)
           AS event_count
FROM turns t
WHERE t.message_id = ANY ($1) AND t.ended_at IS NULL
ORDER BY t.message_id
FOR KEY SHARE OF t
