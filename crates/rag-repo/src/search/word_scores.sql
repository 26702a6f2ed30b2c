-- $1 idf per lexeme (sparsevec), $2 passages (uuid[])
SELECT passage_id, score FROM (
    SELECT passage_id, -(impacts <#> $1) AS score FROM search.passage_lexemes WHERE passage_id = ANY ($2)
) AS scored
WHERE score > 0
