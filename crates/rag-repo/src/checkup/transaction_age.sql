-- No arguments. The database, if its oldest transaction id is so old that freezing must have failed for long.
SELECT count(*) AS count, min(transaction_age::text) AS example, NULL::bigint AS sample
FROM (SELECT age(datfrozenxid) AS transaction_age FROM pg_database WHERE datname = current_database()) AS ages
WHERE transaction_age > 1000000000
