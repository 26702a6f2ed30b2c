-- $1 model (int)
-- The vectors of a model and the index over them, as they are now; `lists` is what an IVFFlat index was built with.
SELECT (SELECT count(*) FROM embeddings WHERE model_id = $1) AS row_count,
       pg_table_size(names.vectors) AS table_bytes,
       coalesce(pg_relation_size(names.index), 0) AS index_bytes,
       (SELECT option_value::integer FROM pg_options_to_table(c.reloptions) WHERE option_name = 'lists') AS lists
FROM (SELECT to_regclass('embeddings_' || $1) AS vectors, to_regclass('embeddings_' || $1 || '_vector_idx') AS index) AS names
LEFT JOIN pg_class c ON c.oid = names.index
