-- $1 collections (uuid[]), $2 model (int)
-- Chunks in the collections, about how many vectors the model has (the planner's estimate: exactness is not needed), and
-- the index that stands over them; and whether there are synonyms.
SELECT coalesce((SELECT sum(chunk_count) FROM lexical_statistics WHERE collection_id = ANY ($1)), 0)::bigint AS selected,
       coalesce((SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = to_regclass('embeddings_' || m.id)), 0) AS total,
       EXISTS (SELECT FROM collection_synonyms WHERE collection_id = ANY ($1)) AS has_synonyms,
       m.metric, m.index_kind, m.ivfflat_lists
FROM embedding_models m WHERE m.id = $2
