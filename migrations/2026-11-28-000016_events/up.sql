-- Events: what happened, for analytics. A partition holds a month (UTC); keep_event_partitions() makes and drops them.

CREATE TABLE events (
    id                  UUID             NOT NULL,
    occurred_at         TIMESTAMPTZ      NOT NULL,
    kind                TEXT             NOT NULL CONSTRAINT events_kind_known
                        CHECK (kind IN ('search', 'answer', 'document_published', 'document_refused', 'document_deleted')),
    organisation_id     UUID             NOT NULL CONSTRAINT events_organisation_id_fkey REFERENCES organisations ON DELETE CASCADE,
    user_id             UUID             CONSTRAINT events_user_id_fkey REFERENCES users ON DELETE CASCADE,
    collection_ids      UUID[]           NOT NULL DEFAULT '{}',
    document_id         UUID,
    session_id          UUID,
    message_id          UUID,
    outcome             TEXT             CONSTRAINT events_outcome_known CHECK (outcome IN ('answered', 'not_found', 'failed', 'stopped')),
    answered_by         TEXT,
    prompt_tokens       INTEGER          CONSTRAINT events_prompt_tokens_not_negative CHECK (prompt_tokens >= 0),
    completion_tokens   INTEGER          CONSTRAINT events_completion_tokens_not_negative CHECK (completion_tokens >= 0),
    problem             TEXT,
    chunk_count         BIGINT           CONSTRAINT events_chunk_count_not_negative CHECK (chunk_count >= 0),
    result_count        INTEGER          CONSTRAINT events_result_count_not_negative CHECK (result_count >= 0),
    reranked            BOOLEAN,
    embedding_model     TEXT,
    ranking_version     TEXT,
    understanding_tokens INTEGER         CONSTRAINT events_understanding_tokens_not_negative CHECK (understanding_tokens >= 0),
    understand_ms       DOUBLE PRECISION,
    embed_ms            DOUBLE PRECISION,
    database_ms         DOUBLE PRECISION,
    rerank_ms           DOUBLE PRECISION,
    answer_ms           DOUBLE PRECISION,
    total_ms            DOUBLE PRECISION,
    question            TEXT,
    CONSTRAINT events_pkey PRIMARY KEY (id, occurred_at),
    CONSTRAINT events_result_count_of_search CHECK ((result_count IS NOT NULL) = (kind IN ('search', 'answer'))),
    CONSTRAINT events_outcome_of_answer CHECK ((outcome IS NOT NULL) = (kind = 'answer')),
    CONSTRAINT events_document_id_of_document CHECK ((document_id IS NOT NULL) = (kind LIKE 'document%')),
    CONSTRAINT events_problem_of_refusal CHECK ((problem IS NOT NULL) = (kind = 'document_refused')),
    CONSTRAINT events_question_of_search CHECK (question IS NULL OR kind IN ('search', 'answer'))
) PARTITION BY RANGE (occurred_at);
CREATE INDEX events_organisation_id_occurred_at_idx ON events (organisation_id, occurred_at);
CREATE INDEX events_user_id_occurred_at_idx ON events (user_id, occurred_at);
CREATE INDEX events_session_id_idx ON events (session_id) WHERE question IS NOT NULL;
-- An event whose month has no partition is kept here until upkeep makes one.
CREATE TABLE events_default PARTITION OF events DEFAULT;

COMMENT ON TABLE events IS 'Searches, answers and what became of documents, for analytics. Append-only; partitioned by month. Rows go with their user, their organisation and their month, never with a collection or a document.';
COMMENT ON COLUMN events.id IS 'UUIDv7; the same event written twice is stored once.';
COMMENT ON COLUMN events.occurred_at IS 'When it happened, by the clock of PostgreSQL.';
COMMENT ON COLUMN events.kind IS 'search; answer, whose search is no event of its own; document_published, document_refused, document_deleted.';
COMMENT ON COLUMN events.organisation_id IS 'Organisation of the user, else of the collection.';
COMMENT ON COLUMN events.user_id IS 'User who acted; null for the bearer of a link and for a worker.';
COMMENT ON COLUMN events.collection_ids IS 'Collections that were searched, or the collection of the document; they may have been deleted since.';
COMMENT ON COLUMN events.document_id IS 'Document that was published, refused or deleted.';
COMMENT ON COLUMN events.session_id IS 'Conversation of an answer; it may have been deleted since.';
COMMENT ON COLUMN events.message_id IS 'Message that holds the answer; it may have been deleted since.';
COMMENT ON COLUMN events.outcome IS 'How an answer ended.';
COMMENT ON COLUMN events.answered_by IS 'Name of the chat model, or extractive.';
COMMENT ON COLUMN events.prompt_tokens IS 'Tokens that the chat model read for the answer, counted by the model or estimated.';
COMMENT ON COLUMN events.completion_tokens IS 'Tokens that the chat model wrote for the answer, counted by the model or estimated.';
COMMENT ON COLUMN events.problem IS 'Code of the reason why a document was refused.';
COMMENT ON COLUMN events.chunk_count IS 'Chunks of a published document.';
COMMENT ON COLUMN events.result_count IS 'Results of a search, or passages given to the answerer; 0: nothing was found.';
COMMENT ON COLUMN events.reranked IS 'Whether a reranker ordered the results.';
COMMENT ON COLUMN events.embedding_model IS 'Name of the embedding model that was searched with.';
COMMENT ON COLUMN events.ranking_version IS 'Fingerprint of the settings of search and ranking: equal settings of one version of rag have equal fingerprints.';
COMMENT ON COLUMN events.understanding_tokens IS 'Tokens that understanding the question took.';
COMMENT ON COLUMN events.understand_ms IS 'Milliseconds of understanding the question.';
COMMENT ON COLUMN events.embed_ms IS 'Milliseconds of embedding it.';
COMMENT ON COLUMN events.database_ms IS 'Milliseconds of PostgreSQL''s work.';
COMMENT ON COLUMN events.rerank_ms IS 'Milliseconds of reranking; 0 without a reranker.';
COMMENT ON COLUMN events.answer_ms IS 'Milliseconds from the end of the search to the end of the answer.';
COMMENT ON COLUMN events.total_ms IS 'Milliseconds of the whole search, or of the whole turn.';
COMMENT ON COLUMN events.question IS 'The question, only while analytics.store_queries is on; deleted with its conversation.';
CREATE TRIGGER events_append_only BEFORE UPDATE OR TRUNCATE ON events FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

