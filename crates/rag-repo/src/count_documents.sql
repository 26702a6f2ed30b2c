-- $1 ids of collections
SELECT d.collection_id, count(*) AS documents, count(d.current_version_id) AS searchable, coalesce(sum(v.size_bytes), 0)::bigint AS size_bytes
FROM documents d
    JOIN LATERAL (SELECT size_bytes FROM document_versions WHERE document_id = d.id ORDER BY number DESC LIMIT 1) v ON true
WHERE d.collection_id = ANY ($1) GROUP BY d.collection_id
