-- No arguments. The database, if its texts were sorted by another version of the collation: indexes of texts may miss rows.
SELECT count(*) AS count, min(datcollversion || ', now ' || now_version) AS example, NULL::bigint AS sample
FROM pg_database, LATERAL (SELECT pg_database_collation_actual_version(oid) AS now_version) AS actual
WHERE datname = current_database() AND datcollversion <> now_version
