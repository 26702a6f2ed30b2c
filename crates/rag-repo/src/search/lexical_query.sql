-- $1 collections (uuid[]), then the forms of the question's words side by side: $2 the word (int[]), $3 the configuration (text[]), $4 the
-- lexeme (text[])
-- The forms as each collection counts them; those that it does not know have no id. All forms of a word weigh alike: idf =
-- ln(1 + (N - n + 0.5) / (n + 0.5)) (Lucene's form), n being the passages that hold any of them. So a form that only a few
-- documents have, such as those of a wrong language, does not pass for a rare word.
WITH asked AS MATERIALIZED (
    SELECT * FROM unnest($2, $3, $4) AS asked (word, config, lexeme)
), sizes AS MATERIALIZED (
    SELECT collection_id, text_search_config AS config, (sum(passage_count) OVER (PARTITION BY collection_id))::float8 AS total
    FROM lexical_statistics
    WHERE collection_id = ANY ($1) AND passage_count > 0
), forms AS (
    SELECT DISTINCT sizes.collection_id, sizes.total, asked.word, asked.lexeme
    FROM asked JOIN sizes USING (config)
), counted AS (
    SELECT forms.*, l.id, coalesce(l.passage_count, 0) AS passage_count,
           least(sum(coalesce(l.passage_count, 0)) OVER (PARTITION BY forms.collection_id, forms.word), forms.total) AS holding
    FROM forms LEFT JOIN lexemes l ON l.collection_id = forms.collection_id AND l.lexeme = forms.lexeme
)
SELECT word, id, lexeme, collection_id, passage_count, total::bigint AS collection_size,
       ln(1 + (total - holding + 0.5) / (holding + 0.5))::float8 AS idf
FROM counted
ORDER BY collection_id, word, lexeme
