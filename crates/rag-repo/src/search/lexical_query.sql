-- $1 collections (uuid[]), $2 the question (text)
-- The question's words as each collection spells and counts them. idf = ln(1 + (N - n + 0.5) / (n + 0.5)) (Lucene's form).
WITH sizes AS MATERIALIZED (
    SELECT collection_id, text_search_config, chunk_count, sum(chunk_count) OVER (PARTITION BY collection_id) AS total
    FROM lexical_statistics WHERE collection_id = ANY ($1) AND chunk_count > 0
), words AS MATERIALIZED (
    SELECT DISTINCT word.lexeme
    FROM (SELECT DISTINCT text_search_config FROM sizes) AS configs,
         unnest(search_vector(configs.text_search_config, $2)) AS word
)
SELECT l.id, l.lexeme, l.collection_id, l.chunk_count, sizes.total::bigint AS collection_size,
       ln(1 + (sizes.total - l.chunk_count + 0.5) / (l.chunk_count + 0.5))::float8 AS idf
FROM words
JOIN lexemes l USING (lexeme)
JOIN (SELECT DISTINCT collection_id, total FROM sizes) AS sizes USING (collection_id)
ORDER BY l.chunk_count, l.id
