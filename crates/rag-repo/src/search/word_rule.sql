-- $1 collections (uuid[]), $2 numbers (int[]) and $3 lexemes (text[]) of ways to write a phrase, side by side
-- The rarest lexeme of each way in each collection that knows all its lexemes.
SELECT array_remove(ARRAY(
    SELECT (SELECT CASE WHEN count(*) = cardinality(ways.lexemes) THEN (array_agg(l.id ORDER BY l.passage_count))[1] END
            FROM lexemes l WHERE l.collection_id = c AND l.lexeme = ANY (ways.lexemes))
    FROM unnest($1) AS c,
         (SELECT array_agg(DISTINCT lexeme) AS lexemes FROM unnest($2, $3) AS way (number, lexeme) GROUP BY number) AS ways
), NULL) AS anchors
