-- No arguments. Ids of the models whose index is missing.
SELECT id FROM embedding_models
WHERE index_kind <> 'none' AND to_regclass('embeddings_' || id) IS NOT NULL AND to_regclass('embeddings_' || id || '_vector_idx') IS NULL
ORDER BY id
