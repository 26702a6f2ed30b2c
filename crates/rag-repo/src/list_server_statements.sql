-- $1 name of the database, or NULL, $2 order: total, mean, calls, reads or temp, $3 maximum number of rows
-- The same statement is counted separately for each role.
WITH statements AS (
    SELECT
        min(query) AS text,
        sum(calls)::bigint AS calls,
        sum(total_exec_time) AS total_ms,
        sum(total_exec_time) / greatest(sum(calls), 1) AS mean_ms,
        max(max_exec_time) AS max_ms,
        sum(rows)::bigint AS rows,
        sum(shared_blks_hit)::float8 AS hits,
        sum(shared_blks_read)::float8 AS reads,
        sum(temp_blks_written)::float8 AS temp
    FROM pg_stat_statements
    WHERE dbid = (SELECT oid FROM pg_database WHERE datname = coalesce($1, current_database()))
    GROUP BY queryid
)
SELECT
    text,
    calls,
    total_ms,
    coalesce(total_ms / nullif(sum(total_ms) OVER (), 0), 0) AS share,
    mean_ms,
    max_ms,
    rows,
    hits / nullif(hits + reads, 0) AS cache_hits,
    (reads * current_setting('block_size')::int)::bigint AS read_bytes,
    (temp * current_setting('block_size')::int)::bigint AS temp_bytes
FROM statements
ORDER BY
    CASE $2 WHEN 'total' THEN total_ms WHEN 'mean' THEN mean_ms WHEN 'calls' THEN calls WHEN 'reads' THEN reads ELSE temp END DESC,
    total_ms DESC,
    text
LIMIT $3
