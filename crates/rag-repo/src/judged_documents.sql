-- $1 the collection (uuid[], one), $2 limit
SELECT j.document_id, d.title, d.source, j.helped, j.misled, j.users, j.balance, j.last_at
FROM (
    SELECT document_id, count(*) FILTER (WHERE weight > 0) AS helped, count(*) FILTER (WHERE weight < 0) AS misled,
           count(DISTINCT user_id) AS users, sum(weight)::double precision AS balance, max(created_at) AS last_at
    FROM search.judgements
    WHERE collection_id = ANY ($1)
    GROUP BY document_id
) AS j JOIN documents d ON d.id = j.document_id
ORDER BY j.balance, j.last_at DESC, j.document_id
LIMIT $2
