-- No arguments. The job that indexes rounds makes again what is taken back here.
UPDATE chat_messages a SET has_round = false
WHERE has_round AND NOT EXISTS (
    SELECT FROM rounds r JOIN passages p ON p.id = r.id JOIN collections c ON c.id = p.collection_id
    JOIN passage_lexemes w ON w.passage_id = r.id JOIN embeddings e ON e.passage_id = r.id AND e.model_id = c.model_id
    WHERE r.answer_id = a.id);
DELETE FROM rounds r USING chat_messages a WHERE a.id = r.answer_id AND NOT a.has_round;
INSERT INTO jobs (id, kind, title, size_bytes, payload) VALUES (ordered_uuid(), 'rounds', 'rounds of conversations', 0, '{}')
ON CONFLICT DO NOTHING
