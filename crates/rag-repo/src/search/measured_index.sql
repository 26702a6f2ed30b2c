-- $1 model (int)
-- The index over the vectors of a model that stands, about how many vectors there are (the planner's estimate), and the breadth of searches.
SELECT c.oid::bigint AS index_oid,
       coalesce((SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = to_regclass('embeddings_' || $1)), 0) AS vectors,
       (SELECT option_value::integer FROM pg_options_to_table(c.reloptions) WHERE option_name = 'lists') AS lists,
       m.search_breadth
FROM embedding_models AS m LEFT JOIN pg_class AS c ON c.oid = to_regclass('embeddings_' || $1 || '_vector_idx')
WHERE m.id = $1
