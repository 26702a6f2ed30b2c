-- No arguments. Jobs that were given up, of documents that are still there or of the whole database.
SELECT count(*) AS count, min(id::text) AS example, NULL::bigint AS sample
FROM jobs WHERE state = 'dead' AND kind <> 'reembed' AND (document_id IS NOT NULL OR kind <> 'ingest')
