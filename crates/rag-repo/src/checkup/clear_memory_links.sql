-- No arguments. The memories keep their text and state.
UPDATE memories m SET superseded_by = NULL FROM memories s
WHERE s.id = m.superseded_by AND (m.state = 'active' OR s.id = m.id OR s.user_id <> m.user_id OR s.superseded_by = m.id)
