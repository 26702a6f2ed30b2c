-- $1 SHA-256 of what is presented (bytea)
SELECT s.user_id, u.organisation_id, u.role, s.key_id, s.login_id, s.link_id, s.scopes, s.is_stale
FROM (
    SELECT user_id, id AS key_id, NULL::uuid AS login_id, NULL::uuid AS link_id, scopes,
           coalesce(last_used_at < now() - interval '1 minute', true) AS is_stale
    FROM api_keys WHERE sha256 = $1 AND coalesce(expires_at > now(), true)
    UNION ALL
    SELECT l.user_id, NULL, l.id, NULL, NULL, false
    FROM login_tokens t JOIN logins l ON l.id = t.login_id
    WHERE t.sha256 = $1 AND t.kind = 'access' AND t.expires_at > now() AND l.expires_at > now() AND l.revoked_at IS NULL
    UNION ALL
    SELECT NULL, NULL, NULL, id, NULL, false
    FROM collection_links WHERE sha256 = $1 AND coalesce(expires_at > now(), true)
) AS s LEFT JOIN users u ON u.id = s.user_id
WHERE s.user_id IS NULL OR u.state = 'active'
