-- $1 collections (uuid[]), $2 the question (text), $3 words (text[])
-- Those of the words that share a stem with the question, by any of the collections' configurations.
WITH configs AS MATERIALIZED (
    SELECT DISTINCT text_search_config AS config FROM lexical_statistics WHERE collection_id = ANY ($1) AND passage_count > 0
), wanted AS MATERIALIZED (
    SELECT config, lexeme FROM configs, unnest(search_vector(config, $2))
)
SELECT DISTINCT word
FROM configs, unnest($3) AS word, unnest(search_vector(config, word)) AS found
WHERE (config, found.lexeme) IN (SELECT config, lexeme FROM wanted)
