-- No arguments. The index jobs_open_rounds_key allows one open job of the kind.
INSERT INTO jobs (id, kind, title, size_bytes, payload) VALUES (ordered_uuid(), 'rounds', 'rounds of conversations', 0, '{}')
ON CONFLICT DO NOTHING
