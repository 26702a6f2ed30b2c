-- No arguments. The rows are locked first: a transaction that stores something is then counted here, or adds to the new number.
INSERT INTO organisation_usage (organisation_id) SELECT id FROM organisations ON CONFLICT DO NOTHING;
DO $$ BEGIN PERFORM FROM organisation_usage ORDER BY organisation_id FOR UPDATE; END $$;
UPDATE organisation_usage u SET document_count = now.documents, size_bytes = now.bytes
FROM (SELECT o.id, coalesce(v.documents, 0) AS documents, coalesce(v.bytes, 0) + coalesce(f.bytes, 0) AS bytes
      FROM organisations o
      LEFT JOIN (SELECT c.organisation_id, count(*) AS documents, sum(v.size_bytes) AS bytes
                 FROM document_versions v JOIN collections c ON c.id = v.collection_id GROUP BY 1) AS v ON v.organisation_id = o.id
      LEFT JOIN (SELECT organisation_id, sum(size_bytes) AS bytes FROM files GROUP BY 1) AS f ON f.organisation_id = o.id) AS now
WHERE now.id = u.organisation_id AND (u.document_count, u.size_bytes) IS DISTINCT FROM (now.documents, now.bytes::bigint)
