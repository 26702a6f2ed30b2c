-- No arguments. Statements that compare all rows with the constraints that are not validated.
SELECT format('ALTER TABLE %s VALIDATE CONSTRAINT %I', conrelid::regclass, conname) AS line
FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND NOT convalidated ORDER BY line
