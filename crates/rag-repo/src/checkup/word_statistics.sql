-- No arguments. Collections whose numbers of passages and words differ from their rows, of random collections until 200,000 passages are read.
SELECT count(*) FILTER (WHERE is_wrong) AS count, min(collection_id::text) FILTER (WHERE is_wrong) AS example,
       CASE WHEN count(*) < (SELECT count(DISTINCT collection_id) FROM lexical_statistics) THEN count(*) END AS sample
FROM (SELECT s.collection_id, (s.passages, s.words) IS DISTINCT FROM (count(w.passage_id), coalesce(sum(w.length), 0)::numeric) AS is_wrong
      FROM (SELECT *, sum(passages) OVER (ORDER BY place) AS total
            FROM (SELECT collection_id, sum(passage_count) AS passages, sum(lexeme_total) AS words, random() AS place
                  FROM lexical_statistics GROUP BY 1) AS drawn) AS s
      LEFT JOIN passages p ON p.collection_id = s.collection_id
      LEFT JOIN passage_lexemes w ON w.passage_id = p.id
      WHERE s.total - s.passages < 200000
      GROUP BY s.collection_id, s.passages, s.words) AS looked
