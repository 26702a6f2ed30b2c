-- $1 question (text)
-- Any of the question's words, as full-text search is often asked.
SELECT coalesce(string_agg(quote_literal(lexeme), ' | '), '') AS text FROM unnest(to_tsvector('english', $1))
