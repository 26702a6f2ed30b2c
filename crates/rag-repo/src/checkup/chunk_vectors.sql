-- $1 percent of the table's pages (real). Chunks without a vector of their collection's model, unless a job is about to make it.
SELECT count(*) FILTER (WHERE lacks) AS count, min(id::text) FILTER (WHERE lacks) AS example, CASE WHEN $1 < 100 THEN count(*) END AS sample
FROM (SELECT p.id, e.passage_id IS NULL AND j.id IS NULL AS lacks
      FROM passages p TABLESAMPLE SYSTEM ($1)
      JOIN collections c ON c.id = p.collection_id
      LEFT JOIN embeddings e ON e.passage_id = p.id AND e.model_id = c.model_id
      LEFT JOIN jobs j ON j.kind = 'reembed' AND j.collection_id = c.id AND j.state IN ('queued', 'running', 'paused')
      WHERE p.kind = 'chunk') AS looked
