-- No arguments. The job goes on after the last section that is stored.
INSERT INTO jobs (id, kind, collection_id, document_id, version_id, title, size_bytes, payload, model_id)
SELECT ordered_uuid(), 'ingest', v.collection_id, v.document_id, v.id, d.title, v.size_bytes, '{}', c.model_id
FROM document_versions v JOIN documents d ON d.id = v.document_id JOIN collections c ON c.id = v.collection_id
WHERE v.state IN ('queued', 'building')
  AND NOT EXISTS (SELECT FROM jobs j WHERE j.version_id = v.id AND j.state IN ('queued', 'running', 'paused', 'dead'))
