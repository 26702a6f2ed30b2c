-- No arguments. Pages whose checksum was wrong when PostgreSQL read them.
SELECT coalesce(sum(checksum_failures), 0)::bigint AS count, min(checksum_last_failure)::text AS example, NULL::bigint AS sample
FROM pg_stat_database WHERE datname = current_database() OR datid = 0
