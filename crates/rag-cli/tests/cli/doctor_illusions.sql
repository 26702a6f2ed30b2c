-- What no test can do to a server for real: views and functions that hide those of PostgreSQL tell of it.
CREATE SCHEMA illusions;
CREATE FUNCTION illusions.clock_timestamp() RETURNS TIMESTAMPTZ LANGUAGE sql AS $$SELECT now() + interval '1 minute'$$;
CREATE FUNCTION illusions.pg_is_in_recovery() RETURNS BOOLEAN LANGUAGE sql AS $$SELECT true$$;
CREATE FUNCTION illusions.age(XID) RETURNS INTEGER LANGUAGE sql AS $$SELECT 1500000000$$;
CREATE VIEW illusions.pg_stat_replication AS
    SELECT 7 AS pid, 'standby'::text AS application_name, interval '1 hour' AS replay_lag, '0/0'::pg_lsn AS replay_lsn;
CREATE VIEW illusions.pg_stat_activity AS
    SELECT pid, datname, backend_type, application_name, xact_start - interval '2 hours' AS xact_start FROM pg_catalog.pg_stat_activity;
CREATE VIEW illusions.pg_stat_database AS
    SELECT datid, datname, 1::bigint AS checksum_failures, now() AS checksum_last_failure FROM pg_catalog.pg_stat_database;
GRANT USAGE ON SCHEMA illusions TO PUBLIC;
GRANT SELECT ON ALL TABLES IN SCHEMA illusions TO PUBLIC;
UPDATE pg_database SET datcollversion = '0' WHERE datname = current_database();
DO $$
BEGIN
    EXECUTE format('ALTER DATABASE %I SET search_path = public, illusions, pg_catalog', current_database());
END
$$;

-- An index by another operator than searches use.
DROP INDEX embeddings_1_vector_idx;
CREATE INDEX embeddings_1_vector_idx ON embeddings_1 USING hnsw ((embedding::halfvec(384)) halfvec_l2_ops);
