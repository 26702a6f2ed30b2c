-- $1 percent of the table's pages (real). Passages without the chunk, memory, round or tool that they stand for.
SELECT count(*) FILTER (WHERE is_orphan) AS count, min(id::text) FILTER (WHERE is_orphan) AS example,
       CASE WHEN $1 < 100 THEN count(*) END AS sample
FROM (SELECT p.id, CASE p.kind WHEN 'chunk' THEN c.id IS NULL WHEN 'memory' THEN m.id IS NULL WHEN 'round' THEN r.id IS NULL
                         WHEN 'tool' THEN t.id IS NULL END AS is_orphan
      FROM passages p TABLESAMPLE SYSTEM ($1)
      LEFT JOIN chunks c ON c.id = p.id LEFT JOIN memories m ON m.id = p.id LEFT JOIN rounds r ON r.id = p.id
      LEFT JOIN tools t ON t.id = p.id) AS looked
