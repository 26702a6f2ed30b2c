-- $1 collections (uuid[]), $2 model (int)
-- Chunks in the collections, and about how many vectors the model has (the planner's estimate: exactness is not needed).
SELECT coalesce(sum(chunk_count), 0)::bigint AS selected,
       coalesce((SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = to_regclass('embeddings_' || $2)), 0) AS total
FROM lexical_statistics WHERE collection_id = ANY ($1)
