-- Long-term memory: what a user wants remembered. Each memory is a passage of a collection of its own kind, which only its user sees.

ALTER TABLE collections
    ADD COLUMN kind TEXT NOT NULL DEFAULT 'documents' CONSTRAINT collections_kind_known CHECK (kind IN ('documents', 'memory')),
    DROP CONSTRAINT collections_owner_id_name_key,
    ADD CONSTRAINT collections_owner_id_name_key UNIQUE (owner_id, kind, name),
    ADD CONSTRAINT collections_name_of_memory CHECK (kind <> 'memory' OR name = 'memory');
COMMENT ON COLUMN collections.kind IS 'documents: made by people, can be shared; memory: the memories of its owner, one for each user, never shared.';
COMMENT ON COLUMN collections.name IS 'Name, unique per owner and kind.';

ALTER TABLE passages
    DROP CONSTRAINT passages_kind_known,
    ADD CONSTRAINT passages_kind_known CHECK (kind IN ('chunk', 'memory'));
COMMENT ON COLUMN passages.kind IS 'chunk: part of a version of a document, in chunks; memory: in memories.';

CREATE TABLE memories (
    id            UUID        NOT NULL CONSTRAINT memories_pkey PRIMARY KEY CONSTRAINT memories_id_fkey REFERENCES passages ON DELETE CASCADE,
    user_id       UUID        NOT NULL CONSTRAINT memories_user_id_fkey REFERENCES users ON DELETE CASCADE,
    kind          TEXT        NOT NULL CONSTRAINT memories_kind_known CHECK (kind IN ('fact', 'preference', 'event', 'instruction', 'episode')),
    source        TEXT        NOT NULL CONSTRAINT memories_source_known CHECK (source IN ('user', 'chat', 'tool', 'document', 'system')),
    agent         TEXT        CONSTRAINT memories_agent_length CHECK (char_length(agent) BETWEEN 1 AND 200),
    session_id    UUID,
    content       TEXT        NOT NULL CONSTRAINT memories_content_length CHECK (char_length(content) BETWEEN 1 AND 4000),
    subject       TEXT        CONSTRAINT memories_subject_length CHECK (char_length(subject) BETWEEN 1 AND 200),
    attribute     TEXT        CONSTRAINT memories_attribute_length CHECK (char_length(attribute) BETWEEN 1 AND 200),
    value         TEXT        CONSTRAINT memories_value_length CHECK (char_length(value) BETWEEN 1 AND 1000),
    importance    REAL        NOT NULL CONSTRAINT memories_importance_range CHECK (importance BETWEEN 0 AND 1),
    metadata      JSONB       NOT NULL DEFAULT '{}' CONSTRAINT memories_metadata_is_object CHECK (jsonb_typeof(metadata) = 'object'),
    valid_from    TIMESTAMPTZ NOT NULL,
    valid_until   TIMESTAMPTZ,
    expires_at    TIMESTAMPTZ,
    is_pinned     BOOLEAN     NOT NULL DEFAULT false,
    state         TEXT        NOT NULL DEFAULT 'active'
                  CONSTRAINT memories_state_known CHECK (state IN ('active', 'superseded', 'merged', 'archived', 'forgotten')),
    superseded_by UUID        CONSTRAINT memories_superseded_by_fkey REFERENCES memories ON DELETE SET NULL,
    created_at    TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at    TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT memories_statement_whole CHECK (num_nonnulls(subject, attribute, value) IN (0, 3)),
    CONSTRAINT memories_valid_until_after_valid_from CHECK (valid_until >= valid_from),
    CONSTRAINT memories_valid_until_of_superseded CHECK (state <> 'superseded' OR valid_until IS NOT NULL)
);
CREATE INDEX memories_user_id_id_idx ON memories (user_id, id);
CREATE INDEX memories_user_id_valid_from_idx ON memories (user_id, valid_from);
CREATE INDEX memories_user_id_importance_idx ON memories (user_id, importance);
CREATE INDEX memories_session_id_idx ON memories (session_id);
CREATE INDEX memories_superseded_by_idx ON memories (superseded_by);
-- The statement that a new one may replace.
CREATE INDEX memories_statement_idx ON memories (user_id, subject, attribute) WHERE subject IS NOT NULL;
-- The few that a recall leaves out.
CREATE INDEX memories_ended_idx ON memories (user_id) WHERE state <> 'active' OR valid_until IS NOT NULL OR expires_at IS NOT NULL;
CREATE TRIGGER memories_touch BEFORE UPDATE ON memories FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

