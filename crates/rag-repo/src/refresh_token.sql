-- $1 SHA-256 of the refresh token (bytea)
-- The login's row is locked: of two that present one token at once, the second finds it used.
SELECT l.id AS login_id, t.used_at IS NOT NULL AS was_used,
       t.expires_at > now() AND l.expires_at > now() AND l.revoked_at IS NULL
           AND EXISTS (SELECT FROM users u WHERE u.id = l.user_id AND u.state = 'active') AS is_good
FROM login_tokens t JOIN logins l ON l.id = t.login_id
WHERE t.sha256 = $1 AND t.kind = 'refresh'
FOR UPDATE OF t, l
