-- $1 collections (uuid[]), $2 phrases required (text[]), $3 phrases excluded (text[])
-- A phrase matches when it does by any of the collections' configurations. The anchors are the rarest lexemes of the first
-- phrase that is not of stop words alone: one for each configuration, in each collection that knows all its lexemes.
WITH sizes AS MATERIALIZED (
    SELECT collection_id, text_search_config AS config FROM lexical_statistics
    WHERE collection_id = ANY ($1) AND passage_count > 0
), phrases AS MATERIALIZED (
    SELECT phrase, true AS required, ordinal FROM unnest($2) WITH ORDINALITY AS required (phrase, ordinal)
    UNION ALL
    SELECT phrase, false, ordinal FROM unnest($3) WITH ORDINALITY AS excluded (phrase, ordinal)
), parsed AS (
    SELECT required, ordinal, string_agg('(' || query::text || ')', ' | ') AS query
    FROM phrases, (SELECT DISTINCT config FROM sizes) AS configs, search_phrase(config, phrase) AS query
    WHERE numnode(query) > 0
    GROUP BY required, ordinal
), anchored AS (
    SELECT phrase FROM phrases JOIN parsed USING (required, ordinal) WHERE required ORDER BY ordinal LIMIT 1
)
SELECT (SELECT string_agg(CASE WHEN required THEN '(' ELSE '!(' END || query || ')', ' & ') FROM parsed) AS tsquery,
       CASE WHEN EXISTS (SELECT FROM anchored) THEN array_remove(ARRAY(
           SELECT (SELECT CASE WHEN count(*) = cardinality(words) THEN (array_agg(l.id ORDER BY l.passage_count))[1] END
                   FROM lexemes l WHERE l.collection_id = c.collection_id AND l.lexeme = ANY (words))
           FROM anchored, (SELECT DISTINCT collection_id FROM sizes) AS c, (SELECT DISTINCT config FROM sizes) AS configs,
                tsvector_to_array(search_vector(config, phrase)) AS words
       ), NULL) END AS anchors
