DROP FUNCTION forget_judgements(UUID);
DROP VIEW search.judgements;
DROP TABLE judgements;