SELECT protect_table('events', 'user', 'user_id');
CREATE POLICY administers ON events FOR SELECT TO rag_user
    USING (organisation_id = (SELECT asker_organisation()) AND (SELECT administers()));
REVOKE UPDATE ON events FROM rag_rules, rag_worker;

-- The words of a conversation go with it.
CREATE FUNCTION forget_questions() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM events e USING gone WHERE e.session_id = gone.id AND e.question IS NOT NULL;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION forget_questions() IS 'Statement trigger: deletes the events that hold questions of deleted conversations.';
CREATE TRIGGER chat_sessions_forget_questions AFTER DELETE ON chat_sessions
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION forget_questions();
REVOKE EXECUTE ON FUNCTION forget_questions() FROM PUBLIC;
GRANT CREATE ON SCHEMA public TO rag_rules;
ALTER FUNCTION forget_questions() OWNER TO rag_rules;
REVOKE CREATE ON SCHEMA public FROM rag_rules;

-- To make or drop a partition takes the owner of the table. Another process that does the same waits, then finds nothing to do.
-- A lock that is not free within 5 s ends the attempt: whatever waits behind it waits no longer than that.
CREATE FUNCTION keep_event_partitions(p_months_ahead INTEGER, p_keep_months INTEGER, p_now TIMESTAMPTZ DEFAULT now(),
    OUT created INTEGER, OUT dropped INTEGER)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' SET lock_timeout = '5s' AS $$
DECLARE
    v_current TIMESTAMPTZ := date_trunc('month', p_now);
    v_oldest  TIMESTAMPTZ := v_current - make_interval(months => p_keep_months);
    v_last    TIMESTAMPTZ := v_current + make_interval(months => p_months_ahead);
    v_missing TIMESTAMPTZ[];
    v_month   TIMESTAMPTZ;
    v_next    TIMESTAMPTZ;
    v_name    TEXT;
BEGIN
    IF p_months_ahead IS NULL OR p_months_ahead < 0 OR p_keep_months IS NULL OR p_keep_months < 1 THEN
        RAISE EXCEPTION 'cannot keep % months ahead and % months back', p_months_ahead, p_keep_months
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Keep 0 or more months ahead and 1 or more back.';
    END IF;
    created := 0;
    dropped := 0;
    -- "rag-evnt" in ASCII.
    PERFORM pg_advisory_xact_lock(8241982237738167924);
    v_missing := ARRAY(
        SELECT month FROM (
            SELECT generate_series(v_current, v_last, '1 month') AS month
            UNION SELECT date_trunc('month', occurred_at) FROM events_default
            WHERE occurred_at >= v_oldest AND occurred_at < v_last + interval '1 month') AS wanted
        WHERE to_regclass('events_' || to_char(month, 'YYYY_MM')) IS NULL ORDER BY month);
    IF v_missing <> '{}' THEN
        -- A new partition takes over the foreign keys, which locks the tables they lead to. These come first, as they do when
        -- somebody is erased, so that no two transactions wait for each other. Then whoever inserts waits before a partition is
        -- chosen: a row that has chosen events_default and waits for it would be refused.
        LOCK TABLE organisations, users IN SHARE ROW EXCLUSIVE MODE;
        LOCK TABLE ONLY events IN SHARE ROW EXCLUSIVE MODE;
        LOCK TABLE events_default IN ACCESS EXCLUSIVE MODE;
    END IF;
    FOREACH v_month IN ARRAY v_missing LOOP
        v_name := 'events_' || to_char(v_month, 'YYYY_MM');
        v_next := v_month + interval '1 month';
        EXECUTE format('CREATE TABLE %I (LIKE events INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', v_name);
        EXECUTE format('WITH moved AS (DELETE FROM events_default WHERE occurred_at >= %L AND occurred_at < %L RETURNING *)
                        INSERT INTO %I SELECT * FROM moved', v_month, v_next, v_name);
        EXECUTE format('ALTER TABLE events ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', v_name, v_month, v_next);
        created := created + 1;
    END LOOP;
    FOR v_name IN
        SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'events'::regclass AND c.relname ~ '^events_\d{4}_\d{2}$'
          AND c.relname < 'events_' || to_char(v_oldest, 'YYYY_MM') ORDER BY c.relname
    LOOP
        EXECUTE format('DROP TABLE %I', v_name);
        dropped := dropped + 1;
    END LOOP;
    DELETE FROM events_default WHERE occurred_at < v_oldest;
END
$$;
COMMENT ON FUNCTION keep_event_partitions(INTEGER, INTEGER, TIMESTAMPTZ) IS 'Makes the partitions of events for this month and those ahead, moves rows of events_default into partitions of their own, and drops what is older than the months to keep before this one.';
REVOKE EXECUTE ON FUNCTION keep_event_partitions(INTEGER, INTEGER, TIMESTAMPTZ) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION keep_event_partitions(INTEGER, INTEGER, TIMESTAMPTZ) TO rag_worker;
