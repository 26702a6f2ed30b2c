-- $1 lexemes of which a candidate holds at least one (int[]), $2 idf per lexeme (sparsevec), $3 limit (bigint); the scope is a condition on e
SELECT e.chunk_id, -(e.impacts <#> $2) AS score
FROM search.chunk_lexemes e
WHERE e.lexeme_ids && $1 AND {scope}
ORDER BY e.impacts <#> $2, e.chunk_id
LIMIT $3
