-- $1 id (uuid), $2 kind (text), $3 title (text), $4 payload (jsonb), $5 priority (smallint), $6 seconds between two runs (double)
INSERT INTO jobs (id, kind, title, size_bytes, payload, priority)
SELECT $1, $2, $3, 0, $4, $5
WHERE NOT EXISTS (SELECT FROM jobs WHERE kind = $2 AND finished_at > now() - make_interval(secs => $6))
ON CONFLICT DO NOTHING
