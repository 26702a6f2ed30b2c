-- $1 user (uuid), $2 model (text), $3 purpose (text), $4 tokens read and $5 written (bigint), $6 whether both are estimates (boolean), $7 price of a
-- million tokens read and $8 written (float8)
SELECT add_model_usage_of($1, $2, $3, $4, $5, $6, $7, $8)
