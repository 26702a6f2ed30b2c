-- No arguments. Documents with fewer counted citations than the newest 20,000 answers have. More are right: answers are deleted.
SELECT count(*) AS count, min(cited.id::text) AS example, NULL::bigint AS sample
FROM (SELECT d.id, count(DISTINCT m.id) AS answers
      FROM (SELECT id, citations FROM chat_messages WHERE citations <> '[]' ORDER BY id DESC LIMIT 20000) AS m,
           jsonb_array_elements(m.citations) AS citation
      JOIN documents d ON d.id = (citation ->> 'document_id')::uuid
      GROUP BY d.id) AS cited
LEFT JOIN document_popularity p ON p.document_id = cited.id
WHERE coalesce(p.citation_count, 0) < cited.answers
