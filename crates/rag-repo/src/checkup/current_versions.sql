-- No arguments. Versions, of the newest 100,000, that are published and not the current one of their document, or the other way round.
SELECT count(*) FILTER (WHERE is_wrong) AS count, min(id::text) FILTER (WHERE is_wrong) AS example,
       CASE WHEN count(*) = 100000 THEN 100000::bigint END AS sample
FROM (SELECT v.id, (v.state = 'published') IS DISTINCT FROM (d.current_version_id IS NOT DISTINCT FROM v.id) AS is_wrong
      FROM (SELECT id, document_id, state FROM document_versions ORDER BY id DESC LIMIT 100000) AS v
      JOIN documents d ON d.id = v.document_id) AS looked
