-- $1 percent of the table's pages (real). Vectors without a direction, which no search can compare: of length 0, infinite, or no number.
SELECT count(*) FILTER (WHERE is_bad) AS count, min(passage_id::text) FILTER (WHERE is_bad) AS example,
       CASE WHEN $1 < 100 THEN count(*) END AS sample
FROM (SELECT passage_id, NOT (l2_norm(embedding) > 0 AND l2_norm(embedding) < 'Infinity'::float8) AS is_bad
      FROM embeddings TABLESAMPLE SYSTEM ($1)) AS looked
