-- $1 passages (uuid[]), $2 lexemes (int[])
SELECT e.passage_id, lexeme_id FROM search.passage_lexemes e, unnest($2) AS lexeme_id
WHERE e.passage_id = ANY ($1) AND lexeme_id = ANY (e.lexeme_ids)
