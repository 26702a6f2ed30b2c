-- No arguments. Makes the partitions and moves rows into them; drops none, which is for upkeep.
SELECT keep_event_partitions(2, 1200), keep_tool_use_partitions(2, 1200)
