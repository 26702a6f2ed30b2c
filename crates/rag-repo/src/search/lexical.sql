-- $1 idf per lexeme (sparsevec), $2 limit (bigint); the candidates and the scope are conditions on e
SELECT e.passage_id, -(e.impacts <#> $1) AS score
FROM search.passage_lexemes e
WHERE ({candidates}) AND {scope}
ORDER BY e.impacts <#> $1, e.passage_id
LIMIT $2
