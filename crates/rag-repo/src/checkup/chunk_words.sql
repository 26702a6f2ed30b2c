-- $1 percent of the table's pages (real). Chunks without a row of words.
SELECT count(*) FILTER (WHERE lacks) AS count, min(id::text) FILTER (WHERE lacks) AS example, CASE WHEN $1 < 100 THEN count(*) END AS sample
FROM (SELECT p.id, w.passage_id IS NULL AS lacks
      FROM passages p TABLESAMPLE SYSTEM ($1) LEFT JOIN passage_lexemes w ON w.passage_id = p.id
      WHERE p.kind = 'chunk') AS looked
