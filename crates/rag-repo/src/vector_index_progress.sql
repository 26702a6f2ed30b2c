-- $1 model (int)
-- How far the build of a model's index is; no row when none is under way.
SELECT phase, coalesce(greatest(tuples_done::float8 / nullif(tuples_total, 0), blocks_done::float8 / nullif(blocks_total, 0)), 0) AS share
FROM pg_stat_progress_create_index WHERE relid = to_regclass('embeddings_' || $1)
