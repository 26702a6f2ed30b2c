-- $1 percent of the table's pages (real). Vectors without a passage.
SELECT count(*) FILTER (WHERE is_orphan) AS count, min(passage_id::text) FILTER (WHERE is_orphan) AS example,
       CASE WHEN $1 < 100 THEN count(*) END AS sample
FROM (SELECT e.passage_id, p.id IS NULL AS is_orphan
      FROM embeddings e TABLESAMPLE SYSTEM ($1) LEFT JOIN passages p ON p.id = e.passage_id) AS looked
