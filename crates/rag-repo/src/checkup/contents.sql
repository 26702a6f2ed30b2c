-- $1 percent of the table's pages (real). Stored bytes that are missing or differ from their SHA-256, of up to 20 originals and files, 64 MB in all.
SELECT count(*) FILTER (WHERE found IS DISTINCT FROM sha256) AS count, min(name) FILTER (WHERE found IS DISTINCT FROM sha256) AS example,
       count(*) AS sample
FROM (SELECT name, sha256, CASE WHEN is_version
                 THEN (SELECT sha256(string_agg(c.bytes, '' ORDER BY c.part)) FROM version_contents c
                       WHERE c.collection_id = picked.holder_id AND c.content_sha256 = picked.sha256)
                 ELSE (SELECT sha256(string_agg(f.bytes, '' ORDER BY f.part)) FROM file_parts f WHERE f.file_id = picked.holder_id)
             END AS found
      FROM (SELECT *, sum(size_bytes) OVER (ORDER BY place) AS total_bytes
            FROM (SELECT *, random() AS place
                  FROM (SELECT 'version ' || id AS name, true AS is_version, collection_id AS holder_id, content_sha256 AS sha256, size_bytes
                        FROM document_versions TABLESAMPLE SYSTEM ($1)
                        UNION ALL
                        SELECT 'file ' || id, false, id, content_sha256, size_bytes FROM files TABLESAMPLE SYSTEM ($1) WHERE size_bytes > 0
                       ) AS stored
                  WHERE size_bytes <= 67108864 ORDER BY place LIMIT 20) AS drawn) AS picked
      WHERE total_bytes <= 67108864) AS looked
