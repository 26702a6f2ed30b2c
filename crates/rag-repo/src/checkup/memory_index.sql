-- No arguments. Memories, of the newest 20,000, without vector or words; one that says as much as another needs neither.
SELECT count(*) FILTER (WHERE lacks) AS count, min(id::text) FILTER (WHERE lacks) AS example,
       CASE WHEN count(*) = 20000 THEN 20000::bigint END AS sample
FROM (SELECT m.id, w.passage_id IS NULL OR e.passage_id IS NULL AS lacks
      FROM (SELECT id FROM memories WHERE state = 'active' ORDER BY id DESC LIMIT 20000) AS m
      JOIN passages p ON p.id = m.id
      JOIN collections c ON c.id = p.collection_id
      LEFT JOIN passage_lexemes w ON w.passage_id = m.id
      LEFT JOIN embeddings e ON e.passage_id = m.id AND e.model_id = c.model_id) AS looked
