-- $1 percent of the table's pages (real). Chunks without their passage, which no search finds.
SELECT count(*) FILTER (WHERE is_lost) AS count, min(id::text) FILTER (WHERE is_lost) AS example,
       CASE WHEN $1 < 100 THEN count(*) END AS sample
FROM (SELECT c.id, p.id IS NULL AS is_lost FROM chunks c TABLESAMPLE SYSTEM ($1) LEFT JOIN passages p ON p.id = c.id) AS looked
