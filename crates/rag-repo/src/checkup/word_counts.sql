-- $1 percent of the table's pages (real). Words with another number of passages than the index has, of 30 words drawn at random.
SELECT count(*) FILTER (WHERE passage_count <> found) AS count, min(id::text) FILTER (WHERE passage_count <> found) AS example,
       CASE WHEN count(*) = 30 THEN 30::bigint END AS sample
FROM (SELECT l.id, l.passage_count, (SELECT count(*) FROM passage_lexemes w WHERE w.lexeme_ids @> ARRAY[l.id]) AS found
      FROM (SELECT id, passage_count FROM lexemes TABLESAMPLE SYSTEM ($1) ORDER BY random() LIMIT 30) AS l) AS looked
