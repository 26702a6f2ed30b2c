-- $1 passages (uuid[])
SELECT c.id AS passage_id, c.ordinal, c.start_offset, c.end_offset, c.page, c.heading_path, c.text,
       d.id AS document_id, d.collection_id, d.title, d.source, v.number AS version, v.media_type, d.metadata,
       extract(epoch FROM now() - coalesce(v.published_at, d.created_at))::float8 AS age_s, coalesce(p.citation_count, 0) AS citation_count
FROM chunks c
JOIN document_versions v ON v.id = c.version_id
JOIN documents d ON d.id = v.document_id
LEFT JOIN document_popularity p ON p.document_id = d.id AND p.collection_id = d.collection_id
WHERE c.id = ANY ($1)
