-- $1 collections (uuid[]), $2 limit (bigint), $3 the time, alone (timestamptz[]); the filter is a condition on d
SELECT v.id, v.chunk_count::bigint
FROM search.documents d JOIN document_versions v ON v.document_id = d.id
WHERE d.collection_id = ANY ($1) AND v.published_at <= ($3)[1] AND (v.superseded_at > ($3)[1]) IS NOT FALSE AND {filter}
LIMIT $2
