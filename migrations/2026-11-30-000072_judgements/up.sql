-- Relevance judgements: what users found helpful for which question, from which the ranking learns.

CREATE TABLE judgements (
    id              UUID        NOT NULL CONSTRAINT judgements_pkey PRIMARY KEY,
    collection_id   UUID        NOT NULL,
    document_id     UUID        NOT NULL,
    passage_sha256  BYTEA       NOT NULL CONSTRAINT judgements_passage_sha256_length CHECK (octet_length(passage_sha256) = 32),
    user_id         UUID        NOT NULL CONSTRAINT judgements_user_id_fkey REFERENCES users ON DELETE CASCADE,
    message_id      UUID        CONSTRAINT judgements_message_id_fkey REFERENCES answer_feedback ON DELETE CASCADE,
    question        TEXT        NOT NULL CONSTRAINT judgements_question_length CHECK (char_length(question) BETWEEN 1 AND 10000),
    model_id        INTEGER     CONSTRAINT judgements_model_id_fkey REFERENCES embedding_models ON DELETE SET NULL,
    question_vector HALFVEC,
    weight          REAL        NOT NULL CONSTRAINT judgements_weight_range CHECK (weight BETWEEN -1 AND 1 AND weight <> 0),
    created_at      TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT judgements_document_id_fkey FOREIGN KEY (collection_id, document_id) REFERENCES documents (collection_id, id) ON DELETE CASCADE,
    CONSTRAINT judgements_vector_of_model CHECK (model_id IS NULL OR question_vector IS NOT NULL)
);
CREATE INDEX judgements_document_id_collection_id_idx ON judgements (document_id, collection_id);
CREATE INDEX judgements_collection_id_user_id_created_at_idx ON judgements (collection_id, user_id, created_at);
CREATE INDEX judgements_user_id_idx ON judgements (user_id);
CREATE INDEX judgements_message_id_idx ON judgements (message_id);
CREATE INDEX judgements_model_id_idx ON judgements (model_id);
COMMENT ON TABLE judgements IS 'Relevance judgements: a passage helped with a question, or did not. They move passages up and down for questions like it.';
COMMENT ON COLUMN judgements.id IS 'UUIDv7.';
COMMENT ON COLUMN judgements.collection_id IS 'Collection of the document; all that search it profit from the judgement.';
COMMENT ON COLUMN judgements.document_id IS 'Document of the passage.';
COMMENT ON COLUMN judgements.passage_sha256 IS 'SHA-256 of the passage''s text: the judgement holds in later versions of the document as long as the text is the same.';
COMMENT ON COLUMN judgements.user_id IS 'User who judged, and alone sees the row.';
COMMENT ON COLUMN judgements.message_id IS 'Rated answer that cited the passage; null if a result of a search was judged.';
COMMENT ON COLUMN judgements.question IS 'The question, and before it the question that it follows up.';
COMMENT ON COLUMN judgements.model_id IS 'Embedding model of question_vector; null before the question is embedded.';
COMMENT ON COLUMN judgements.question_vector IS 'Vector of the question.';
COMMENT ON COLUMN judgements.weight IS 'From -1, the passage misled, to 1, it helped.';
COMMENT ON COLUMN judgements.created_at IS 'When it was made.';

SELECT protect_table('judgements', 'user', 'user_id', '{deletes}');
CREATE POLICY adds ON judgements FOR INSERT TO rag_user
    WITH CHECK (user_id = (SELECT asker()) AND collection_id = ANY ((SELECT visible())::uuid[]));
GRANT INSERT ON judgements TO rag_user;

-- The ranking needs the judgements of all members of a collection, but neither their questions nor their conversations.
CREATE VIEW search.judgements AS
    SELECT collection_id, document_id, passage_sha256, user_id, model_id, question_vector, weight, created_at
    FROM judgements WHERE collection_id = ANY ((SELECT visible())::uuid[]);
COMMENT ON VIEW search.judgements IS 'Judgements in the collections that the asker may read, without their questions.';

CREATE FUNCTION forget_judgements(p_collection UUID) RETURNS BIGINT LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH deleted AS (
        DELETE FROM judgements j USING collections c
        WHERE j.collection_id = p_collection AND c.id = p_collection AND c.owner_id = asker()
        RETURNING j.id
    )
    SELECT count(*) FROM deleted
$$;
COMMENT ON FUNCTION forget_judgements(UUID) IS 'Deletes all judgements in a collection of the asker''s own, and returns their number.';
REVOKE EXECUTE ON FUNCTION forget_judgements(UUID) FROM PUBLIC;

GRANT CREATE ON SCHEMA public, search TO rag_rules;
ALTER VIEW search.judgements OWNER TO rag_rules;
ALTER FUNCTION forget_judgements(UUID) OWNER TO rag_rules;
REVOKE CREATE ON SCHEMA public, search FROM rag_rules;
GRANT SELECT ON search.judgements TO rag_user;
GRANT EXECUTE ON FUNCTION forget_judgements(UUID) TO rag_user;
