-- The counters hold the originals of documents alone again.
UPDATE organisation_usage u SET size_bytes = u.size_bytes - f.size_bytes
    FROM (SELECT organisation_id, sum(size_bytes) AS size_bytes FROM files GROUP BY 1) f WHERE f.organisation_id = u.organisation_id;
DROP TABLE file_parts;
DROP TABLE files;
DROP FUNCTION count_files();
