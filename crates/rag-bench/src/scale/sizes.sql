-- No parameters. Sizes of what search reads, in bytes; a table's with what lies out of line.
SELECT CASE WHEN c.relname ~ '^embeddings' AND c.relkind = 'r' THEN 'vectors'
            WHEN c.relname = 'passage_lexemes' THEN 'words and impacts'
            WHEN c.relname = 'passage_lexemes_lexeme_ids_idx' THEN 'inverted index'
            WHEN c.relname = 'chunks' THEN 'chunk texts'
            WHEN c.relname = 'passages' THEN 'passages'
            ELSE 'lexemes' END AS name,
       CASE WHEN c.relkind = 'i' THEN pg_relation_size(c.oid) ELSE pg_table_size(c.oid) END AS bytes
FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace
  AND (c.relname ~ '^embeddings_[0-9]+$'
       OR c.relname IN ('passage_lexemes', 'passage_lexemes_lexeme_ids_idx', 'chunks', 'passages', 'lexemes'))
ORDER BY 1
