-- $1 collection (uuid), $2 documents (uuid[]), $3 versions (uuid[]), $4 titles (text[]), $5 buckets (int[]), $6 topics (int[]), $7 chunks of each (int)
WITH new AS MATERIALIZED (
    SELECT * FROM unnest($2, $3, $4, $5, $6) AS t (document_id, version_id, title, bucket, topic)
), stored AS (
    INSERT INTO documents (id, collection_id, title, media_type, language, text_search_config, metadata, current_version_id)
    SELECT document_id, $1, title, 'text/plain', 'eng', 'english', jsonb_build_object('bucket', bucket, 'topic', topic), version_id
    FROM new
)
INSERT INTO document_versions (id, document_id, collection_id, number, state, content_sha256, media_type, size_bytes, chunk_count, published_at)
SELECT version_id, document_id, $1, 1, 'published', sha256(uuid_send(document_id)), 'text/plain', 1, $7, now() FROM new
