-- $1 collections (uuid[]), $2 the question (text)
-- Words of the synonyms of what the question says, as each collection spells and counts them. A term of the question matches as
-- a phrase, by stems. All words of a synonym together weigh no more than the words that they stand for: idf is scaled to that.
WITH sizes AS MATERIALIZED (
    SELECT collection_id, text_search_config AS config, (sum(passage_count) OVER (PARTITION BY collection_id))::float8 AS total
    FROM lexical_statistics
    WHERE collection_id = ANY ($1) AND passage_count > 0
), question AS MATERIALIZED (
    SELECT config, search_vector(config, $2) AS vector FROM (SELECT DISTINCT config FROM sizes) AS configs
), terms AS MATERIALIZED (
    SELECT sizes.collection_id, config, total, ordinal, term, vector @@ search_phrase(config, term) AS is_asked
    FROM collection_synonyms AS s
    JOIN sizes USING (collection_id)
    JOIN question USING (config),
    unnest(s.terms) AS term
), concerned AS (
    SELECT *, bool_or(is_asked) OVER (PARTITION BY collection_id, config, ordinal) AS is_concerned FROM terms
), words AS (
    SELECT c.collection_id, c.total, config, ordinal, term, is_asked, l.id, word AS lexeme, coalesce(l.passage_count, 0) AS passage_count,
           ln(1 + (total - coalesce(l.passage_count, 0) + 0.5) / (coalesce(l.passage_count, 0) + 0.5)) AS idf
    FROM concerned AS c
    CROSS JOIN LATERAL unnest(tsvector_to_array(search_vector(config, term))) AS word
    LEFT JOIN lexemes l ON l.collection_id = c.collection_id AND l.lexeme = word
    WHERE is_concerned
), weights AS (
    SELECT collection_id, config, ordinal, term, is_asked, sum(idf) AS weight FROM words GROUP BY 1, 2, 3, 4, 5
), asked AS (
    SELECT collection_id, config, ordinal, max(weight) AS weight FROM weights WHERE is_asked GROUP BY 1, 2, 3
)
SELECT term, id, lexeme, words.collection_id, passage_count, words.total::bigint AS collection_size, idf * least(1, asked.weight / weights.weight) AS idf
FROM words
JOIN weights USING (collection_id, config, ordinal, term, is_asked)
JOIN asked USING (collection_id, config, ordinal)
WHERE NOT is_asked AND id IS NOT NULL
ORDER BY term, lexeme, id
