-- $1 user (uuid), $2 key (text), $3 holder (uuid), $4 lease in seconds (double), $5 most keys of the user (bigint)
INSERT INTO idempotency_keys (user_id, key, holder, held_until)
SELECT $1, $2, $3, now() + make_interval(secs => $4)
WHERE (SELECT count(*) FROM (SELECT FROM idempotency_keys WHERE user_id = $1 LIMIT $5) AS own) < $5
ON CONFLICT DO NOTHING
