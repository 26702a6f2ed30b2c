-- No arguments.
INSERT INTO document_popularity AS p (document_id, collection_id, citation_count)
SELECT d.id, d.collection_id, count(DISTINCT m.id)
FROM chat_messages m, jsonb_array_elements(m.citations) AS citation
JOIN documents d ON d.id = (citation ->> 'document_id')::uuid
WHERE m.citations <> '[]' GROUP BY d.id ORDER BY d.id
ON CONFLICT (document_id, collection_id) DO UPDATE SET citation_count = greatest(p.citation_count, excluded.citation_count)