COMMENT ON TABLE memories IS 'Passages that a user wants remembered. Rules never delete one: they change its state, and each step can be undone.';
COMMENT ON COLUMN memories.id IS 'The passage.';
COMMENT ON COLUMN memories.user_id IS 'User whose memory it is; row-level security goes by it.';
COMMENT ON COLUMN memories.kind IS 'fact, preference, event (happened at valid_from), instruction (how to answer) or episode (a part of a conversation).';
COMMENT ON COLUMN memories.source IS 'Where it came from: the user, a chat, a tool, a document, or the system itself.';
COMMENT ON COLUMN memories.agent IS 'Name of the program that stored it, as it gave it.';
COMMENT ON COLUMN memories.session_id IS 'Conversation that it came from; it may have been deleted since.';
COMMENT ON COLUMN memories.content IS 'What is remembered, in words; it is found by them.';
COMMENT ON COLUMN memories.subject IS 'Of a typed statement: the thing that it is about, such as user; in lower case.';
COMMENT ON COLUMN memories.attribute IS 'Of a typed statement: the property that has one value at a time, such as residence; in lower case.';
COMMENT ON COLUMN memories.value IS 'Of a typed statement: the value of the property.';
COMMENT ON COLUMN memories.importance IS 'From 0 to 1; .5 changes nothing in the order of a recall.';
COMMENT ON COLUMN memories.metadata IS 'Facts given by the client: a JSON object.';
COMMENT ON COLUMN memories.valid_from IS 'Since when it holds; of an event, when it happened.';
COMMENT ON COLUMN memories.valid_until IS 'Until when it held; null while it holds.';
COMMENT ON COLUMN memories.expires_at IS 'From then on it is not recalled; null for never.';
COMMENT ON COLUMN memories.is_pinned IS 'Whether archiving leaves it alone.';
COMMENT ON COLUMN memories.state IS 'active; superseded: another value holds since valid_until; merged: superseded_by says the same; archived: old, unimportant and unused; forgotten: taken back. Only active and superseded ones are recalled, within their validity.';
COMMENT ON COLUMN memories.superseded_by IS 'Memory that replaced it, or says the same.';
COMMENT ON COLUMN memories.created_at IS 'When it was stored.';
COMMENT ON COLUMN memories.updated_at IS 'When the row last changed; kept by a trigger.';

CREATE TABLE memory_uses (
    memory_id    UUID    NOT NULL CONSTRAINT memory_uses_pkey PRIMARY KEY CONSTRAINT memory_uses_memory_id_fkey REFERENCES memories ON DELETE CASCADE,
    user_id      UUID    NOT NULL,
    seen_count   INTEGER NOT NULL DEFAULT 1 CONSTRAINT memory_uses_seen_count_not_negative CHECK (seen_count >= 0),
    use_count    INTEGER NOT NULL DEFAULT 0 CONSTRAINT memory_uses_use_count_not_negative CHECK (use_count >= 0),
    last_used_at TIMESTAMPTZ
) WITH (fillfactor = 70);
COMMENT ON TABLE memory_uses IS 'How often memories are said and used. Apart from memories: counts that change with each recall would rewrite their rows.';
COMMENT ON COLUMN memory_uses.memory_id IS 'The memory.';
COMMENT ON COLUMN memory_uses.user_id IS 'The memory''s user, repeated here for row-level security.';
COMMENT ON COLUMN memory_uses.seen_count IS 'Times that it was said, the first one among them.';
COMMENT ON COLUMN memory_uses.use_count IS 'Recalls that returned it.';
COMMENT ON COLUMN memory_uses.last_used_at IS 'When a recall last returned it.';

CREATE TABLE memory_changes (
    id         UUID        NOT NULL CONSTRAINT memory_changes_pkey PRIMARY KEY,
    step_id    UUID        NOT NULL,
    memory_id  UUID        NOT NULL CONSTRAINT memory_changes_memory_id_fkey REFERENCES memories ON DELETE CASCADE,
    user_id    UUID        NOT NULL,
    action     TEXT        NOT NULL CONSTRAINT memory_changes_action_known CHECK (action IN
               ('remembered', 'seen_again', 'merged', 'superseded', 'edited', 'pinned', 'unpinned', 'archived', 'forgotten', 'restored', 'undone')),
    reason     TEXT        NOT NULL CONSTRAINT memory_changes_reason_length CHECK (char_length(reason) BETWEEN 1 AND 1000),
    made_by    TEXT        NOT NULL CONSTRAINT memory_changes_made_by_known CHECK (made_by IN ('user', 'rule')),
    before     JSONB,
    after      JSONB       NOT NULL,
    seen_added INTEGER     NOT NULL DEFAULT 0,
    undoes     UUID,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT memory_changes_undoes_of_undone CHECK ((undoes IS NOT NULL) = (action = 'undone'))
);
CREATE INDEX memory_changes_memory_id_id_idx ON memory_changes (memory_id, id);
CREATE INDEX memory_changes_user_id_id_idx ON memory_changes (user_id, id);
CREATE INDEX memory_changes_step_id_idx ON memory_changes (step_id);
CREATE INDEX memory_changes_undoes_idx ON memory_changes (undoes);
COMMENT ON TABLE memory_changes IS 'Every step in the life of memories, with its reason and what was there before. Append-only; rows go with their memory.';
COMMENT ON COLUMN memory_changes.id IS 'UUIDv7.';
COMMENT ON COLUMN memory_changes.step_id IS 'The step, which may change several memories; it is undone as a whole.';
COMMENT ON COLUMN memory_changes.memory_id IS 'Memory that changed.';
COMMENT ON COLUMN memory_changes.user_id IS 'The memory''s user, repeated here for row-level security.';
COMMENT ON COLUMN memory_changes.action IS 'What happened to the memory.';
COMMENT ON COLUMN memory_changes.reason IS 'Why, for people.';
COMMENT ON COLUMN memory_changes.made_by IS 'user: a request asked for it; rule: a rule of the program found it.';
COMMENT ON COLUMN memory_changes.before IS 'The columns that can change, as they were; null for a new memory.';
COMMENT ON COLUMN memory_changes.after IS 'The same columns afterwards.';
COMMENT ON COLUMN memory_changes.seen_added IS 'How much it added to the times that the memory was said; negative when that was undone.';
COMMENT ON COLUMN memory_changes.undoes IS 'Step that this one undid.';
COMMENT ON COLUMN memory_changes.created_at IS 'When it happened.';
CREATE TRIGGER memory_changes_append_only BEFORE UPDATE OR TRUNCATE ON memory_changes FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

