-- No arguments. Rounds of conversations that count as indexed and have no row, vector or words; of the newest 20,000 answers.
SELECT count(*) FILTER (WHERE lacks) AS count, min(id::text) FILTER (WHERE lacks) AS example,
       CASE WHEN count(*) = 20000 THEN 20000::bigint END AS sample
FROM (SELECT a.id, r.id IS NULL OR w.passage_id IS NULL OR e.passage_id IS NULL AS lacks
      FROM (SELECT id FROM chat_messages WHERE has_round ORDER BY id DESC LIMIT 20000) AS a
      LEFT JOIN rounds r ON r.answer_id = a.id
      LEFT JOIN passages p ON p.id = r.id
      LEFT JOIN collections c ON c.id = p.collection_id
      LEFT JOIN passage_lexemes w ON w.passage_id = r.id
      LEFT JOIN embeddings e ON e.passage_id = r.id AND e.model_id = c.model_id) AS looked
