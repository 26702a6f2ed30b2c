-- $1 versions (uuid[]), $2 batch (int)
WITH stemmed AS MATERIALIZED (
    SELECT c.id, c.version_id,
           search_vector('english', concat_ws(E'\n', d.title, d.title, array_to_string(c.heading_path, E'\n'), c.text)) AS tsv
    FROM chunks c
    JOIN document_versions v ON v.id = c.version_id
    JOIN documents d ON d.id = v.document_id
    WHERE c.version_id = ANY ($1)
)
INSERT INTO bench_words (batch, passage_id, version_id, length, tsv)
SELECT $2, id, version_id, (SELECT coalesce(sum(cardinality(word.positions)), 0) FROM unnest(tsv) AS word), tsv
FROM stemmed
