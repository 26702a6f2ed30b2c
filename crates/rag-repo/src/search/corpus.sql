-- $1 collections (uuid[]), empty for all of documents that the asker may see
-- Of those that the asker may see, a row for each of their models: the collections, their passages, and whether there are synonyms and judgements;
-- about how many vectors the model has (the planner's estimate: exactness is not needed), and the index that stands over them.
WITH searched AS MATERIALIZED (
    SELECT model_id, array_agg(id) AS collections FROM collections WHERE id = ANY ($1) OR ($1 = '{}' AND kind = 'documents') GROUP BY model_id
)
SELECT m.id AS model_id, m.name AS model_name, s.collections,
       coalesce((SELECT sum(passage_count) FROM lexical_statistics WHERE collection_id = ANY (s.collections)), 0)::bigint AS passages,
       coalesce((SELECT jsonb_object_agg(text_search_config, passages) FROM (
           SELECT text_search_config, sum(passage_count) AS passages FROM lexical_statistics
           WHERE collection_id = ANY (s.collections) AND passage_count > 0 GROUP BY text_search_config
       ) AS counted), '{}') AS languages,
       EXISTS (SELECT FROM collection_synonyms WHERE collection_id = ANY (s.collections)) AS has_synonyms,
       EXISTS (SELECT FROM search.judgements WHERE collection_id = ANY (s.collections)) AS has_judgements,
       coalesce((SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = to_regclass('embeddings_' || m.id)), 0) AS vectors,
       m.index_kind, m.ivfflat_lists, m.search_breadth
FROM searched s JOIN embedding_models m ON m.id = s.model_id
ORDER BY m.id
