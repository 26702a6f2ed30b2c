-- $1 idf per lexeme (sparsevec), $2 chunks (uuid[])
SELECT chunk_id, score FROM (
    SELECT chunk_id, -(impacts <#> $1) AS score FROM search.chunk_lexemes WHERE chunk_id = ANY ($2)
) AS scored
WHERE score > 0
