DROP TABLE collection_synonyms;
