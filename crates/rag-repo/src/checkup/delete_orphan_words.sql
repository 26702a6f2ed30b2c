-- No arguments. Words whose collection has no counters of their language are not in any; the others are taken out of them by the trigger.
DELETE FROM passage_lexemes w WHERE NOT EXISTS (SELECT FROM passages p WHERE p.id = w.passage_id)
