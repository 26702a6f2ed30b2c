-- $1 question (halfvec), $2 documents (uuid[]), $3 limit; {dimensions}, {model} and {least} are integers, and a number
-- Materialized, so that vectors of other dimensions are left out before they are compared.
WITH judged AS MATERIALIZED (
    SELECT document_id, passage_sha256, user_id, weight, question_vector
    FROM search.judgements
    WHERE document_id = ANY ($2) AND model_id = {model}
)
SELECT document_id, passage_sha256, user_id, weight, score
FROM judged, LATERAL (SELECT 1 - (question_vector::halfvec({dimensions}) <=> $1::halfvec({dimensions})) AS score) AS compared
WHERE score >= {least}
ORDER BY score DESC
LIMIT $3
