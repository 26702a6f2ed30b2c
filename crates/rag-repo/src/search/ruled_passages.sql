-- $1 lexemes of which a passage holds at least one (int[]), $2 limit (bigint); the scope is a condition on e
SELECT e.passage_id AS id FROM search.passage_lexemes e WHERE e.lexeme_ids && $1 AND {scope} LIMIT $2
