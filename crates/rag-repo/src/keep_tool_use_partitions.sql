-- $1 months ahead, $2 months to keep before this one
SELECT created, dropped FROM keep_tool_use_partitions($1, $2)
