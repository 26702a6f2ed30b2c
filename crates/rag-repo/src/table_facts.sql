-- A statement for each table that is no partition: its name, the number of its rows, and the sum of their hashes.
SELECT format('SELECT %L::text AS name, count(*) AS row_count, coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text AS fingerprint FROM %s AS t',
              name, name) AS line
FROM (
    SELECT format('%I.%I', relnamespace::regnamespace, relname) AS name FROM pg_class
    WHERE relkind IN ('r', 'p') AND NOT relispartition
      AND relnamespace::regnamespace::text NOT IN ('pg_catalog', 'information_schema')
) AS tables
ORDER BY name
