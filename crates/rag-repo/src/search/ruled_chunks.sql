-- $1 lexemes of which a chunk holds at least one (int[]), $2 limit (bigint); the scope is a condition on e
SELECT e.chunk_id AS id FROM search.chunk_lexemes e WHERE e.lexeme_ids && $1 AND {scope} LIMIT $2
