-- $1 collections (uuid[]), $2 the question (text)
-- The question's words as each collection spells and counts them, once for each configuration it is stemmed by.
-- idf = ln(1 + (N - n + 0.5) / (n + 0.5)) (Lucene's form). With each, the idf of all of the question's words as the collection and the
-- configuration see them, of those too that no passage holds.
WITH asked AS MATERIALIZED (
    SELECT config, tsvector_to_array(search_vector(config, $2)) AS words
    FROM (
        SELECT DISTINCT text_search_config AS config FROM lexical_statistics
        WHERE collection_id = ANY ($1) AND passage_count > 0
    ) AS configs
)
SELECT l.id, l.lexeme, l.collection_id, l.passage_count, size.total::bigint AS collection_size, weight.idf,
       sum(weight.idf) OVER seen + (cardinality(asked.words) - count(*) OVER seen) * ln(1 + (size.total + 0.5) / 0.5) AS asked_idf
FROM asked
JOIN lexical_statistics s ON s.text_search_config = asked.config AND s.passage_count > 0 AND s.collection_id = ANY ($1)
CROSS JOIN LATERAL (
    SELECT sum(passage_count)::float8 AS total FROM lexical_statistics WHERE collection_id = s.collection_id
) AS size
JOIN lexemes l ON l.collection_id = s.collection_id AND l.lexeme = ANY (asked.words)
CROSS JOIN LATERAL (SELECT ln(1 + (size.total - l.passage_count + 0.5) / (l.passage_count + 0.5)) AS idf) AS weight
WINDOW seen AS (PARTITION BY s.collection_id, asked.config)
