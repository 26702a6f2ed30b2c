-- $1 collections (uuid[]), empty for all that the asker may see; $2 model (int)
-- Of those that the asker may see: the collections, their passages, and whether there are synonyms. Of the model: about how many
-- vectors it has (the planner's estimate: exactness is not needed), and the index that stands over them.
WITH searched AS MATERIALIZED (
    SELECT id FROM collections WHERE $1 = '{}' OR id = ANY ($1)
)
SELECT ARRAY(SELECT id FROM searched) AS collections,
       coalesce((SELECT sum(passage_count) FROM lexical_statistics WHERE collection_id IN (SELECT id FROM searched)), 0)::bigint AS passages,
       EXISTS (SELECT FROM collection_synonyms WHERE collection_id IN (SELECT id FROM searched)) AS has_synonyms,
       coalesce((SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = to_regclass('embeddings_' || m.id)), 0) AS vectors,
       m.index_kind, m.ivfflat_lists
FROM embedding_models m WHERE m.id = $2
