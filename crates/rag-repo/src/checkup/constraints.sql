-- No arguments. Constraints that rows stored before them may break.
SELECT count(*) AS count, min(conname::text) AS example, NULL::bigint AS sample
FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND NOT convalidated
