-- One damage for each rule of the check-up, on a database with six documents of one chunk each, two memories and two answers.
-- As a superuser, without triggers and foreign keys, as a faulty disk or a careless administrator would do it.
SET session_replication_role = replica;

-- Schema.
ALTER TABLE collection_synonyms NO FORCE ROW LEVEL SECURITY;
UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'jobs_due_idx'::regclass;
ALTER TABLE files ADD CONSTRAINT files_size_bytes_small CHECK (size_bytes < 1000000000000) NOT VALID;
ALTER TABLE document_versions DISABLE TRIGGER document_versions_delete_contents;
DROP INDEX embeddings_1_vector_idx;
SELECT keep_event_partitions(1, 24);
SELECT keep_tool_use_partitions(1, 24);
INSERT INTO jobs (id, kind, state, stage, title, size_bytes, finished_at) VALUES (gen_random_uuid(), 'upkeep', 'done', 'finished', 'upkeep', 0, now());
DO $$
BEGIN
    EXECUTE format('DROP TABLE events_%s', to_char(date_trunc('month', now() AT TIME ZONE 'UTC') + interval '1 month', 'YYYY_MM'));
END
$$;
INSERT INTO events (id, occurred_at, kind, organisation_id, result_count) SELECT gen_random_uuid(), '2020-05-05', 'search', id, 0 FROM organisations;

-- Server: a table that was filled and emptied, and never vacuumed or analysed.
SELECT pg_create_physical_replication_slot('left_behind', true);
INSERT INTO memory_uses (memory_id, user_id) SELECT gen_random_uuid(), gen_random_uuid() FROM generate_series(1, 20000);
DELETE FROM memory_uses;
SELECT pg_stat_force_next_flush();

-- What searches find.
CREATE TEMPORARY TABLE picked AS
    SELECT row_number() OVER (ORDER BY c.id) AS place, c.id, c.version_id, c.collection_id, v.document_id
    FROM chunks c JOIN document_versions v ON v.id = c.version_id;
CREATE FUNCTION pg_temp.chunk(p_place INTEGER) RETURNS UUID LANGUAGE sql AS $$SELECT id FROM picked WHERE place = p_place$$;
UPDATE embeddings SET collection_id = gen_random_uuid() WHERE passage_id = pg_temp.chunk(1);
UPDATE passage_lexemes SET collection_id = gen_random_uuid() WHERE passage_id = pg_temp.chunk(1);
INSERT INTO passage_lexemes SELECT gen_random_uuid(), version_id, collection_id, text_search_config, length, lexeme_ids, impacts, tsv
    FROM passage_lexemes WHERE passage_id = pg_temp.chunk(2);
INSERT INTO embeddings SELECT model_id, gen_random_uuid(), version_id, collection_id, embedding FROM embeddings WHERE passage_id = pg_temp.chunk(2);
INSERT INTO passages (id, kind, collection_id, version_id) SELECT gen_random_uuid(), 'chunk', collection_id, version_id FROM picked WHERE place = 2;
DELETE FROM passages WHERE id = pg_temp.chunk(5);
UPDATE lexical_statistics SET passage_count = 0, lexeme_total = 0;
UPDATE lexemes SET passage_count = 0;
ALTER TABLE embeddings_1 DROP CONSTRAINT embeddings_1_dimensions;
UPDATE embeddings SET embedding = ('[' || array_to_string(array_fill(0, ARRAY[384]), ',') || ']')::halfvec WHERE passage_id = pg_temp.chunk(3);
SELECT register_embedding_model('another', 384);
INSERT INTO embeddings SELECT m.id, e.passage_id, e.version_id, e.collection_id, e.embedding
    FROM embeddings e, embedding_models m WHERE e.passage_id = pg_temp.chunk(2) AND m.name = 'another';
DELETE FROM embeddings WHERE passage_id = pg_temp.chunk(4);
DELETE FROM passage_lexemes WHERE passage_id = pg_temp.chunk(4);

-- Documents.
UPDATE document_versions SET chunk_count = 2 WHERE id = (SELECT version_id FROM picked WHERE place = 5);
UPDATE documents SET current_version_id = NULL WHERE id = (SELECT document_id FROM picked WHERE place = 6);
UPDATE version_contents SET bytes = '\x00' WHERE content_sha256 = (SELECT content_sha256 FROM document_versions v JOIN picked p ON p.version_id = v.id WHERE place = 5);
INSERT INTO document_versions (id, document_id, collection_id, number, content_sha256, media_type, size_bytes)
    SELECT gen_random_uuid(), document_id, collection_id, 2, content_sha256, media_type, size_bytes FROM document_versions
    WHERE id = (SELECT version_id FROM picked WHERE place = 2);
DELETE FROM document_popularity;

-- Conversations and memories.
UPDATE chat_messages SET has_round = true WHERE id = (SELECT min(id::text)::uuid FROM chat_messages WHERE sender = 'assistant');
UPDATE chat_messages SET created_at = now() - interval '2 hours';
INSERT INTO turns (message_id, session_id, question_id, user_id, answered_by, alive_until)
    SELECT gen_random_uuid(), m.session_id, m.id, s.user_id, 'a model', now() - interval '1 hour'
    FROM chat_messages m JOIN chat_sessions s ON s.id = m.session_id WHERE m.sender = 'user' LIMIT 1;
DELETE FROM passage_lexemes WHERE passage_id = (SELECT min(id::text)::uuid FROM memories);
UPDATE memories SET superseded_by = (SELECT min(id::text)::uuid FROM memories) WHERE id = (SELECT max(id::text)::uuid FROM memories);

-- Jobs.
DELETE FROM jobs WHERE kind = 'rounds';
UPDATE jobs SET state = 'dead' WHERE document_id = (SELECT document_id FROM picked WHERE place = 1);
UPDATE jobs SET state = 'running', finished_at = NULL, leased_until = now() - interval '1 hour'
    WHERE document_id = (SELECT document_id FROM picked WHERE place = 3);
INSERT INTO jobs (id, kind, title, size_bytes, run_after) VALUES (gen_random_uuid(), 'words', 'words', 0, now() - interval '1 hour');
