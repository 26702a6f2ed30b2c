-- No arguments. Makes the partitions and moves events into them; drops none, which is for upkeep.
SELECT keep_event_partitions(2, 1200)
