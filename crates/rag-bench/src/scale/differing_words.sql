-- $1 version (uuid)
-- Rows of the version that index_passages, which has just written it anew, spells otherwise than bench_before.
SELECT count(*) AS count
FROM bench_before b FULL JOIN (SELECT * FROM passage_lexemes WHERE version_id = $1) a USING (passage_id)
WHERE (a.lexeme_ids, a.tsv, a.length) IS DISTINCT FROM (b.lexeme_ids, b.tsv, b.length)
   OR l2_norm(a.impacts) = 0
   OR a.impacts <-> b.impacts > 0.001 * l2_norm(a.impacts)
