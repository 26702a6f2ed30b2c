-- No arguments. Their vectors and words go with them; a trigger takes these out of the counters, which must be right before.
DELETE FROM passages p
WHERE p.kind = 'chunk' AND NOT EXISTS (SELECT FROM chunks c WHERE c.id = p.id)
   OR p.kind = 'memory' AND NOT EXISTS (SELECT FROM memories m WHERE m.id = p.id)
   OR p.kind = 'round' AND NOT EXISTS (SELECT FROM rounds r WHERE r.id = p.id)
   OR p.kind = 'tool' AND NOT EXISTS (SELECT FROM tools t WHERE t.id = p.id)
