-- No arguments. A trigger takes them out of the counters, which must be right before.
DELETE FROM passage_lexemes w WHERE NOT EXISTS (SELECT FROM passages p WHERE p.id = w.passage_id)
