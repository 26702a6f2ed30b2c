-- $1 percent of the table's pages (real). Words that name another collection or version than their passage: row-level security goes by it.
SELECT count(*) FILTER (WHERE is_misplaced) AS count, min(passage_id::text) FILTER (WHERE is_misplaced) AS example,
       CASE WHEN $1 < 100 THEN count(*) END AS sample
FROM (SELECT w.passage_id, (w.collection_id, w.version_id) IS DISTINCT FROM (p.collection_id, p.version_id) AS is_misplaced
      FROM passage_lexemes w TABLESAMPLE SYSTEM ($1) JOIN passages p ON p.id = w.passage_id) AS looked
