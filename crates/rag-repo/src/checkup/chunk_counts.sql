-- $1 percent of the table's pages (real). Versions with another number of chunks than was stored, of up to 5,000.
SELECT count(*) FILTER (WHERE chunk_count <> found) AS count, min(id::text) FILTER (WHERE chunk_count <> found) AS example,
       CASE WHEN $1 < 100 OR count(*) = 5000 THEN count(*) END AS sample
FROM (SELECT v.id, v.chunk_count, (SELECT count(*) FROM chunks c WHERE c.version_id = v.id) AS found
      FROM (SELECT id, chunk_count FROM document_versions TABLESAMPLE SYSTEM ($1)
            WHERE state IN ('published', 'superseded') ORDER BY random() LIMIT 5000) AS v) AS looked
