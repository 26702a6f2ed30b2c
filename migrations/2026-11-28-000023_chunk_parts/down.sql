DROP TABLE chunk_parts;
