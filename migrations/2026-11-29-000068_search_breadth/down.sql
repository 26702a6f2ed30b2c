DROP TABLE recall_measurements;
ALTER TABLE embedding_models DROP COLUMN search_breadth;