SELECT protect_table('memories', 'user', 'user_id', '{adds,deletes}'),
       protect_table('memory_uses', 'user', 'user_id', '{adds}'),
       protect_table('memory_changes', 'user', 'user_id', '{adds}');
REVOKE UPDATE ON memory_changes FROM rag_rules, rag_worker;

-- The functions below look behind the policies.
GRANT CREATE ON SCHEMA public TO rag_rules;

CREATE FUNCTION memory_collection() RETURNS UUID LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT id FROM collections WHERE owner_id = asker() AND kind = 'memory' AND nullif(current_setting('rag.writes', true), '')::boolean
$$;
COMMENT ON FUNCTION memory_collection() IS 'Collection of the asker''s memories; null where there are none yet, and for a key that only reads.';

CREATE FUNCTION index_memories(p_passages UUID[], p_config TEXT, p_tsvs TSVECTOR[]) RETURNS void LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM passages WHERE id = ANY (p_passages) AND collection_id IS DISTINCT FROM memory_collection()) THEN
        RAISE EXCEPTION 'cannot index the words of a passage that is not the asker''s memory' USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM index_passages(p_passages, p_config, p_tsvs);
END
$$;
COMMENT ON FUNCTION index_memories(UUID[], TEXT, TSVECTOR[]) IS 'As index_passages, for the memories of the asker alone.';

CREATE FUNCTION refuse_memory_collection() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM collections WHERE id = NEW.collection_id AND kind = 'memory') THEN
        RAISE EXCEPTION 'memories are neither shared nor documents' USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_of_documents';
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION refuse_memory_collection() IS 'Row trigger: refuses a row that belongs to a collection of memories.';
CREATE TRIGGER collection_members_of_documents BEFORE INSERT OR UPDATE ON collection_members FOR EACH ROW EXECUTE FUNCTION refuse_memory_collection();
CREATE TRIGGER collection_links_of_documents BEFORE INSERT OR UPDATE ON collection_links FOR EACH ROW EXECUTE FUNCTION refuse_memory_collection();
CREATE TRIGGER documents_of_documents BEFORE INSERT ON documents FOR EACH ROW EXECUTE FUNCTION refuse_memory_collection();

ALTER FUNCTION memory_collection() OWNER TO rag_rules;
ALTER FUNCTION index_memories(UUID[], TEXT, TSVECTOR[]) OWNER TO rag_rules;
ALTER FUNCTION refuse_memory_collection() OWNER TO rag_rules;
REVOKE CREATE ON SCHEMA public FROM rag_rules;
REVOKE EXECUTE ON FUNCTION memory_collection(), index_memories(UUID[], TEXT, TSVECTOR[]), refuse_memory_collection() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION memory_collection(), index_memories(UUID[], TEXT, TSVECTOR[]) TO rag_user, rag_rules;

-- A key that only reads recalls, which counts, but remembers nothing.
CREATE POLICY changes ON memories FOR UPDATE TO rag_user
    USING (user_id = (SELECT asker()) AND (SELECT memory_collection()) IS NOT NULL);
GRANT UPDATE ON memories TO rag_user;
CREATE POLICY changes ON memory_uses FOR UPDATE TO rag_user USING (user_id = (SELECT asker()));
GRANT UPDATE ON memory_uses TO rag_user;
CREATE POLICY remembers ON passages FOR INSERT TO rag_user
    WITH CHECK (kind = 'memory' AND version_id IS NULL AND collection_id = (SELECT memory_collection()));
GRANT INSERT ON passages TO rag_user;
CREATE POLICY remembers ON embeddings FOR INSERT TO rag_user
    WITH CHECK (version_id IS NULL AND collection_id = (SELECT memory_collection()));
GRANT INSERT ON embeddings TO rag_user;
