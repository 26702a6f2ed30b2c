-- $1 table (text), $2 number of pages that are looked at (bigint). The percentage of the pages, those of partitions included.
SELECT least(100, 100.0 * $2 * current_setting('block_size')::bigint / greatest(bytes, 1))::real AS percent
FROM (SELECT pg_relation_size($1::regclass)
           + coalesce((SELECT sum(pg_relation_size(inhrelid)) FROM pg_inherits WHERE inhparent = $1::regclass), 0) AS bytes) AS size
