-- No arguments. Models whose index found less than was asked for when it was last measured, and whose breadth was not changed since.
SELECT count(*) AS count, min(m.name) AS example, NULL::bigint AS sample
FROM embedding_models AS m
JOIN LATERAL (
    SELECT recall, proposed_recall, target, applied_at IS NOT NULL AND undone_at IS NULL AS is_applied FROM recall_measurements
    WHERE model_id = m.id AND index_oid = to_regclass('embeddings_' || m.id || '_vector_idx')::oid::bigint ORDER BY id DESC LIMIT 1
) AS last ON CASE WHEN last.is_applied THEN last.proposed_recall ELSE last.recall END < last.target
