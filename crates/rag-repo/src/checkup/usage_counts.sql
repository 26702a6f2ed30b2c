-- No arguments. Organisations whose counters differ from what they store.
SELECT count(*) AS count, min(o.id::text) AS example, NULL::bigint AS sample
FROM organisations o
LEFT JOIN organisation_usage u ON u.organisation_id = o.id
LEFT JOIN (SELECT c.organisation_id, count(*) AS documents, sum(v.size_bytes) AS bytes
           FROM document_versions v JOIN collections c ON c.id = v.collection_id GROUP BY 1) AS v ON v.organisation_id = o.id
LEFT JOIN (SELECT organisation_id, sum(size_bytes) AS bytes FROM files GROUP BY 1) AS f ON f.organisation_id = o.id
WHERE (u.document_count, u.size_bytes) IS DISTINCT FROM (coalesce(v.documents, 0), (coalesce(v.bytes, 0) + coalesce(f.bytes, 0))::bigint)
