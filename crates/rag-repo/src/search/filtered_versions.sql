-- $1 collections (uuid[]), $2 limit (bigint); the filter is a condition on d
SELECT v.id, v.chunk_count::bigint
FROM search.documents d JOIN document_versions v ON v.id = d.current_version_id
WHERE d.collection_id = ANY ($1) AND {filter}
LIMIT $2
