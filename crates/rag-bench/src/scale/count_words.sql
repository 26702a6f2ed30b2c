-- $1 collection (uuid)
-- What index_passages would have counted, in one pass over all rows.
WITH counted AS (
    INSERT INTO lexemes (collection_id, lexeme, passage_count)
    SELECT $1, word, ndoc FROM ts_stat('SELECT tsv FROM bench_words')
)
INSERT INTO lexical_statistics (collection_id, text_search_config, passage_count, lexeme_total)
SELECT $1, 'english', count(*), sum(length) FROM bench_words
