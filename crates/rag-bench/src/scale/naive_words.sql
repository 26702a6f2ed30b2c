-- $1 words (text), $2 limit (bigint)
SELECT passage_id, ts_rank_cd(tsv, $1::tsquery)::float8 AS score
FROM bench_words
WHERE tsv @@ $1::tsquery
ORDER BY score DESC
LIMIT $2
