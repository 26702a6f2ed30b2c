-- Words and phrases that mean the same in a collection.

CREATE TABLE collection_synonyms (
    collection_id UUID    NOT NULL CONSTRAINT collection_synonyms_collection_id_fkey REFERENCES collections ON DELETE CASCADE,
    ordinal       INTEGER NOT NULL CONSTRAINT collection_synonyms_ordinal_not_negative CHECK (ordinal >= 0),
    terms         TEXT[]  NOT NULL CONSTRAINT collection_synonyms_terms_count CHECK (cardinality(terms) BETWEEN 2 AND 16),
    CONSTRAINT collection_synonyms_pkey PRIMARY KEY (collection_id, ordinal)
);
COMMENT ON TABLE collection_synonyms IS 'Groups of words and phrases that mean the same in a collection; a question that names one finds the others too.';
COMMENT ON COLUMN collection_synonyms.collection_id IS 'Collection they hold in.';
COMMENT ON COLUMN collection_synonyms.ordinal IS 'Place of the group in the list, from 0.';
COMMENT ON COLUMN collection_synonyms.terms IS 'The words and phrases as people wrote them; compared by stems.';
