DROP TABLE chunk_lexemes, lexical_statistics, lexemes, embeddings, embedding_models;
DROP FUNCTION forget_chunk_lexemes();
DROP FUNCTION index_chunk_lexemes(UUID, INTEGER, INTEGER);
DROP FUNCTION register_embedding_model(TEXT, INTEGER);
