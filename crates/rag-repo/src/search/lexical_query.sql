-- $1 collections (uuid[]), $2 the question (text)
-- The question's words as each collection spells and counts them. idf = ln(1 + (N - n + 0.5) / (n + 0.5)) (Lucene's form).
-- With each, the idf of all of the question's words, of those too that no chunk holds: that of the collection and the
-- configuration which make the least of it, as one of another language takes "the" for a word; a collection that holds none of the
-- words has no say.
WITH sizes AS MATERIALIZED (
    SELECT collection_id, text_search_config, (sum(chunk_count) OVER (PARTITION BY collection_id))::float8 AS total
    FROM lexical_statistics WHERE collection_id = ANY ($1) AND chunk_count > 0
), words AS MATERIALIZED (
    SELECT text_search_config, word.lexeme
    FROM (SELECT DISTINCT text_search_config FROM sizes) AS configs,
         unnest(search_vector(configs.text_search_config, $2)) AS word
), known AS MATERIALIZED (
    SELECT l.id, l.lexeme, l.collection_id, l.chunk_count, sizes.total,
           ln(1 + (sizes.total - l.chunk_count + 0.5) / (l.chunk_count + 0.5)) AS idf
    FROM (SELECT DISTINCT lexeme FROM words) AS words
    JOIN lexemes l USING (lexeme)
    JOIN (SELECT DISTINCT collection_id, total FROM sizes) AS sizes USING (collection_id)
), asked AS MATERIALIZED (
    SELECT sum(coalesce(idf, ln(1 + (sizes.total + 0.5) / 0.5))) AS idf, count(idf) AS known
    FROM sizes JOIN words USING (text_search_config) LEFT JOIN known USING (collection_id, lexeme)
    GROUP BY collection_id, text_search_config
)
SELECT id, lexeme, collection_id, chunk_count, total::bigint AS collection_size, idf,
       (SELECT coalesce(min(idf) FILTER (WHERE known > 0), min(idf)) FROM asked) AS asked_idf
FROM known
ORDER BY chunk_count, id
