--
-- PostgreSQL database dump
--


-- Dumped from database version 18.6
-- Dumped by pg_dump version 18.6

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET transaction_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: search; Type: SCHEMA; Schema: -; Owner: rag
--

CREATE SCHEMA search;



--
-- Name: SCHEMA search; Type: COMMENT; Schema: -; Owner: rag
--

COMMENT ON SCHEMA search IS 'Tables as the asker may search them.';


--
-- Name: vector; Type: EXTENSION; Schema: -; Owner: -
--

CREATE EXTENSION IF NOT EXISTS vector WITH SCHEMA public;


--
-- Name: EXTENSION vector; Type: COMMENT; Schema: -; Owner: 
--

COMMENT ON EXTENSION vector IS 'vector data type and ivfflat and hnsw access methods';


--
-- Name: add_tokens(uuid, bigint); Type: FUNCTION; Schema: public; Owner: rag_rules
--

CREATE FUNCTION public.add_tokens(p_organisation uuid, p_tokens bigint) RETURNS boolean
    LANGUAGE sql
    AS $$
    UPDATE organisation_usage SET
        token_count = CASE WHEN token_day = CURRENT_DATE THEN token_count ELSE 0 END + p_tokens, token_day = CURRENT_DATE
    WHERE organisation_id = p_organisation RETURNING true
$$;


ALTER FUNCTION public.add_tokens(p_organisation uuid, p_tokens bigint) OWNER TO rag_rules;

--
-- Name: FUNCTION add_tokens(p_organisation uuid, p_tokens bigint); Type: COMMENT; Schema: public; Owner: rag_rules
--

COMMENT ON FUNCTION public.add_tokens(p_organisation uuid, p_tokens bigint) IS 'Adds to what chat models have read and written for the organisation today.';


--
-- Name: administers(); Type: FUNCTION; Schema: public; Owner: rag
--

CREATE FUNCTION public.administers() RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$SELECT coalesce(nullif(current_setting('rag.administers', true), '')::boolean, false)$$;



--
-- Name: FUNCTION administers(); Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON FUNCTION public.administers() IS 'Whether the asker is an admin of the organisation.';


--
-- Name: asker(); Type: FUNCTION; Schema: public; Owner: rag
--

CREATE FUNCTION public.asker() RETURNS uuid
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$SELECT nullif(current_setting('rag.asker', true), '')::uuid$$;



--
-- Name: FUNCTION asker(); Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON FUNCTION public.asker() IS 'User on whose behalf the transaction runs; null for a link.';


--
-- Name: asker_organisation(); Type: FUNCTION; Schema: public; Owner: rag
--

CREATE FUNCTION public.asker_organisation() RETURNS uuid
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$SELECT nullif(current_setting('rag.organisation', true), '')::uuid$$;



--
-- Name: FUNCTION asker_organisation(); Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON FUNCTION public.asker_organisation() IS 'Organisation of the asker.';


--
-- Name: audit_change(); Type: FUNCTION; Schema: public; Owner: rag_rules
--

CREATE FUNCTION public.audit_change() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_row          JSONB := to_jsonb(CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END);
    v_organisation UUID := (v_row ->> 'organisation_id')::uuid;
    v_details      JSONB;
BEGIN
    IF TG_TABLE_NAME = 'organisations' THEN
        v_organisation := (v_row ->> 'id')::uuid;
    ELSIF v_organisation IS NULL AND v_row ? 'collection_id' THEN
        SELECT organisation_id INTO v_organisation FROM collections WHERE id = (v_row ->> 'collection_id')::uuid;
    ELSIF v_organisation IS NULL THEN
        SELECT organisation_id INTO v_organisation FROM users WHERE id = (v_row ->> 'user_id')::uuid;
    END IF;
    SELECT coalesce(jsonb_object_agg(name, v_row -> name), '{}') INTO v_details FROM unnest(TG_ARGV[1]::text[]) AS name;
    IF TG_TABLE_NAME = 'users' AND TG_OP = 'UPDATE' THEN
        v_details := v_details || jsonb_build_object('password', to_jsonb(OLD) ->> 'password_hash' IS DISTINCT FROM v_row ->> 'password_hash');
    END IF;
    INSERT INTO audit_events (organisation_id, actor_id, action, object_id, request_id, details)
        VALUES (v_organisation,
                coalesce(nullif(current_setting('rag.asker', true), '')::uuid, CASE WHEN TG_TABLE_NAME = 'logins' THEN (v_row ->> 'user_id')::uuid END),
                TG_ARGV[0] || '.' || lower(TG_OP), coalesce(v_row ->> 'id', v_row ->> 'collection_id')::uuid,
                nullif(current_setting('rag.request', true), '')::uuid, v_details);
    RETURN NULL;
END
$$;


ALTER FUNCTION public.audit_change() OWNER TO rag_rules;

--
-- Name: FUNCTION audit_change(); Type: COMMENT; Schema: public; Owner: rag_rules
--

COMMENT ON FUNCTION public.audit_change() IS 'Row trigger: adds an event to the audit log. Arguments: the kind of object, and which columns are worth keeping.';


--
-- Name: build_embedding_index(integer); Type: FUNCTION; Schema: public; Owner: rag
--

CREATE FUNCTION public.build_embedding_index(p_model integer) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_model embedding_models;
    v_index TEXT := format('embeddings_%s_vector_idx', p_model);
    v_cast  TEXT;
    v_class TEXT;
    v_rows  BIGINT;
    v_definition TEXT;
BEGIN
    SELECT * INTO STRICT v_model FROM embedding_models WHERE id = p_model FOR NO KEY UPDATE;
    EXECUTE format('LOCK TABLE embeddings_%s IN SHARE MODE', p_model);
    v_cast := format('embedding::halfvec(%s)', v_model.dimensions);
    v_class := format('halfvec_%s_ops', CASE v_model.metric WHEN 'inner_product' THEN 'ip' ELSE v_model.metric END);
    CASE v_model.index_kind
        WHEN 'hnsw' THEN
            v_definition := format('hnsw ((%s) %s) WITH (m = %s, ef_construction = %s)',
                v_cast, v_class, v_model.hnsw_m, v_model.hnsw_ef_construction);
        WHEN 'hnsw_binary' THEN
            v_definition := format('hnsw ((binary_quantize(%s)::bit(%s)) bit_hamming_ops) WITH (m = %s, ef_construction = %s)',
                v_cast, v_model.dimensions, v_model.hnsw_m, v_model.hnsw_ef_construction);
        WHEN 'ivfflat' THEN
            EXECUTE format('SELECT count(*) FROM embeddings_%s', p_model) INTO v_rows;
            v_definition := format('ivfflat ((%s) %s) WITH (lists = %s)',
                v_cast, v_class, coalesce(v_model.ivfflat_lists, least(greatest(v_rows / 1000, 1), 32768)));
        WHEN 'none' THEN
            NULL;
    END CASE;
    IF v_definition IS NOT NULL THEN
        EXECUTE format('CREATE INDEX %I ON embeddings_%s USING %s', v_index || '_new', p_model, v_definition);
    END IF;
    EXECUTE format('DROP INDEX IF EXISTS %I', v_index);
    IF v_definition IS NOT NULL THEN
        EXECUTE format('ALTER INDEX %I RENAME TO %I', v_index || '_new', v_index);
    END IF;
END
$$;



--
-- Name: FUNCTION build_embedding_index(p_model integer); Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON FUNCTION public.build_embedding_index(p_model integer) IS 'Builds the index of a model''s vectors by its metric, kind and settings, and puts it in the place of the old one.';


--
-- Name: count_citations(); Type: FUNCTION; Schema: public; Owner: rag_rules
--

CREATE FUNCTION public.count_citations() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    INSERT INTO document_popularity AS p (document_id, collection_id, citation_count)
    SELECT id, collection_id, 1 FROM (
        SELECT d.id, d.collection_id FROM documents d
        WHERE d.id IN (SELECT (citation ->> 'document_id')::uuid FROM jsonb_array_elements(NEW.citations) AS citation)
          AND d.collection_id = ANY (visible())
        ORDER BY d.id FOR KEY SHARE SKIP LOCKED) AS cited
    ON CONFLICT (document_id, collection_id) DO UPDATE SET citation_count = p.citation_count + 1;
    RETURN NULL;
END
$$;


ALTER FUNCTION public.count_citations() OWNER TO rag_rules;

--
-- Name: FUNCTION count_citations(); Type: COMMENT; Schema: public; Owner: rag_rules
--

COMMENT ON FUNCTION public.count_citations() IS 'Row trigger: counts the documents that an answer cites, of those that the asker may read.';


--
-- Name: count_deleted(); Type: FUNCTION; Schema: public; Owner: rag_rules
--

CREATE FUNCTION public.count_deleted() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    -- What the same transaction stored is counted first.
    SET CONSTRAINTS document_versions_count IMMEDIATE;
    UPDATE organisation_usage u SET document_count = u.document_count - n.documents, size_bytes = u.size_bytes - n.bytes
    FROM (SELECT c.organisation_id, count(*) AS documents, sum(v.size_bytes) AS bytes
          FROM gone v JOIN collections c ON c.id = v.collection_id GROUP BY 1 ORDER BY 1) n
    WHERE u.organisation_id = n.organisation_id;
    RETURN NULL;
END
$$;


ALTER FUNCTION public.count_deleted() OWNER TO rag_rules;

--
-- Name: FUNCTION count_deleted(); Type: COMMENT; Schema: public; Owner: rag_rules
--

COMMENT ON FUNCTION public.count_deleted() IS 'Statement trigger: takes deleted versions out of the counters of their organisations.';


--
-- Name: count_deleted_collection(); Type: FUNCTION; Schema: public; Owner: rag_rules
--

CREATE FUNCTION public.count_deleted_collection() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    SET CONSTRAINTS document_versions_count IMMEDIATE;
    UPDATE organisation_usage u SET document_count = u.document_count - n.documents, size_bytes = u.size_bytes - n.bytes
    FROM (SELECT count(*) AS documents, coalesce(sum(size_bytes), 0) AS bytes FROM document_versions WHERE collection_id = OLD.id) n
    WHERE u.organisation_id = OLD.organisation_id;
    RETURN OLD;
END
$$;


ALTER FUNCTION public.count_deleted_collection() OWNER TO rag_rules;

--
-- Name: FUNCTION count_deleted_collection(); Type: COMMENT; Schema: public; Owner: rag_rules
--

COMMENT ON FUNCTION public.count_deleted_collection() IS 'Row trigger: takes the versions of a collection out of the counters before they go with it.';


--
-- Name: count_stored(); Type: FUNCTION; Schema: public; Owner: rag_rules
--

CREATE FUNCTION public.count_stored() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    UPDATE organisation_usage u SET document_count = u.document_count + 1, size_bytes = u.size_bytes + NEW.size_bytes
    FROM collections c WHERE c.id = NEW.collection_id AND u.organisation_id = c.organisation_id;
    RETURN NULL;
END
$$;


ALTER FUNCTION public.count_stored() OWNER TO rag_rules;

--
-- Name: FUNCTION count_stored(); Type: COMMENT; Schema: public; Owner: rag_rules
--

COMMENT ON FUNCTION public.count_stored() IS 'Row trigger: adds a new version to the counters of its organisation.';


--
-- Name: count_tokens(); Type: FUNCTION; Schema: public; Owner: rag_rules
--

CREATE FUNCTION public.count_tokens() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    PERFORM add_tokens(p.organisation_id, coalesce(NEW.prompt_tokens, 0) + coalesce(NEW.completion_tokens, 0))
        FROM chat_sessions s JOIN users p ON p.id = s.user_id WHERE s.id = NEW.session_id;
    RETURN NULL;
END
$$;


ALTER FUNCTION public.count_tokens() OWNER TO rag_rules;

--
-- Name: FUNCTION count_tokens(); Type: COMMENT; Schema: public; Owner: rag_rules
--

COMMENT ON FUNCTION public.count_tokens() IS 'Row trigger: adds the tokens of an answer to the counters of the asker''s organisation.';


--
-- Name: enter(uuid, uuid, boolean, uuid); Type: PROCEDURE; Schema: public; Owner: rag_rules
--

CREATE PROCEDURE public.enter(IN p_user uuid, IN p_link uuid, IN p_writes boolean, IN p_request uuid)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_opened UUID[] := '{}';
BEGIN
    IF p_link IS NOT NULL THEN
        v_opened := ARRAY(SELECT l.collection_id
            FROM collection_links l JOIN collections c ON c.id = l.collection_id JOIN users u ON u.id = c.owner_id
            WHERE l.id = p_link AND u.state = 'active' AND (l.expires_at IS NULL OR l.expires_at > now()));
    END IF;
    PERFORM set_config('rag.asker', coalesce(u.id::text, ''), true),
            set_config('rag.organisation', coalesce(u.organisation_id::text, ''), true),
            set_config('rag.administers', coalesce(u.role = 'admin', false)::text, true),
            set_config('rag.visible', (v_opened || ARRAY(
                SELECT id FROM collections WHERE owner_id = u.id
                UNION ALL SELECT collection_id FROM collection_members WHERE user_id = u.id))::text, true),
            set_config('rag.writes', p_writes::text, true),
            set_config('rag.request', coalesce(p_request::text, ''), true)
        -- A row for nobody, too: what an earlier call found must not stay.
        FROM (VALUES (true)) AS always LEFT JOIN users u ON u.id = p_user AND u.state = 'active';
END
$$;


ALTER PROCEDURE public.enter(IN p_user uuid, IN p_link uuid, IN p_writes boolean, IN p_request uuid) OWNER TO rag_rules;

--
-- Name: PROCEDURE enter(IN p_user uuid, IN p_link uuid, IN p_writes boolean, IN p_request uuid); Type: COMMENT; Schema: public; Owner: rag_rules
--

COMMENT ON PROCEDURE public.enter(IN p_user uuid, IN p_link uuid, IN p_writes boolean, IN p_request uuid) IS 'Fixes, until the transaction ends, on whose behalf and in which request it runs: a user, or the bearer of a link.';


--
-- Name: forget_chunk_lexemes(); Type: FUNCTION; Schema: public; Owner: rag_rules
--

CREATE FUNCTION public.forget_chunk_lexemes() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    PERFORM FROM collections WHERE id IN (SELECT collection_id FROM gone) ORDER BY id FOR NO KEY UPDATE;
    UPDATE lexemes SET chunk_count = lexemes.chunk_count - g.chunk_count
        FROM (SELECT unnest(lexeme_ids) AS id, count(*) AS chunk_count FROM gone GROUP BY 1) g WHERE lexemes.id = g.id;
    DELETE FROM lexemes USING (SELECT DISTINCT unnest(lexeme_ids) AS id FROM gone) g
        WHERE lexemes.id = g.id AND lexemes.chunk_count = 0;
    UPDATE lexical_statistics s SET chunk_count = s.chunk_count - g.chunk_count, lexeme_total = s.lexeme_total - g.lexeme_total
        FROM (SELECT collection_id, text_search_config, count(*) AS chunk_count, sum(length) AS lexeme_total FROM gone GROUP BY 1, 2) g
        WHERE s.collection_id = g.collection_id AND s.text_search_config = g.text_search_config;
    RETURN NULL;
END
$$;


ALTER FUNCTION public.forget_chunk_lexemes() OWNER TO rag_rules;

--
-- Name: FUNCTION forget_chunk_lexemes(); Type: COMMENT; Schema: public; Owner: rag_rules
--

COMMENT ON FUNCTION public.forget_chunk_lexemes() IS 'Statement trigger: takes the words of deleted rows out of the counts.';


--
-- Name: index_chunk_lexemes(uuid, integer, integer); Type: FUNCTION; Schema: public; Owner: rag_rules
--

CREATE FUNCTION public.index_chunk_lexemes(p_version uuid, p_first integer, p_last integer) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    k1       CONSTANT REAL := 0.9;
    b        CONSTANT REAL := 0.5;
    v_document documents;
    v_chunks UUID[];
    v_tsvs   TSVECTOR[];
    v_count  BIGINT;
    v_length BIGINT;
BEGIN
    SELECT d.* INTO STRICT v_document FROM documents d JOIN document_versions v ON v.document_id = d.id WHERE v.id = p_version;
    SELECT array_agg(c.id), array_agg(search_vector(v_document.text_search_config,
               concat_ws(E'\n', v_document.title, v_document.title, array_to_string(c.heading_path, E'\n'), c.text)))
        INTO v_chunks, v_tsvs
        FROM chunks c WHERE c.version_id = p_version AND c.ordinal BETWEEN p_first AND p_last;
    IF v_chunks IS NULL THEN
        RETURN;
    END IF;

    PERFORM FROM collections WHERE id = v_document.collection_id FOR NO KEY UPDATE;
    INSERT INTO lexical_statistics AS s (collection_id, text_search_config, chunk_count, lexeme_total)
        SELECT v_document.collection_id, v_document.text_search_config, cardinality(v_chunks), coalesce(sum(cardinality(l.positions)), 0)
        FROM unnest(v_tsvs) AS t (tsv) LEFT JOIN LATERAL unnest(t.tsv) AS l ON true
        ON CONFLICT (collection_id, text_search_config) DO UPDATE
            SET chunk_count = s.chunk_count + excluded.chunk_count, lexeme_total = s.lexeme_total + excluded.lexeme_total;
    SELECT sum(chunk_count), sum(lexeme_total) INTO v_count, v_length
        FROM lexical_statistics WHERE collection_id = v_document.collection_id;

    WITH postings AS MATERIALIZED (
        SELECT t.chunk_id, l.lexeme, cardinality(l.positions) AS tf
        FROM unnest(v_chunks, v_tsvs) AS t (chunk_id, tsv), unnest(t.tsv) AS l
    ), counts AS MATERIALIZED (
        SELECT lexeme, count(*)::integer AS chunk_count FROM postings GROUP BY lexeme
    ), known AS (
        UPDATE lexemes SET chunk_count = lexemes.chunk_count + counts.chunk_count FROM counts
        WHERE lexemes.collection_id = v_document.collection_id AND lexemes.lexeme = counts.lexeme
        RETURNING lexemes.id, lexemes.lexeme
    ), added AS (
        INSERT INTO lexemes (collection_id, lexeme, chunk_count)
        SELECT v_document.collection_id, lexeme, chunk_count FROM counts WHERE lexeme NOT IN (SELECT lexeme FROM known)
        RETURNING id, lexeme
    ), ids AS (
        SELECT id, lexeme FROM known UNION ALL SELECT id, lexeme FROM added
    ), lengths AS (
        SELECT chunk_id, sum(tf)::real AS length FROM postings GROUP BY chunk_id
    ), rows AS (
        SELECT p.chunk_id, array_agg(i.id ORDER BY i.id) AS lexeme_ids,
               '{' || string_agg(i.id || ':' || (p.tf * (k1 + 1) / (p.tf + k1 * (1 - b + b * n.length * v_count / v_length)))::real, ',')
                   || '}/1000000000' AS impacts
        FROM postings p JOIN ids i USING (lexeme) JOIN lengths n USING (chunk_id)
        GROUP BY p.chunk_id
    )
    INSERT INTO chunk_lexemes (chunk_id, version_id, collection_id, text_search_config, length, lexeme_ids, impacts, tsv)
    SELECT t.chunk_id, p_version, v_document.collection_id, v_document.text_search_config, coalesce(n.length, 0),
           coalesce(r.lexeme_ids, '{}'), coalesce(r.impacts, '{}/1000000000')::sparsevec, t.tsv
    FROM unnest(v_chunks, v_tsvs) AS t (chunk_id, tsv) LEFT JOIN rows r USING (chunk_id) LEFT JOIN lengths n USING (chunk_id);
END
$$;


ALTER FUNCTION public.index_chunk_lexemes(p_version uuid, p_first integer, p_last integer) OWNER TO rag_rules;

--
-- Name: FUNCTION index_chunk_lexemes(p_version uuid, p_first integer, p_last integer); Type: COMMENT; Schema: public; Owner: rag_rules
--

COMMENT ON FUNCTION public.index_chunk_lexemes(p_version uuid, p_first integer, p_last integer) IS 'Writes the full-text rows of a version''s chunks from one ordinal to another, and counts their words.';


--
-- Name: open_usage(); Type: FUNCTION; Schema: public; Owner: rag_rules
--

CREATE FUNCTION public.open_usage() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    INSERT INTO organisation_usage (organisation_id) VALUES (NEW.id);
    RETURN NULL;
END
$$;


ALTER FUNCTION public.open_usage() OWNER TO rag_rules;

--
-- Name: FUNCTION open_usage(); Type: COMMENT; Schema: public; Owner: rag_rules
--

COMMENT ON FUNCTION public.open_usage() IS 'Row trigger: each organisation has its counters.';


--
-- Name: ordered_uuid(); Type: FUNCTION; Schema: public; Owner: rag
--

CREATE FUNCTION public.ordered_uuid() RETURNS uuid
    LANGUAGE sql
    AS $$
    SELECT (lpad(to_hex(us / 1000), 12, '0') || '7' || lpad(to_hex(us % 1000 * 4096 / 1000), 3, '0')
            || substr(replace(gen_random_uuid()::text, '-', ''), 17))::uuid
    FROM (SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS us) AS now
$$;



--
-- Name: FUNCTION ordered_uuid(); Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON FUNCTION public.ordered_uuid() IS 'UUIDv7 (RFC 9562) of now, to the microsecond; PostgreSQL has one of its own from 18 on.';


--
-- Name: refuse_change(); Type: FUNCTION; Schema: public; Owner: rag
--

CREATE FUNCTION public.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END
$$;



--
-- Name: FUNCTION refuse_change(); Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON FUNCTION public.refuse_change() IS 'Statement trigger: rows that are there stay as they are.';


--
-- Name: register_embedding_model(text, integer, text, text, integer, integer, integer); Type: FUNCTION; Schema: public; Owner: rag
--

CREATE FUNCTION public.register_embedding_model(p_name text, p_dimensions integer, p_metric text DEFAULT 'cosine'::text, p_index_kind text DEFAULT 'hnsw'::text, p_hnsw_m integer DEFAULT 16, p_hnsw_ef_construction integer DEFAULT 64, p_ivfflat_lists integer DEFAULT NULL::integer) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $_$
DECLARE
    v_model embedding_models;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('register_embedding_model'));
    SELECT * INTO v_model FROM embedding_models WHERE name = p_name;
    IF NOT FOUND THEN
        INSERT INTO embedding_models (name, dimensions, metric, index_kind, hnsw_m, hnsw_ef_construction, ivfflat_lists)
            VALUES (p_name, p_dimensions, p_metric, p_index_kind, p_hnsw_m, p_hnsw_ef_construction, p_ivfflat_lists)
            RETURNING * INTO v_model;
        EXECUTE format('CREATE TABLE embeddings_%1$s PARTITION OF embeddings (CONSTRAINT embeddings_%1$s_dimensions '
            'CHECK (vector_dims(embedding) = %2$s AND l2_norm(embedding) > 0)) FOR VALUES IN (%1$s)', v_model.id, v_model.dimensions);
        PERFORM build_embedding_index(v_model.id);
    ELSIF v_model.dimensions <> p_dimensions THEN
        RAISE EXCEPTION 'model % has % dimensions, not %', p_name, v_model.dimensions, p_dimensions USING ERRCODE = 'check_violation';
    END IF;
    RETURN v_model.id;
END
$_$;



--
-- Name: FUNCTION register_embedding_model(p_name text, p_dimensions integer, p_metric text, p_index_kind text, p_hnsw_m integer, p_hnsw_ef_construction integer, p_ivfflat_lists integer); Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON FUNCTION public.register_embedding_model(p_name text, p_dimensions integer, p_metric text, p_index_kind text, p_hnsw_m integer, p_hnsw_ef_construction integer, p_ivfflat_lists integer) IS 'Id of the model of that name; makes it, its partition and its index when new. The index of a known model stays as it is.';


--
-- Name: reindex_version(uuid); Type: FUNCTION; Schema: public; Owner: rag
--

CREATE FUNCTION public.reindex_version(p_version uuid) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
    DELETE FROM chunk_lexemes WHERE version_id = p_version;
    PERFORM index_chunk_lexemes(p_version, 0, 2147483647);
END
$$;



--
-- Name: FUNCTION reindex_version(p_version uuid); Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON FUNCTION public.reindex_version(p_version uuid) IS 'Writes the full-text rows of a version anew, by the collection''s words and average length of today.';


--
-- Name: search_phrase(text, text); Type: FUNCTION; Schema: public; Owner: rag
--

CREATE FUNCTION public.search_phrase(p_config text, p_text text) RETURNS tsquery
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    SELECT phraseto_tsquery(p_config::regconfig, spread_unspaced(p_text))
$$;



--
-- Name: FUNCTION search_phrase(p_config text, p_text text); Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON FUNCTION public.search_phrase(p_config text, p_text text) IS 'Matches where the words of the text follow each other.';


--
-- Name: search_vector(text, text); Type: FUNCTION; Schema: public; Owner: rag
--

CREATE FUNCTION public.search_vector(p_config text, p_text text) RETURNS tsvector
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    SELECT to_tsvector(p_config::regconfig, spread_unspaced(p_text))
$$;



--
-- Name: FUNCTION search_vector(p_config text, p_text text); Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON FUNCTION public.search_vector(p_config text, p_text text) IS 'Words of a text with positions, as search knows them.';


--
-- Name: spend_tokens(bigint); Type: FUNCTION; Schema: public; Owner: rag_rules
--

CREATE FUNCTION public.spend_tokens(p_tokens bigint) RETURNS boolean
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    SELECT add_tokens(asker_organisation(), greatest(p_tokens, 0))
$$;


ALTER FUNCTION public.spend_tokens(p_tokens bigint) OWNER TO rag_rules;

--
-- Name: FUNCTION spend_tokens(p_tokens bigint); Type: COMMENT; Schema: public; Owner: rag_rules
--

COMMENT ON FUNCTION public.spend_tokens(p_tokens bigint) IS 'Adds to what chat models have read and written for the asker''s organisation today.';


--
-- Name: spread_unspaced(text); Type: FUNCTION; Schema: public; Owner: rag
--

CREATE FUNCTION public.spread_unspaced(p_text text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    SELECT CASE WHEN p_text !~ '[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]' THEN p_text
    ELSE regexp_replace(regexp_replace(regexp_replace(regexp_replace(p_text,
        '([\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af])', '\1\1', 'g'),
        '(^|[^\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af])[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]', '\1 ', 'g'),
        '([\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{2})', '\1 ', 'g'),
        '([\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{2} )[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af](?![\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af])', '\1 ', 'g')
    END
$$;



--
-- Name: FUNCTION spread_unspaced(p_text text); Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON FUNCTION public.spread_unspaced(p_text text) IS 'The text with runs of unspaced scripts as overlapping pairs of characters.';


--
-- Name: touch_updated_at(); Type: FUNCTION; Schema: public; Owner: rag
--

CREATE FUNCTION public.touch_updated_at() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END
$$;



--
-- Name: FUNCTION touch_updated_at(); Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON FUNCTION public.touch_updated_at() IS 'Row trigger: sets updated_at to the time of the transaction.';


--
-- Name: visible(); Type: FUNCTION; Schema: public; Owner: rag
--

CREATE FUNCTION public.visible() RETURNS uuid[]
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$SELECT nullif(current_setting('rag.visible', true), '')::uuid[]$$;



--
-- Name: FUNCTION visible(); Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON FUNCTION public.visible() IS 'Collections that the asker may read.';


--
-- Name: writable(); Type: FUNCTION; Schema: public; Owner: rag_rules
--

CREATE FUNCTION public.writable() RETURNS uuid[]
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    SELECT ARRAY(SELECT id FROM collections WHERE owner_id = asker()
                 UNION ALL SELECT collection_id FROM collection_members WHERE user_id = asker() AND role = 'editor')
    WHERE nullif(current_setting('rag.writes', true), '')::boolean
$$;


ALTER FUNCTION public.writable() OWNER TO rag_rules;

--
-- Name: FUNCTION writable(); Type: COMMENT; Schema: public; Owner: rag_rules
--

COMMENT ON FUNCTION public.writable() IS 'Collections whose documents the asker may add and delete.';


SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: __diesel_schema_migrations; Type: TABLE; Schema: public; Owner: rag
--

CREATE TABLE public.__diesel_schema_migrations (
    version character varying(50) NOT NULL,
    run_on timestamp without time zone DEFAULT CURRENT_TIMESTAMP NOT NULL
);



--
-- Name: api_keys; Type: TABLE; Schema: public; Owner: rag
--

CREATE TABLE public.api_keys (
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    name text NOT NULL,
    prefix text NOT NULL,
    sha256 bytea NOT NULL,
    scopes text[] NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone,
    last_used_at timestamp with time zone,
    CONSTRAINT api_keys_name_length CHECK (((char_length(name) >= 1) AND (char_length(name) <= 200))),
    CONSTRAINT api_keys_prefix_form CHECK ((prefix ~ '^rag_[A-Za-z0-9_-]{6}$'::text)),
    CONSTRAINT api_keys_scopes_known CHECK (((scopes <@ ARRAY['read'::text, 'ask'::text, 'write'::text, 'manage'::text]) AND (cardinality(scopes) > 0))),
    CONSTRAINT api_keys_sha256_length CHECK ((octet_length(sha256) = 32))
);

ALTER TABLE ONLY public.api_keys FORCE ROW LEVEL SECURITY;



--
-- Name: TABLE api_keys; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON TABLE public.api_keys IS 'Keys for programs. They act for their user, within their scopes; revoking one deletes it.';


--
-- Name: COLUMN api_keys.id; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.api_keys.id IS 'UUIDv7.';


--
-- Name: COLUMN api_keys.user_id; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.api_keys.user_id IS 'User it acts for.';


--
-- Name: COLUMN api_keys.name; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.api_keys.name IS 'What it is for, for people.';


--
-- Name: COLUMN api_keys.prefix; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.api_keys.prefix IS 'How the key begins, to recognise it by.';


--
-- Name: COLUMN api_keys.sha256; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.api_keys.sha256 IS 'SHA-256 of the whole key.';


--
-- Name: COLUMN api_keys.scopes; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.api_keys.scopes IS 'What it may do: read (search, read documents), ask (conversations), write (documents), manage (collections, keys, people).';


--
-- Name: COLUMN api_keys.created_at; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.api_keys.created_at IS 'When it was made.';


--
-- Name: COLUMN api_keys.expires_at; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.api_keys.expires_at IS 'Not good afterwards; null for never.';


--
-- Name: COLUMN api_keys.last_used_at; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.api_keys.last_used_at IS 'When it was last used, to the minute.';


--
-- Name: audit_events; Type: TABLE; Schema: public; Owner: rag
--

CREATE TABLE public.audit_events (
    id uuid DEFAULT public.ordered_uuid() NOT NULL,
    organisation_id uuid NOT NULL,
    actor_id uuid,
    action text NOT NULL,
    object_id uuid,
    request_id uuid,
    details jsonb DEFAULT '{}'::jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT audit_events_action_form CHECK ((action ~ '^[a-z_]+\.[a-z_]+$'::text)),
    CONSTRAINT audit_events_details_is_object CHECK ((jsonb_typeof(details) = 'object'::text))
);

ALTER TABLE ONLY public.audit_events FORCE ROW LEVEL SECURITY;



--
-- Name: TABLE audit_events; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON TABLE public.audit_events IS 'Who did what to which object. Triggers add rows; nobody changes them.';


--
-- Name: COLUMN audit_events.id; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.audit_events.id IS 'UUIDv7.';


--
-- Name: COLUMN audit_events.organisation_id; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.audit_events.organisation_id IS 'Organisation it happened in.';


--
-- Name: COLUMN audit_events.actor_id; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.audit_events.actor_id IS 'User who did it; stays when the user is erased; null for a worker or who was not signed in.';


--
-- Name: COLUMN audit_events.action; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.audit_events.action IS 'Kind of object and verb, one of insert, update, delete: document.delete.';


--
-- Name: COLUMN audit_events.object_id; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.audit_events.object_id IS 'Object it was done to.';


--
-- Name: COLUMN audit_events.request_id; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.audit_events.request_id IS 'Request under which the log has more.';


--
-- Name: COLUMN audit_events.details; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.audit_events.details IS 'What else is worth knowing: never content, never secrets.';


--
-- Name: COLUMN audit_events.created_at; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.audit_events.created_at IS 'When.';


--
-- Name: chat_messages; Type: TABLE; Schema: public; Owner: rag
--

CREATE TABLE public.chat_messages (
    id uuid NOT NULL,
    session_id uuid NOT NULL,
    ordinal integer NOT NULL,
    sender text NOT NULL,
    text text NOT NULL,
    outcome text,
    retrieved_chunk_ids uuid[] DEFAULT '{}'::uuid[] NOT NULL,
    citations jsonb DEFAULT '[]'::jsonb NOT NULL,
    answered_by text,
    timings jsonb DEFAULT '{}'::jsonb NOT NULL,
    prompt_tokens integer,
    completion_tokens integer,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT chat_messages_citations_is_array CHECK ((jsonb_typeof(citations) = 'array'::text)),
    CONSTRAINT chat_messages_completion_tokens_not_negative CHECK ((completion_tokens >= 0)),
    CONSTRAINT chat_messages_ordinal_not_negative CHECK ((ordinal >= 0)),
    CONSTRAINT chat_messages_outcome_known CHECK ((outcome = ANY (ARRAY['answered'::text, 'not_found'::text, 'failed'::text, 'stopped'::text]))),
    CONSTRAINT chat_messages_outcome_of_assistant CHECK (((outcome IS NOT NULL) = (sender = 'assistant'::text))),
    CONSTRAINT chat_messages_prompt_tokens_not_negative CHECK ((prompt_tokens >= 0)),
    CONSTRAINT chat_messages_sender_known CHECK ((sender = ANY (ARRAY['user'::text, 'assistant'::text]))),
    CONSTRAINT chat_messages_timings_is_object CHECK ((jsonb_typeof(timings) = 'object'::text))
);

ALTER TABLE ONLY public.chat_messages FORCE ROW LEVEL SECURITY;



--
-- Name: TABLE chat_messages; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON TABLE public.chat_messages IS 'Turns of a conversation.';


--
-- Name: COLUMN chat_messages.id; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.chat_messages.id IS 'UUIDv7.';


--
-- Name: COLUMN chat_messages.session_id; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.chat_messages.session_id IS 'Conversation it belongs to.';


--
-- Name: COLUMN chat_messages.ordinal; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.chat_messages.ordinal IS 'Place in the conversation, from 0.';


--
-- Name: COLUMN chat_messages.sender; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.chat_messages.sender IS 'Who speaks: user or assistant.';


--
-- Name: COLUMN chat_messages.text; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.chat_messages.text IS 'What was said.';


--
-- Name: COLUMN chat_messages.outcome; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.chat_messages.outcome IS 'How an answer ended; null for a question.';


--
-- Name: COLUMN chat_messages.retrieved_chunk_ids; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.chat_messages.retrieved_chunk_ids IS 'Chunks given to the answerer, best first; they may have been deleted since.';


--
-- Name: COLUMN chat_messages.citations; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.chat_messages.citations IS 'Checked citations: [{marker, chunk_id, document_id, page, quote, ..}].';


--
-- Name: COLUMN chat_messages.answered_by; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.chat_messages.answered_by IS 'Name of the model, or extractive.';


--
-- Name: COLUMN chat_messages.timings; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.chat_messages.timings IS 'Milliseconds per step.';


--
-- Name: COLUMN chat_messages.prompt_tokens; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.chat_messages.prompt_tokens IS 'Tokens read by the model, when it says so.';


--
-- Name: COLUMN chat_messages.completion_tokens; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.chat_messages.completion_tokens IS 'Tokens written by the model, when it says so.';


--
-- Name: COLUMN chat_messages.created_at; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.chat_messages.created_at IS 'When it was stored.';


--
-- Name: chat_sessions; Type: TABLE; Schema: public; Owner: rag
--

CREATE TABLE public.chat_sessions (
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    title text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT chat_sessions_title_length CHECK (((char_length(title) >= 1) AND (char_length(title) <= 200)))
);

ALTER TABLE ONLY public.chat_sessions FORCE ROW LEVEL SECURITY;



--
-- Name: TABLE chat_sessions; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON TABLE public.chat_sessions IS 'Conversations of one user.';


--
-- Name: COLUMN chat_sessions.id; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.chat_sessions.id IS 'UUIDv7.';


--
-- Name: COLUMN chat_sessions.user_id; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.chat_sessions.user_id IS 'User who holds the conversation.';


--
-- Name: COLUMN chat_sessions.title; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.chat_sessions.title IS 'Title: given, else the start of the first question.';


--
-- Name: COLUMN chat_sessions.created_at; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.chat_sessions.created_at IS 'When the row was made.';


--
-- Name: COLUMN chat_sessions.updated_at; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.chat_sessions.updated_at IS 'When the row last changed; kept by a trigger.';


--
-- Name: chunk_lexemes; Type: TABLE; Schema: public; Owner: rag
--

CREATE TABLE public.chunk_lexemes (
    chunk_id uuid NOT NULL,
    version_id uuid NOT NULL,
    collection_id uuid NOT NULL,
    text_search_config text NOT NULL,
    length integer NOT NULL,
    lexeme_ids integer[] NOT NULL,
    impacts public.sparsevec NOT NULL,
    tsv tsvector NOT NULL,
    CONSTRAINT chunk_lexemes_length_not_negative CHECK ((length >= 0))
);

ALTER TABLE ONLY public.chunk_lexemes FORCE ROW LEVEL SECURITY;



--
-- Name: TABLE chunk_lexemes; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON TABLE public.chunk_lexemes IS 'The full-text row of a chunk: candidates by lexeme_ids, BM25 as an inner product with impacts, phrases by tsv.';


--
-- Name: COLUMN chunk_lexemes.chunk_id; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.chunk_lexemes.chunk_id IS 'Chunk it stands for.';


--
-- Name: COLUMN chunk_lexemes.version_id; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.chunk_lexemes.version_id IS 'The chunk''s version, repeated here so that search can hide versions being built.';


--
-- Name: COLUMN chunk_lexemes.collection_id; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.chunk_lexemes.collection_id IS 'The chunk''s collection, repeated here so that search can filter without a join.';


--
-- Name: COLUMN chunk_lexemes.text_search_config; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.chunk_lexemes.text_search_config IS 'Configuration it was stemmed by.';


--
-- Name: COLUMN chunk_lexemes.length; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.chunk_lexemes.length IS 'Words that count: the sum of the term frequencies.';


--
-- Name: COLUMN chunk_lexemes.lexeme_ids; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.chunk_lexemes.lexeme_ids IS 'Ids of its lexemes, ascending; the inverted index.';


--
-- Name: COLUMN chunk_lexemes.impacts; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.chunk_lexemes.impacts IS 'Per lexeme id tf*(k1+1)/(tf + k1*(1-b+b*length/average)), k1 = 0.9, b = 0.5 (Robertson et al. 1994).';


--
-- Name: COLUMN chunk_lexemes.tsv; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.chunk_lexemes.tsv IS 'Words with positions, of title (twice, as it counts twice), headings and text.';


--
-- Name: chunks; Type: TABLE; Schema: public; Owner: rag
--

CREATE TABLE public.chunks (
    id uuid NOT NULL,
    version_id uuid NOT NULL,
    ordinal integer NOT NULL,
    start_offset bigint NOT NULL,
    end_offset bigint NOT NULL,
    page integer,
    heading_path text[] DEFAULT '{}'::text[] NOT NULL,
    token_count integer NOT NULL,
    text text NOT NULL,
    collection_id uuid NOT NULL,
    CONSTRAINT chunks_offsets_ordered CHECK ((end_offset > start_offset)),
    CONSTRAINT chunks_ordinal_not_negative CHECK ((ordinal >= 0)),
    CONSTRAINT chunks_page_positive CHECK ((page > 0)),
    CONSTRAINT chunks_start_offset_not_negative CHECK ((start_offset >= 0)),
    CONSTRAINT chunks_text_not_empty CHECK ((text <> ''::text)),
    CONSTRAINT chunks_token_count_positive CHECK ((token_count > 0))
);

ALTER TABLE ONLY public.chunks FORCE ROW LEVEL SECURITY;



--
-- Name: TABLE chunks; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON TABLE public.chunks IS 'Passages of a version: what is embedded, found and cited.';


--
-- Name: COLUMN chunks.id; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.chunks.id IS 'UUIDv7.';


--
-- Name: COLUMN chunks.version_id; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.chunks.version_id IS 'Version it is a passage of.';


--
-- Name: COLUMN chunks.ordinal; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.chunks.ordinal IS 'Place in the version, from 0.';


--
-- Name: COLUMN chunks.start_offset; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.chunks.start_offset IS 'First character in the version''s text, in Unicode scalar values.';


--
-- Name: COLUMN chunks.end_offset; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.chunks.end_offset IS 'One past the last character.';


--
-- Name: COLUMN chunks.page; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.chunks.page IS 'Page it starts on, from 1, where the format has pages.';


--
-- Name: COLUMN chunks.heading_path; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.chunks.heading_path IS 'Headings above it, outermost first.';


--
-- Name: COLUMN chunks.token_count; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.chunks.token_count IS 'Tokens by the tokenizer of the model it was cut for.';


--
-- Name: COLUMN chunks.text; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.chunks.text IS 'The passage: the version''s text between the two offsets.';


--
-- Name: COLUMN chunks.collection_id; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.chunks.collection_id IS 'The version''s collection.';


--
-- Name: collection_links; Type: TABLE; Schema: public; Owner: rag
--

CREATE TABLE public.collection_links (
    id uuid NOT NULL,
    collection_id uuid NOT NULL,
    sha256 bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone,
    CONSTRAINT collection_links_sha256_length CHECK ((octet_length(sha256) = 32))
);

ALTER TABLE ONLY public.collection_links FORCE ROW LEVEL SECURITY;



--
-- Name: TABLE collection_links; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON TABLE public.collection_links IS 'Secrets whose bearer may read one collection; revoking one deletes it.';


--
-- Name: COLUMN collection_links.id; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.collection_links.id IS 'UUIDv7.';


--
-- Name: COLUMN collection_links.collection_id; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.collection_links.collection_id IS 'Collection shared.';


--
-- Name: COLUMN collection_links.sha256; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.collection_links.sha256 IS 'SHA-256 of the secret.';


--
-- Name: COLUMN collection_links.created_at; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.collection_links.created_at IS 'When it was made.';


--
-- Name: COLUMN collection_links.expires_at; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.collection_links.expires_at IS 'Not good afterwards; null for never.';


--
-- Name: collection_members; Type: TABLE; Schema: public; Owner: rag
--

CREATE TABLE public.collection_members (
    collection_id uuid NOT NULL,
    user_id uuid NOT NULL,
    organisation_id uuid NOT NULL,
    role text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT collection_members_role_known CHECK ((role = ANY (ARRAY['editor'::text, 'reader'::text])))
);

ALTER TABLE ONLY public.collection_members FORCE ROW LEVEL SECURITY;



--
-- Name: TABLE collection_members; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON TABLE public.collection_members IS 'People of the same organisation with whom a collection is shared, beside its owner.';


--
-- Name: COLUMN collection_members.collection_id; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.collection_members.collection_id IS 'Collection shared.';


--
-- Name: COLUMN collection_members.user_id; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.collection_members.user_id IS 'With whom.';


--
-- Name: COLUMN collection_members.organisation_id; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.collection_members.organisation_id IS 'Organisation of both.';


--
-- Name: COLUMN collection_members.role; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.collection_members.role IS 'editor: reads, adds and deletes documents; reader: reads.';


--
-- Name: COLUMN collection_members.created_at; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.collection_members.created_at IS 'Since when.';


--
-- Name: collection_synonyms; Type: TABLE; Schema: public; Owner: rag
--

CREATE TABLE public.collection_synonyms (
    collection_id uuid NOT NULL,
    ordinal integer NOT NULL,
    terms text[] NOT NULL,
    CONSTRAINT collection_synonyms_ordinal_not_negative CHECK ((ordinal >= 0)),
    CONSTRAINT collection_synonyms_terms_count CHECK (((cardinality(terms) >= 2) AND (cardinality(terms) <= 16)))
);

ALTER TABLE ONLY public.collection_synonyms FORCE ROW LEVEL SECURITY;



--
-- Name: TABLE collection_synonyms; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON TABLE public.collection_synonyms IS 'Groups of words and phrases that mean the same in a collection; a question that names one finds the others too.';


--
-- Name: COLUMN collection_synonyms.collection_id; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.collection_synonyms.collection_id IS 'Collection they hold in.';


--
-- Name: COLUMN collection_synonyms.ordinal; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.collection_synonyms.ordinal IS 'Place of the group in the list, from 0.';


--
-- Name: COLUMN collection_synonyms.terms; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.collection_synonyms.terms IS 'The words and phrases as people wrote them; compared by stems.';


--
-- Name: collections; Type: TABLE; Schema: public; Owner: rag
--

CREATE TABLE public.collections (
    id uuid NOT NULL,
    owner_id uuid NOT NULL,
    name text NOT NULL,
    description text DEFAULT ''::text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    organisation_id uuid NOT NULL,
    CONSTRAINT collections_description_length CHECK ((char_length(description) <= 2000)),
    CONSTRAINT collections_name_length CHECK (((char_length(name) >= 1) AND (char_length(name) <= 200)))
);

ALTER TABLE ONLY public.collections FORCE ROW LEVEL SECURITY;



--
-- Name: TABLE collections; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON TABLE public.collections IS 'Named sets of documents that are searched together.';


--
-- Name: COLUMN collections.id; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.collections.id IS 'UUIDv7.';


--
-- Name: COLUMN collections.owner_id; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.collections.owner_id IS 'User who owns the collection.';


--
-- Name: COLUMN collections.name; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.collections.name IS 'Name, unique per owner.';


--
-- Name: COLUMN collections.description; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.collections.description IS 'What the collection holds, for people.';


--
-- Name: COLUMN collections.created_at; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.collections.created_at IS 'When the row was made.';


--
-- Name: COLUMN collections.updated_at; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.collections.updated_at IS 'When the row last changed; kept by a trigger.';


--
-- Name: COLUMN collections.organisation_id; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.collections.organisation_id IS 'Organisation of the owner.';


--
-- Name: document_popularity; Type: TABLE; Schema: public; Owner: rag
--

CREATE TABLE public.document_popularity (
    document_id uuid NOT NULL,
    collection_id uuid NOT NULL,
    citation_count bigint NOT NULL,
    CONSTRAINT document_popularity_citation_count_positive CHECK ((citation_count > 0))
)
WITH (fillfactor='80');

ALTER TABLE ONLY public.document_popularity FORCE ROW LEVEL SECURITY;



--
-- Name: TABLE document_popularity; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON TABLE public.document_popularity IS 'Documents that answers have cited. Apart from documents: a count that changes with each answer would rewrite their rows.';


--
-- Name: COLUMN document_popularity.document_id; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.document_popularity.document_id IS 'The document.';


--
-- Name: COLUMN document_popularity.collection_id; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.document_popularity.collection_id IS 'The document''s collection, repeated here for row-level security.';


--
-- Name: COLUMN document_popularity.citation_count; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.document_popularity.citation_count IS 'Answers that cited it, those of conversations deleted since among them.';


--
-- Name: document_versions; Type: TABLE; Schema: public; Owner: rag
--

CREATE TABLE public.document_versions (
    id uuid NOT NULL,
    document_id uuid NOT NULL,
    number integer NOT NULL,
    state text DEFAULT 'queued'::text NOT NULL,
    content_sha256 bytea NOT NULL,
    size_bytes bigint NOT NULL,
    page_count integer,
    character_count bigint DEFAULT 0 NOT NULL,
    chunk_count integer DEFAULT 0 NOT NULL,
    ingest_settings text DEFAULT ''::text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    published_at timestamp with time zone,
    collection_id uuid NOT NULL,
    CONSTRAINT document_versions_character_count_not_negative CHECK ((character_count >= 0)),
    CONSTRAINT document_versions_chunk_count_not_negative CHECK ((chunk_count >= 0)),
    CONSTRAINT document_versions_content_sha256_length CHECK ((octet_length(content_sha256) = 32)),
    CONSTRAINT document_versions_number_positive CHECK ((number > 0)),
    CONSTRAINT document_versions_page_count_positive CHECK ((page_count > 0)),
    CONSTRAINT document_versions_published_at_when_published CHECK (((published_at IS NOT NULL) = (state = ANY (ARRAY['published'::text, 'superseded'::text])))),
    CONSTRAINT document_versions_size_bytes_positive CHECK ((size_bytes > 0)),
    CONSTRAINT document_versions_state_known CHECK ((state = ANY (ARRAY['queued'::text, 'building'::text, 'published'::text, 'superseded'::text])))
);

ALTER TABLE ONLY public.document_versions FORCE ROW LEVEL SECURITY;



--
-- Name: TABLE document_versions; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON TABLE public.document_versions IS 'Each upload of a document; its text and chunks hang here.';


--
-- Name: COLUMN document_versions.id; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.document_versions.id IS 'UUIDv7.';


--
-- Name: COLUMN document_versions.document_id; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.document_versions.document_id IS 'Document it is a version of.';


--
-- Name: COLUMN document_versions.number; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.document_versions.number IS 'Counts from 1 within the document.';


--
-- Name: COLUMN document_versions.state; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.document_versions.state IS 'queued: nothing stored but the bytes; building: chunks arrive, hidden from every search; published: current; superseded: an older one.';


--
-- Name: COLUMN document_versions.content_sha256; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.document_versions.content_sha256 IS 'SHA-256 of the original bytes.';


--
-- Name: COLUMN document_versions.size_bytes; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.document_versions.size_bytes IS 'Length of the original in bytes.';


--
-- Name: COLUMN document_versions.page_count; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.document_versions.page_count IS 'Pages, where the format has them.';


--
-- Name: COLUMN document_versions.character_count; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.document_versions.character_count IS 'Length of the text in Unicode scalar values.';


--
-- Name: COLUMN document_versions.chunk_count; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.document_versions.chunk_count IS 'Chunks stored for it.';


--
-- Name: COLUMN document_versions.ingest_settings; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.document_versions.ingest_settings IS 'Fingerprint of chunking and model; a build is only resumed under the same one.';


--
-- Name: COLUMN document_versions.created_at; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.document_versions.created_at IS 'When the bytes arrived.';


--
-- Name: COLUMN document_versions.published_at; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.document_versions.published_at IS 'When it became visible.';


--
-- Name: COLUMN document_versions.collection_id; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.document_versions.collection_id IS 'The document''s collection.';


--
-- Name: documents; Type: TABLE; Schema: public; Owner: rag
--

CREATE TABLE public.documents (
    id uuid NOT NULL,
    collection_id uuid NOT NULL,
    title text NOT NULL,
    source text,
    media_type text NOT NULL,
    language text,
    text_search_config text DEFAULT 'simple'::text NOT NULL,
    metadata jsonb DEFAULT '{}'::jsonb NOT NULL,
    content_sha256 bytea NOT NULL,
    current_version_id uuid,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT documents_content_sha256_length CHECK ((octet_length(content_sha256) = 32)),
    CONSTRAINT documents_language_form CHECK ((language ~ '^[a-z]{3}$'::text)),
    CONSTRAINT documents_media_type_form CHECK ((media_type ~ '^[a-z]+/[a-z0-9.+-]+$'::text)),
    CONSTRAINT documents_metadata_is_object CHECK ((jsonb_typeof(metadata) = 'object'::text)),
    CONSTRAINT documents_source_length CHECK (((char_length(source) >= 1) AND (char_length(source) <= 2000))),
    CONSTRAINT documents_text_search_config_form CHECK ((text_search_config ~ '^[a-z_]{1,63}$'::text)),
    CONSTRAINT documents_title_length CHECK (((char_length(title) >= 1) AND (char_length(title) <= 500)))
);

ALTER TABLE ONLY public.documents FORCE ROW LEVEL SECURITY;



--
-- Name: TABLE documents; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON TABLE public.documents IS 'What people upload. A document can be found once it has a current version.';


--
-- Name: COLUMN documents.id; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.documents.id IS 'UUIDv7.';


--
-- Name: COLUMN documents.collection_id; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.documents.collection_id IS 'Collection it belongs to.';


--
-- Name: COLUMN documents.title; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.documents.title IS 'Title given, else found in the document, else its file name.';


--
-- Name: COLUMN documents.source; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.documents.source IS 'Where it came from: a file name or an address.';


--
-- Name: COLUMN documents.media_type; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.documents.media_type IS 'Media type detected from the content.';


--
-- Name: COLUMN documents.language; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.documents.language IS 'ISO 639-3 code of the language, when detected reliably.';


--
-- Name: COLUMN documents.text_search_config; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.documents.text_search_config IS 'PostgreSQL text search configuration that stems its words.';


--
-- Name: COLUMN documents.metadata; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.documents.metadata IS 'Facts given by the uploader: a JSON object.';


--
-- Name: COLUMN documents.content_sha256; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.documents.content_sha256 IS 'SHA-256 of the newest upload: the same bytes are stored once per collection.';


--
-- Name: COLUMN documents.current_version_id; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.documents.current_version_id IS 'Version that is found and shown; null until the first one is whole.';


--
-- Name: COLUMN documents.created_at; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.documents.created_at IS 'When the row was made.';


--
-- Name: COLUMN documents.updated_at; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.documents.updated_at IS 'When the row last changed; kept by a trigger.';


--
-- Name: embedding_models; Type: TABLE; Schema: public; Owner: rag
--

CREATE TABLE public.embedding_models (
    id integer NOT NULL,
    name text NOT NULL,
    dimensions integer NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    metric text DEFAULT 'cosine'::text NOT NULL,
    index_kind text DEFAULT 'hnsw'::text NOT NULL,
    hnsw_m integer DEFAULT 16 NOT NULL,
    hnsw_ef_construction integer DEFAULT 64 NOT NULL,
    ivfflat_lists integer,
    CONSTRAINT embedding_models_dimensions_range CHECK (((dimensions >= 1) AND (dimensions <= 4000))),
    CONSTRAINT embedding_models_hnsw_ef_construction_range CHECK (((hnsw_ef_construction >= (2 * hnsw_m)) AND (hnsw_ef_construction <= 1000))),
    CONSTRAINT embedding_models_hnsw_m_range CHECK (((hnsw_m >= 2) AND (hnsw_m <= 100))),
    CONSTRAINT embedding_models_index_kind_known CHECK ((index_kind = ANY (ARRAY['hnsw'::text, 'ivfflat'::text, 'hnsw_binary'::text, 'none'::text]))),
    CONSTRAINT embedding_models_ivfflat_lists_range CHECK (((ivfflat_lists >= 1) AND (ivfflat_lists <= 32768))),
    CONSTRAINT embedding_models_metric_known CHECK ((metric = ANY (ARRAY['cosine'::text, 'l2'::text, 'inner_product'::text]))),
    CONSTRAINT embedding_models_name_length CHECK (((char_length(name) >= 1) AND (char_length(name) <= 200)))
);



--
-- Name: TABLE embedding_models; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON TABLE public.embedding_models IS 'Models whose vectors are stored; each has its own partition of embeddings with its own index.';


--
-- Name: COLUMN embedding_models.id; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.embedding_models.id IS 'Small, because every vector carries it.';


--
-- Name: COLUMN embedding_models.name; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.embedding_models.name IS 'Name, unique.';


--
-- Name: COLUMN embedding_models.dimensions; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.embedding_models.dimensions IS 'Length of its vectors; 4,000 is the most that pgvector indexes as halfvec.';


--
-- Name: COLUMN embedding_models.created_at; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.embedding_models.created_at IS 'When it was registered.';


--
-- Name: COLUMN embedding_models.metric; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.embedding_models.metric IS 'Distance that the index orders by. Vectors have length 1, so each gives the order of the cosine.';


--
-- Name: COLUMN embedding_models.index_kind; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.embedding_models.index_kind IS 'Kind of index that stands; hnsw_binary holds one bit a dimension, and what it finds is compared again exactly; none: every row is compared.';


--
-- Name: COLUMN embedding_models.hnsw_m; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.embedding_models.hnsw_m IS 'Links of a node in a layer of the HNSW graph.';


--
-- Name: COLUMN embedding_models.hnsw_ef_construction; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.embedding_models.hnsw_ef_construction IS 'Candidates looked at for each node while the HNSW graph is built.';


--
-- Name: COLUMN embedding_models.ivfflat_lists; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.embedding_models.ivfflat_lists IS 'Lists of an IVFFlat index; absent: one for each thousand rows there are when it is built.';


--
-- Name: embedding_models_id_seq; Type: SEQUENCE; Schema: public; Owner: rag
--

ALTER TABLE public.embedding_models ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.embedding_models_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: embeddings; Type: TABLE; Schema: public; Owner: rag
--

CREATE TABLE public.embeddings (
    model_id integer NOT NULL,
    chunk_id uuid NOT NULL,
    version_id uuid NOT NULL,
    collection_id uuid NOT NULL,
    embedding public.halfvec NOT NULL
)
PARTITION BY LIST (model_id);
ALTER TABLE ONLY public.embeddings ALTER COLUMN embedding SET STORAGE PLAIN;

ALTER TABLE ONLY public.embeddings FORCE ROW LEVEL SECURITY;



--
-- Name: TABLE embeddings; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON TABLE public.embeddings IS 'Vectors of chunks, L2-normalised, partitioned by model. Narrow on purpose: an exact scan reads nothing else.';


--
-- Name: COLUMN embeddings.model_id; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.embeddings.model_id IS 'Model that made the vector; the partition key.';


--
-- Name: COLUMN embeddings.chunk_id; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.embeddings.chunk_id IS 'Chunk it stands for.';


--
-- Name: COLUMN embeddings.version_id; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.embeddings.version_id IS 'The chunk''s version, repeated here so that search can hide versions being built.';


--
-- Name: COLUMN embeddings.collection_id; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.embeddings.collection_id IS 'The chunk''s collection, repeated here so that search can filter without a join.';


--
-- Name: COLUMN embeddings.embedding; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.embeddings.embedding IS 'Half-precision vector; its length is checked by the partition.';


--
-- Name: embeddings_1; Type: TABLE; Schema: public; Owner: rag
--

CREATE TABLE public.embeddings_1 (
    model_id integer CONSTRAINT embeddings_model_id_not_null NOT NULL,
    chunk_id uuid CONSTRAINT embeddings_chunk_id_not_null NOT NULL,
    version_id uuid CONSTRAINT embeddings_version_id_not_null NOT NULL,
    collection_id uuid CONSTRAINT embeddings_collection_id_not_null NOT NULL,
    embedding public.halfvec CONSTRAINT embeddings_embedding_not_null NOT NULL,
    CONSTRAINT embeddings_1_dimensions CHECK (((public.vector_dims(embedding) = 384) AND (public.l2_norm(embedding) > (0)::double precision)))
);
ALTER TABLE ONLY public.embeddings_1 ALTER COLUMN embedding SET STORAGE PLAIN;



--
-- Name: invitations; Type: TABLE; Schema: public; Owner: rag
--

CREATE TABLE public.invitations (
    id uuid NOT NULL,
    organisation_id uuid NOT NULL,
    email text NOT NULL,
    role text NOT NULL,
    invited_by uuid,
    token_sha256 bytea NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT invitations_email_length CHECK (((char_length(email) >= 3) AND (char_length(email) <= 254))),
    CONSTRAINT invitations_role_known CHECK ((role = ANY (ARRAY['admin'::text, 'member'::text]))),
    CONSTRAINT invitations_token_sha256_length CHECK ((octet_length(token_sha256) = 32))
);

ALTER TABLE ONLY public.invitations FORCE ROW LEVEL SECURITY;



--
-- Name: TABLE invitations; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON TABLE public.invitations IS 'Open invitations into an organisation; accepting one deletes it.';


--
-- Name: COLUMN invitations.id; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.invitations.id IS 'UUIDv7.';


--
-- Name: COLUMN invitations.organisation_id; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.invitations.organisation_id IS 'Organisation invited into.';


--
-- Name: COLUMN invitations.email; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.invitations.email IS 'Address of who is invited.';


--
-- Name: COLUMN invitations.role; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.invitations.role IS 'Role of who accepts.';


--
-- Name: COLUMN invitations.invited_by; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.invitations.invited_by IS 'Admin who invited; the invitation is good as long as they are one. Null for the operator.';


--
-- Name: COLUMN invitations.token_sha256; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.invitations.token_sha256 IS 'SHA-256 of the token in the link.';


--
-- Name: COLUMN invitations.expires_at; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.invitations.expires_at IS 'Not to be accepted afterwards.';


--
-- Name: COLUMN invitations.created_at; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.invitations.created_at IS 'When it was made.';


--
-- Name: jobs; Type: TABLE; Schema: public; Owner: rag
--

CREATE TABLE public.jobs (
    id uuid NOT NULL,
    kind text NOT NULL,
    state text DEFAULT 'queued'::text NOT NULL,
    collection_id uuid NOT NULL,
    document_id uuid,
    version_id uuid,
    title text NOT NULL,
    size_bytes bigint NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    run_after timestamp with time zone DEFAULT now() NOT NULL,
    leased_until timestamp with time zone,
    stage text DEFAULT 'queued'::text NOT NULL,
    done_units bigint DEFAULT 0 NOT NULL,
    total_units bigint,
    problem jsonb,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    finished_at timestamp with time zone,
    CONSTRAINT jobs_attempts_not_negative CHECK ((attempts >= 0)),
    CONSTRAINT jobs_done_units_not_negative CHECK ((done_units >= 0)),
    CONSTRAINT jobs_finished_at_when_finished CHECK (((state = ANY (ARRAY['done'::text, 'refused'::text, 'dead'::text])) = (finished_at IS NOT NULL))),
    CONSTRAINT jobs_kind_known CHECK ((kind = 'ingest'::text)),
    CONSTRAINT jobs_lease_while_running CHECK (((state = 'running'::text) = (leased_until IS NOT NULL))),
    CONSTRAINT jobs_problem_is_object CHECK ((jsonb_typeof(problem) = 'object'::text)),
    CONSTRAINT jobs_size_bytes_not_negative CHECK ((size_bytes >= 0)),
    CONSTRAINT jobs_stage_known CHECK ((stage = ANY (ARRAY['queued'::text, 'reading'::text, 'embedding'::text, 'publishing'::text, 'finished'::text]))),
    CONSTRAINT jobs_state_known CHECK ((state = ANY (ARRAY['queued'::text, 'running'::text, 'done'::text, 'refused'::text, 'dead'::text]))),
    CONSTRAINT jobs_total_units_not_negative CHECK ((total_units >= 0))
);

ALTER TABLE ONLY public.jobs FORCE ROW LEVEL SECURITY;



--
-- Name: TABLE jobs; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON TABLE public.jobs IS 'Background work, taken with SKIP LOCKED under a lease.';


--
-- Name: COLUMN jobs.id; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.jobs.id IS 'UUIDv7.';


--
-- Name: COLUMN jobs.kind; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.jobs.kind IS 'What is to be done.';


--
-- Name: COLUMN jobs.state; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.jobs.state IS 'queued, running, done; refused: the input can never work, nothing of it is kept; dead: given up after the last attempt, may be retried.';


--
-- Name: COLUMN jobs.collection_id; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.jobs.collection_id IS 'Collection it works for.';


--
-- Name: COLUMN jobs.document_id; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.jobs.document_id IS 'Document it works on; null once that is deleted.';


--
-- Name: COLUMN jobs.version_id; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.jobs.version_id IS 'Version it builds; null once that is deleted.';


--
-- Name: COLUMN jobs.title; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.jobs.title IS 'Title or file name of the document, for people.';


--
-- Name: COLUMN jobs.size_bytes; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.jobs.size_bytes IS 'Length of the original in bytes.';


--
-- Name: COLUMN jobs.attempts; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.jobs.attempts IS 'Times it was taken; also the fencing token of the lease.';


--
-- Name: COLUMN jobs.run_after; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.jobs.run_after IS 'Not before this time.';


--
-- Name: COLUMN jobs.leased_until; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.jobs.leased_until IS 'While running: when another worker may take it.';


--
-- Name: COLUMN jobs.stage; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.jobs.stage IS 'What the worker is at.';


--
-- Name: COLUMN jobs.done_units; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.jobs.done_units IS 'Units of the stage done.';


--
-- Name: COLUMN jobs.total_units; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.jobs.total_units IS 'Units of the stage in all, when known.';


--
-- Name: COLUMN jobs.problem; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.jobs.problem IS 'Why it failed last: {code, detail}.';


--
-- Name: COLUMN jobs.created_at; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.jobs.created_at IS 'When it was queued.';


--
-- Name: COLUMN jobs.finished_at; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.jobs.finished_at IS 'When it ended.';


--
-- Name: lexemes; Type: TABLE; Schema: public; Owner: rag
--

CREATE TABLE public.lexemes (
    id integer NOT NULL,
    collection_id uuid NOT NULL,
    lexeme text NOT NULL,
    chunk_count integer NOT NULL,
    CONSTRAINT lexemes_chunk_count_not_negative CHECK ((chunk_count >= 0))
)
WITH (fillfactor='70');

ALTER TABLE ONLY public.lexemes FORCE ROW LEVEL SECURITY;



--
-- Name: TABLE lexemes; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON TABLE public.lexemes IS 'Words of a collection. Ids are dimensions of chunk_lexemes.impacts; kept per collection, so that no collection''s ranking tells of another''s words.';


--
-- Name: COLUMN lexemes.id; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.lexemes.id IS 'Dimension in the sparse vectors.';


--
-- Name: COLUMN lexemes.collection_id; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.lexemes.collection_id IS 'Collection the word is counted in.';


--
-- Name: COLUMN lexemes.lexeme; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.lexemes.lexeme IS 'Stem, by the document''s text search configuration.';


--
-- Name: COLUMN lexemes.chunk_count; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.lexemes.chunk_count IS 'Chunks that hold it: the document frequency of BM25.';


--
-- Name: lexemes_id_seq; Type: SEQUENCE; Schema: public; Owner: rag
--

ALTER TABLE public.lexemes ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.lexemes_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: lexical_statistics; Type: TABLE; Schema: public; Owner: rag
--

CREATE TABLE public.lexical_statistics (
    collection_id uuid NOT NULL,
    text_search_config text NOT NULL,
    chunk_count bigint NOT NULL,
    lexeme_total bigint NOT NULL,
    CONSTRAINT lexical_statistics_chunk_count_not_negative CHECK ((chunk_count >= 0)),
    CONSTRAINT lexical_statistics_lexeme_total_not_negative CHECK ((lexeme_total >= 0))
)
WITH (fillfactor='70');

ALTER TABLE ONLY public.lexical_statistics FORCE ROW LEVEL SECURITY;



--
-- Name: TABLE lexical_statistics; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON TABLE public.lexical_statistics IS 'Size of a collection per text search configuration: N and the average length of BM25.';


--
-- Name: COLUMN lexical_statistics.collection_id; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.lexical_statistics.collection_id IS 'Collection counted.';


--
-- Name: COLUMN lexical_statistics.text_search_config; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.lexical_statistics.text_search_config IS 'Configuration its chunks were stemmed by.';


--
-- Name: COLUMN lexical_statistics.chunk_count; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.lexical_statistics.chunk_count IS 'Chunks in chunk_lexemes.';


--
-- Name: COLUMN lexical_statistics.lexeme_total; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.lexical_statistics.lexeme_total IS 'Sum of their lengths in lexemes.';


--
-- Name: login_tokens; Type: TABLE; Schema: public; Owner: rag
--

CREATE TABLE public.login_tokens (
    sha256 bytea NOT NULL,
    login_id uuid NOT NULL,
    kind text NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    CONSTRAINT login_tokens_kind_known CHECK ((kind = ANY (ARRAY['access'::text, 'refresh'::text]))),
    CONSTRAINT login_tokens_sha256_length CHECK ((octet_length(sha256) = 32)),
    CONSTRAINT login_tokens_used_at_of_refresh CHECK (((used_at IS NULL) OR (kind = 'refresh'::text)))
);

ALTER TABLE ONLY public.login_tokens FORCE ROW LEVEL SECURITY;



--
-- Name: TABLE login_tokens; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON TABLE public.login_tokens IS 'Tokens of logins. A refresh token works once: coming back it revokes the login.';


--
-- Name: COLUMN login_tokens.sha256; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.login_tokens.sha256 IS 'SHA-256 of the token.';


--
-- Name: COLUMN login_tokens.login_id; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.login_tokens.login_id IS 'Login it belongs to.';


--
-- Name: COLUMN login_tokens.kind; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.login_tokens.kind IS 'access: opens the API for minutes; refresh: gives a new pair.';


--
-- Name: COLUMN login_tokens.expires_at; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.login_tokens.expires_at IS 'Not good afterwards.';


--
-- Name: COLUMN login_tokens.used_at; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.login_tokens.used_at IS 'When a refresh token was exchanged.';


--
-- Name: logins; Type: TABLE; Schema: public; Owner: rag
--

CREATE TABLE public.logins (
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    device text DEFAULT ''::text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    CONSTRAINT logins_device_length CHECK ((char_length(device) <= 200))
);

ALTER TABLE ONLY public.logins FORCE ROW LEVEL SECURITY;



--
-- Name: TABLE logins; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON TABLE public.logins IS 'Times somebody signed in: a family of tokens that is revoked as one.';


--
-- Name: COLUMN logins.id; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.logins.id IS 'UUIDv7.';


--
-- Name: COLUMN logins.user_id; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.logins.user_id IS 'Who signed in.';


--
-- Name: COLUMN logins.device; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.logins.device IS 'User agent that signed in, for people.';


--
-- Name: COLUMN logins.created_at; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.logins.created_at IS 'When.';


--
-- Name: COLUMN logins.expires_at; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.logins.expires_at IS 'When it ends, however often it is refreshed.';


--
-- Name: COLUMN logins.revoked_at; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.logins.revoked_at IS 'When it was signed out, or a used refresh token came back.';


--
-- Name: organisation_usage; Type: TABLE; Schema: public; Owner: rag
--

CREATE TABLE public.organisation_usage (
    organisation_id uuid NOT NULL,
    document_count bigint DEFAULT 0 NOT NULL,
    size_bytes bigint DEFAULT 0 NOT NULL,
    token_day date DEFAULT CURRENT_DATE NOT NULL,
    token_count bigint DEFAULT 0 NOT NULL,
    CONSTRAINT organisation_usage_document_count_not_negative CHECK ((document_count >= 0)),
    CONSTRAINT organisation_usage_size_bytes_not_negative CHECK ((size_bytes >= 0)),
    CONSTRAINT organisation_usage_token_count_not_negative CHECK ((token_count >= 0))
)
WITH (fillfactor='50');

ALTER TABLE ONLY public.organisation_usage FORCE ROW LEVEL SECURITY;



--
-- Name: TABLE organisation_usage; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON TABLE public.organisation_usage IS 'What an organisation stores and spends; kept by triggers.';


--
-- Name: COLUMN organisation_usage.organisation_id; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.organisation_usage.organisation_id IS 'Organisation counted.';


--
-- Name: COLUMN organisation_usage.document_count; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.organisation_usage.document_count IS 'Versions of documents stored.';


--
-- Name: COLUMN organisation_usage.size_bytes; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.organisation_usage.size_bytes IS 'Bytes of their originals.';


--
-- Name: COLUMN organisation_usage.token_day; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.organisation_usage.token_day IS 'Day (UTC) that token_count is of.';


--
-- Name: COLUMN organisation_usage.token_count; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.organisation_usage.token_count IS 'Tokens that chat models read and wrote on that day.';


--
-- Name: organisations; Type: TABLE; Schema: public; Owner: rag
--

CREATE TABLE public.organisations (
    id uuid NOT NULL,
    name text NOT NULL,
    max_documents bigint,
    max_bytes bigint,
    max_tokens_per_day bigint,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT organisations_max_bytes_not_negative CHECK ((max_bytes >= 0)),
    CONSTRAINT organisations_max_documents_not_negative CHECK ((max_documents >= 0)),
    CONSTRAINT organisations_max_tokens_per_day_not_negative CHECK ((max_tokens_per_day >= 0)),
    CONSTRAINT organisations_name_length CHECK (((char_length(name) >= 1) AND (char_length(name) <= 200)))
);

ALTER TABLE ONLY public.organisations FORCE ROW LEVEL SECURITY;



--
-- Name: TABLE organisations; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON TABLE public.organisations IS 'Tenants: they hold people and, through them, collections. Nothing is shared between two.';


--
-- Name: COLUMN organisations.id; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.organisations.id IS 'UUIDv7.';


--
-- Name: COLUMN organisations.name; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.organisations.name IS 'Name, for people.';


--
-- Name: COLUMN organisations.max_documents; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.organisations.max_documents IS 'Most documents; null for the server''s default.';


--
-- Name: COLUMN organisations.max_bytes; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.organisations.max_bytes IS 'Most bytes of originals; null for the server''s default.';


--
-- Name: COLUMN organisations.max_tokens_per_day; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.organisations.max_tokens_per_day IS 'Most tokens that chat models read and write for it in a day (UTC); null for the server''s default.';


--
-- Name: COLUMN organisations.created_at; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.organisations.created_at IS 'When the row was made.';


--
-- Name: COLUMN organisations.updated_at; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.organisations.updated_at IS 'When the row last changed; kept by a trigger.';


--
-- Name: users; Type: TABLE; Schema: public; Owner: rag
--

CREATE TABLE public.users (
    id uuid NOT NULL,
    email text NOT NULL,
    display_name text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    organisation_id uuid NOT NULL,
    role text DEFAULT 'member'::text NOT NULL,
    state text DEFAULT 'active'::text NOT NULL,
    password_hash text,
    CONSTRAINT users_display_name_length CHECK (((char_length(display_name) >= 1) AND (char_length(display_name) <= 200))),
    CONSTRAINT users_email_length CHECK (((char_length(email) >= 3) AND (char_length(email) <= 254))),
    CONSTRAINT users_password_hash_form CHECK ((password_hash ~~ '$argon2id$%'::text)),
    CONSTRAINT users_role_known CHECK ((role = ANY (ARRAY['admin'::text, 'member'::text]))),
    CONSTRAINT users_state_known CHECK ((state = ANY (ARRAY['active'::text, 'suspended'::text])))
);

ALTER TABLE ONLY public.users FORCE ROW LEVEL SECURITY;



--
-- Name: TABLE users; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON TABLE public.users IS 'People: each belongs to one organisation, owns collections and holds conversations.';


--
-- Name: COLUMN users.id; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.users.id IS 'UUIDv7.';


--
-- Name: COLUMN users.email; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.users.email IS 'Address, unique without regard to case.';


--
-- Name: COLUMN users.display_name; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.users.display_name IS 'Name shown to people.';


--
-- Name: COLUMN users.created_at; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.users.created_at IS 'When the row was made.';


--
-- Name: COLUMN users.updated_at; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.users.updated_at IS 'When the row last changed; kept by a trigger.';


--
-- Name: COLUMN users.organisation_id; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.users.organisation_id IS 'Organisation of the person.';


--
-- Name: COLUMN users.role; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.users.role IS 'admin: manages the organisation''s people, limits and audit log; member.';


--
-- Name: COLUMN users.state; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.users.state IS 'suspended: nothing is answered, whatever is presented.';


--
-- Name: COLUMN users.password_hash; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.users.password_hash IS 'Argon2id in PHC form; null for who has no password.';


--
-- Name: version_contents; Type: TABLE; Schema: public; Owner: rag
--

CREATE TABLE public.version_contents (
    version_id uuid NOT NULL,
    part integer NOT NULL,
    bytes bytea NOT NULL,
    CONSTRAINT version_contents_bytes_length CHECK (((octet_length(bytes) >= 1) AND (octet_length(bytes) <= 1048576))),
    CONSTRAINT version_contents_part_not_negative CHECK ((part >= 0))
);

ALTER TABLE ONLY public.version_contents FORCE ROW LEVEL SECURITY;



--
-- Name: TABLE version_contents; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON TABLE public.version_contents IS 'Original bytes in parts, so that no reader needs the whole in memory.';


--
-- Name: COLUMN version_contents.version_id; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.version_contents.version_id IS 'Version they belong to.';


--
-- Name: COLUMN version_contents.part; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.version_contents.part IS 'Counts from 0.';


--
-- Name: COLUMN version_contents.bytes; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.version_contents.bytes IS 'At most 1 MiB.';


--
-- Name: version_texts; Type: TABLE; Schema: public; Owner: rag
--

CREATE TABLE public.version_texts (
    version_id uuid NOT NULL,
    start_offset bigint NOT NULL,
    text text NOT NULL,
    CONSTRAINT version_texts_start_offset_not_negative CHECK ((start_offset >= 0))
);

ALTER TABLE ONLY public.version_texts FORCE ROW LEVEL SECURITY;



--
-- Name: TABLE version_texts; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON TABLE public.version_texts IS 'Text extracted from a version, in consecutive parts; chunk offsets point into their concatenation.';


--
-- Name: COLUMN version_texts.version_id; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.version_texts.version_id IS 'Version it was extracted from.';


--
-- Name: COLUMN version_texts.start_offset; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.version_texts.start_offset IS 'Where the part starts, in Unicode scalar values.';


--
-- Name: COLUMN version_texts.text; Type: COMMENT; Schema: public; Owner: rag
--

COMMENT ON COLUMN public.version_texts.text IS 'The part.';


--
-- Name: chunk_lexemes; Type: VIEW; Schema: search; Owner: rag_rules
--

CREATE VIEW search.chunk_lexemes AS
 SELECT chunk_id,
    version_id,
    collection_id,
    text_search_config,
    length,
    lexeme_ids,
    impacts,
    tsv
   FROM public.chunk_lexemes
  WHERE (collection_id = ANY (( SELECT public.visible() AS visible)::uuid[]));


ALTER VIEW search.chunk_lexemes OWNER TO rag_rules;

--
-- Name: documents; Type: VIEW; Schema: search; Owner: rag_rules
--

CREATE VIEW search.documents AS
 SELECT id,
    collection_id,
    title,
    source,
    media_type,
    language,
    metadata,
    current_version_id,
    created_at,
    updated_at
   FROM public.documents
  WHERE (collection_id = ANY (( SELECT public.visible() AS visible)::uuid[]));


ALTER VIEW search.documents OWNER TO rag_rules;

--
-- Name: embeddings; Type: VIEW; Schema: search; Owner: rag_rules
--

CREATE VIEW search.embeddings AS
 SELECT model_id,
    chunk_id,
    version_id,
    collection_id,
    embedding
   FROM public.embeddings
  WHERE (collection_id = ANY (( SELECT public.visible() AS visible)::uuid[]));


ALTER VIEW search.embeddings OWNER TO rag_rules;

--
-- Name: embeddings_1; Type: TABLE ATTACH; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.embeddings ATTACH PARTITION public.embeddings_1 FOR VALUES IN (1);


--
-- Data for Name: __diesel_schema_migrations; Type: TABLE DATA; Schema: public; Owner: rag
--

INSERT INTO public.__diesel_schema_migrations VALUES
	('20261121000001', '2026-11-28 03:26:26.386058'),
	('20261121000002', '2026-11-28 03:26:26.698187'),
	('20261121000003', '2026-11-28 03:26:26.846053'),
	('20261121000004', '2026-11-28 03:26:26.922173'),
	('20261121000005', '2026-11-28 03:26:26.962078'),
	('20261121000006', '2026-11-28 03:26:27.002505'),
	('20261121000007', '2026-11-28 03:26:27.026169'),
	('20261121000008', '2026-11-28 03:26:27.05805'),
	('20261121000009', '2026-11-28 03:26:27.090332'),
	('20261121000010', '2026-11-28 03:26:27.170619'),
	('20261121000011', '2026-11-28 03:26:27.246049'),
	('20261121000012', '2026-11-28 03:26:27.326343');


--
-- Data for Name: api_keys; Type: TABLE DATA; Schema: public; Owner: rag
--

INSERT INTO public.api_keys VALUES
	('01a22031-5903-7740-bca3-ef9935b04471', '01a22031-5855-7413-9aab-a43769f73f5f', 'upgrade test', 'rag_NmG5xn', '\x2a27944d4361899f2e33f4dfd65e0dc3d40a4ed0334851641690250a41da3298', '{ask,manage,read,write}', '2026-11-28 03:27:14.689854+00', NULL, '2026-11-28 03:27:14.708682+00');


--
-- Data for Name: audit_events; Type: TABLE DATA; Schema: public; Owner: rag
--

INSERT INTO public.audit_events VALUES
	('01a22030-a052-7b43-b1af-dcac648f02b6', '01a22030-a04f-7601-aa7f-18bbd830b52e', NULL, 'user.insert', '01a22030-a050-77f2-991b-1bd26460819f', NULL, '{"role": "admin", "state": "active"}', '2026-11-28 03:26:27.382841+00'),
	('01a22031-15b4-73d2-bfb7-c7f21d9414ee', '01a22030-a04f-7601-aa7f-18bbd830b52e', '01a22030-a050-77f2-991b-1bd26460819f', 'collection.insert', '01a22031-15ab-73e7-9056-925dbc150f36', NULL, '{}', '2026-11-28 03:26:57.434117+00'),
	('01a22031-15e9-7287-9d28-ac46b87e9531', '01a22030-a04f-7601-aa7f-18bbd830b52e', '01a22030-a050-77f2-991b-1bd26460819f', 'document.insert', '01a22031-15e5-76c7-a184-a8fc92701b61', NULL, '{"collection_id": "01a22031-15ab-73e7-9056-925dbc150f36"}', '2026-11-28 03:26:57.482036+00'),
	('01a22031-1610-73a1-9468-285966939ed2', '01a22030-a04f-7601-aa7f-18bbd830b52e', '01a22030-a050-77f2-991b-1bd26460819f', 'document.insert', '01a22031-160d-72f5-9ac5-8ec51ed3ec19', NULL, '{"collection_id": "01a22031-15ab-73e7-9056-925dbc150f36"}', '2026-11-28 03:26:57.544678+00'),
	('01a22031-1621-7c08-a2f0-9df21a082ba3', '01a22030-a04f-7601-aa7f-18bbd830b52e', '01a22030-a050-77f2-991b-1bd26460819f', 'document.insert', '01a22031-1620-72b5-83f4-b52a3cd805a6', NULL, '{"collection_id": "01a22031-15ab-73e7-9056-925dbc150f36"}', '2026-11-28 03:26:57.566527+00'),
	('01a22031-1633-7d5c-9f1a-3f2b0796cada', '01a22030-a04f-7601-aa7f-18bbd830b52e', '01a22030-a050-77f2-991b-1bd26460819f', 'document.insert', '01a22031-1632-71bb-b679-c1fbc29d1ddb', NULL, '{"collection_id": "01a22031-15ab-73e7-9056-925dbc150f36"}', '2026-11-28 03:26:57.584659+00'),
	('01a22031-1653-79d7-a3bd-40ff649e547e', '01a22030-a04f-7601-aa7f-18bbd830b52e', '01a22030-a050-77f2-991b-1bd26460819f', 'document.insert', '01a22031-1652-75aa-bda2-dd27b8aae415', NULL, '{"collection_id": "01a22031-15ab-73e7-9056-925dbc150f36"}', '2026-11-28 03:26:57.614071+00'),
	('01a22031-3b5b-7b4f-af05-2cea5000da3e', '01a22030-a04f-7601-aa7f-18bbd830b52e', NULL, 'invitation.insert', '01a22031-3b52-72b0-92f2-a69d678cd268', NULL, '{"role": "admin"}', '2026-11-28 03:27:07.074449+00'),
	('01a22031-5854-7758-aad3-5ce2eadb1f76', '01a22030-a04f-7601-aa7f-18bbd830b52e', NULL, 'invitation.delete', '01a22031-3b52-72b0-92f2-a69d678cd268', '0df4cb37-6ca8-48e6-b2e4-48cd77d88e5c', '{"role": "admin"}', '2026-11-28 03:27:14.512434+00'),
	('01a22031-585b-78a3-a2fc-abb89d9855d0', '01a22030-a04f-7601-aa7f-18bbd830b52e', NULL, 'user.insert', '01a22031-5855-7413-9aab-a43769f73f5f', '0df4cb37-6ca8-48e6-b2e4-48cd77d88e5c', '{"role": "admin", "state": "active"}', '2026-11-28 03:27:14.512434+00'),
	('01a22031-5862-7564-afb0-2c7062dfb58c', '01a22030-a04f-7601-aa7f-18bbd830b52e', '01a22031-5855-7413-9aab-a43769f73f5f', 'login.insert', '01a22031-5860-7341-a62f-ff4a2a0eb741', '0df4cb37-6ca8-48e6-b2e4-48cd77d88e5c', '{"revoked_at": null}', '2026-11-28 03:27:14.528688+00'),
	('01a22031-58eb-71df-9cea-53030094ccb8', '01a22030-a04f-7601-aa7f-18bbd830b52e', '01a22031-5855-7413-9aab-a43769f73f5f', 'login.insert', '01a22031-58ea-73d2-8ebc-92ce799b2f66', 'b64c2cc0-4933-456d-aebf-f28b4ff5d61c', '{"revoked_at": null}', '2026-11-28 03:27:14.666109+00'),
	('01a22031-5905-7445-85ff-8b4501a6cef9', '01a22030-a04f-7601-aa7f-18bbd830b52e', '01a22031-5855-7413-9aab-a43769f73f5f', 'api_key.insert', '01a22031-5903-7740-bca3-ef9935b04471', 'cb48c748-81cf-4159-9fa7-59ef7d854592', '{"prefix": "rag_NmG5xn", "scopes": ["ask", "manage", "read", "write"]}', '2026-11-28 03:27:14.689854+00'),
	('01a22031-5919-79b6-8449-17b56c36c0a6', '01a22030-a04f-7601-aa7f-18bbd830b52e', '01a22031-5855-7413-9aab-a43769f73f5f', 'invitation.insert', '01a22031-5918-77b4-ba94-b7abd4abf742', 'a3d3a5e1-9552-4b51-85f0-fb7843a63c95', '{"role": "member"}', '2026-11-28 03:27:14.711184+00'),
	('01a22031-5996-7e8f-ab04-4a44d0c7ffcf', '01a22030-a04f-7601-aa7f-18bbd830b52e', NULL, 'invitation.delete', '01a22031-5918-77b4-ba94-b7abd4abf742', 'e947cf2d-b4a2-4343-8a77-fc0542026ee4', '{"role": "member"}', '2026-11-28 03:27:14.838125+00'),
	('01a22031-5997-79e3-b182-9d4e6add66df', '01a22030-a04f-7601-aa7f-18bbd830b52e', NULL, 'user.insert', '01a22031-5997-7712-a4ad-a45ca31c3679', 'e947cf2d-b4a2-4343-8a77-fc0542026ee4', '{"role": "member", "state": "active"}', '2026-11-28 03:27:14.838125+00'),
	('01a22031-599a-7c51-ba3f-1f409ba2164c', '01a22030-a04f-7601-aa7f-18bbd830b52e', '01a22031-5997-7712-a4ad-a45ca31c3679', 'login.insert', '01a22031-599a-76e1-8962-8b6adf11a732', 'e947cf2d-b4a2-4343-8a77-fc0542026ee4', '{"revoked_at": null}', '2026-11-28 03:27:14.842244+00'),
	('01a22031-59aa-73b6-aad9-8890ddb45944', '01a22030-a04f-7601-aa7f-18bbd830b52e', '01a22031-5855-7413-9aab-a43769f73f5f', 'collection.insert', '01a22031-59a8-7349-a017-7605f0f2a561', '80c5494e-b2a5-4738-91ff-74b3fc1c7500', '{}', '2026-11-28 03:27:14.856903+00'),
	('01a22031-59b5-75ba-9bf7-9a3595f8eed6', '01a22030-a04f-7601-aa7f-18bbd830b52e', '01a22031-5855-7413-9aab-a43769f73f5f', 'collection.insert', '01a22031-59b4-72ef-acdd-af0e241e5b7a', '528a26e6-6c12-40b3-b668-9a48c7e4f92f', '{}', '2026-11-28 03:27:14.868425+00'),
	('01a22031-59c2-7a1c-9c03-f37c047fdf4e', '01a22030-a04f-7601-aa7f-18bbd830b52e', '01a22031-5855-7413-9aab-a43769f73f5f', 'document.insert', '01a22031-59c1-7353-be9b-fb398ff30984', 'e4496514-7870-472c-b769-4727671f143b', '{"collection_id": "01a22031-59a8-7349-a017-7605f0f2a561"}', '2026-11-28 03:27:14.879541+00'),
	('01a22031-5b93-7758-a563-bef371025300', '01a22030-a04f-7601-aa7f-18bbd830b52e', '01a22031-5855-7413-9aab-a43769f73f5f', 'document.insert', '01a22031-5b92-715c-ba01-3b4fd6b7369c', 'efe4bb72-d15b-4aff-8bea-d2636b87fd8e', '{"collection_id": "01a22031-59a8-7349-a017-7605f0f2a561"}', '2026-11-28 03:27:15.34489+00'),
	('01a22031-5cea-7da5-8062-42be19f8e804', '01a22030-a04f-7601-aa7f-18bbd830b52e', '01a22031-5855-7413-9aab-a43769f73f5f', 'document.insert', '01a22031-5ce4-724c-9ff3-268843e7171b', 'dd237cd5-0f49-4c47-b6c8-0e98a3eff001', '{"collection_id": "01a22031-59a8-7349-a017-7605f0f2a561"}', '2026-11-28 03:27:15.683558+00'),
	('01a22031-5ed6-7dd2-9960-6114de44a41d', '01a22030-a04f-7601-aa7f-18bbd830b52e', '01a22031-5855-7413-9aab-a43769f73f5f', 'document.insert', '01a22031-5ed5-7460-a94d-1e5fa25665d8', '19c6fec2-d9d2-46b2-b7cf-73f0b787a2bf', '{"collection_id": "01a22031-59b4-72ef-acdd-af0e241e5b7a"}', '2026-11-28 03:27:16.18005+00'),
	('01a22031-60a2-7768-9d23-9e44a7fad6fd', '01a22030-a04f-7601-aa7f-18bbd830b52e', '01a22031-5855-7413-9aab-a43769f73f5f', 'document.insert', '01a22031-60a1-7710-b612-98cb9c063c49', '79f3d204-311a-4e2c-a0ac-dec35ddd177f', '{"collection_id": "01a22031-59b4-72ef-acdd-af0e241e5b7a"}', '2026-11-28 03:27:16.640776+00'),
	('01a22031-61c2-7c10-a0a3-531c58165ca1', '01a22030-a04f-7601-aa7f-18bbd830b52e', '01a22031-5855-7413-9aab-a43769f73f5f', 'collection_member.insert', '01a22031-59b4-72ef-acdd-af0e241e5b7a', '9c78cecb-516e-46a3-860c-acf5a2b4229d', '{"role": "reader", "user_id": "01a22031-5997-7712-a4ad-a45ca31c3679"}', '2026-11-28 03:27:16.927456+00'),
	('01a22031-61d0-7c08-b7f0-8ef4f5b03aa3', '01a22030-a04f-7601-aa7f-18bbd830b52e', '01a22031-5855-7413-9aab-a43769f73f5f', 'collection_link.insert', '01a22031-61cf-759b-8081-ddf1e980de72', 'b66d1c39-fdb1-4aa1-a6c0-4e56c9ced79c', '{"collection_id": "01a22031-59b4-72ef-acdd-af0e241e5b7a"}', '2026-11-28 03:27:16.94301+00');


--
-- Data for Name: chat_messages; Type: TABLE DATA; Schema: public; Owner: rag
--

INSERT INTO public.chat_messages VALUES
	('01a22031-61e3-76dc-89c2-e475496371b0', '01a22031-61de-70e6-a756-8546447f8e20', 0, 'user', 'How long is the notice period?', NULL, '{}', '[]', NULL, '{}', NULL, NULL, '2026-11-28 03:27:16.960212+00'),
	('01a22031-6633-7458-8621-07df0a43754f', '01a22031-61de-70e6-a756-8546447f8e20', 1, 'assistant', 'The notice period is three months to the end of a quarter. [1]', 'answered', '{01a22031-5b2c-7110-8f8c-cc47c5cc6ab5,01a22031-5c56-7277-b762-29c9a2775aac,01a22031-5dd6-75c2-a31a-f415ef5b498c,01a22031-6116-73e5-910d-379e0245c3fd,01a22031-5fbe-7614-92b2-3bcff6654206}', '[{"page": null, "quote": "The notice period is three months to the end of a quarter.", "title": "Employee handbook", "marker": 1, "source": null, "chunk_id": "01a22031-5b2c-7110-8f8c-cc47c5cc6ab5", "supported": true, "end_offset": 97, "document_id": "01a22031-59c1-7353-be9b-fb398ff30984", "heading_path": [], "start_offset": 39}]', 'extractive', '{"embed_ms": 17.908068, "total_ms": 1106.654211, "rerank_ms": 0.0, "extract_ms": 1056.1279539999998, "database_ms": 22.000784999999997, "understand_ms": 0.16055999999999998}', NULL, NULL, '2026-11-28 03:27:18.066982+00'),
	('01a22031-6663-7513-93d6-28b0b91e3683', '01a22031-665d-7353-ae9a-5638ec8d629d', 0, 'user', 'What does a hotel room cost at most?', NULL, '{}', '[]', NULL, '{}', NULL, NULL, '2026-11-28 03:27:18.114194+00'),
	('01a22031-6ac1-7212-82ff-9238a3cb4a3e', '01a22031-665d-7353-ae9a-5638ec8d629d', 1, 'assistant', 'Hotel rooms cost at most 140 euros a night. [1]', 'answered', '{01a22031-5b2c-7110-8f8c-cc47c5cc6ab5,01a22031-5dd6-75c2-a31a-f415ef5b498c,01a22031-6116-73e5-910d-379e0245c3fd,01a22031-5c56-7277-b762-29c9a2775aac,01a22031-5fbe-7614-92b2-3bcff6654206}', '[{"page": null, "quote": "Hotel rooms cost at most 140 euros a night.", "title": "Employee handbook", "marker": 1, "source": null, "chunk_id": "01a22031-5b2c-7110-8f8c-cc47c5cc6ab5", "supported": true, "end_offset": 274, "document_id": "01a22031-59c1-7353-be9b-fb398ff30984", "heading_path": [], "start_offset": 231}]', 'extractive', '{"embed_ms": 23.067065, "total_ms": 1118.6395870000001, "rerank_ms": 0.0, "extract_ms": 1072.528358, "database_ms": 14.678842, "understand_ms": 0.012974}', NULL, NULL, '2026-11-28 03:27:19.232922+00'),
	('01a22031-6b1a-7766-b11a-e53a1693b773', '01a22031-6b18-72d7-af57-13206cf3e18f', 0, 'user', 'What kind of rock is granite?', NULL, '{}', '[]', NULL, '{}', NULL, NULL, '2026-11-28 03:27:19.321514+00'),
	('01a22031-6f6b-763b-8772-c920b9adb391', '01a22031-6b18-72d7-af57-13206cf3e18f', 1, 'assistant', 'Granite is a coarse-grained igneous rock that forms from magma that cools slowly under the ground. [1]', 'answered', '{01a22031-5fbe-7614-92b2-3bcff6654206,01a22031-5c56-7277-b762-29c9a2775aac,01a22031-6116-73e5-910d-379e0245c3fd,01a22031-5dd6-75c2-a31a-f415ef5b498c,01a22031-5b2c-7110-8f8c-cc47c5cc6ab5}', '[{"page": null, "quote": "Granite is a coarse-grained igneous rock that forms from magma that cools slowly under the ground.", "title": "Rocks", "marker": 1, "source": null, "chunk_id": "01a22031-5fbe-7614-92b2-3bcff6654206", "supported": true, "end_offset": 98, "document_id": "01a22031-5ed5-7460-a94d-1e5fa25665d8", "heading_path": [], "start_offset": 0}]', 'extractive', '{"embed_ms": 12.967929, "total_ms": 1096.8517980000001, "rerank_ms": 0.0, "extract_ms": 1069.131407, "database_ms": 6.00721, "understand_ms": 0.011221}', NULL, NULL, '2026-11-28 03:27:20.426063+00'),
	('01a22031-6fa3-7113-97bf-be3b85dc10c6', '01a22031-6f94-7762-ab42-61cf58febfec', 0, 'user', 'Wie hoch ist der Jahresbeitrag?', NULL, '{}', '[]', NULL, '{}', NULL, NULL, '2026-11-28 03:27:20.482346+00'),
	('01a22031-73ad-74dc-9fd1-3058675ea8ca', '01a22031-6f94-7762-ab42-61cf58febfec', 1, 'assistant', 'Der Jahresbeitrag beträgt 48 Euro und ist bis zum 31. [1]', 'answered', '{01a22031-5dd6-75c2-a31a-f415ef5b498c,01a22031-6116-73e5-910d-379e0245c3fd,01a22031-5b2c-7110-8f8c-cc47c5cc6ab5,01a22031-5fbe-7614-92b2-3bcff6654206,01a22031-5c56-7277-b762-29c9a2775aac}', '[{"page": null, "quote": "Der Jahresbeitrag beträgt 48 Euro und ist bis zum 31.", "title": "Satzung des Vereins", "marker": 1, "source": null, "chunk_id": "01a22031-5dd6-75c2-a31a-f415ef5b498c", "supported": true, "end_offset": 53, "document_id": "01a22031-5ce4-724c-9ff3-268843e7171b", "heading_path": [], "start_offset": 0}]', 'extractive', '{"embed_ms": 15.971574999999998, "total_ms": 1034.3712819999998, "rerank_ms": 0.0, "extract_ms": 1011.375771, "database_ms": 2.808601, "understand_ms": 0.013325}', NULL, NULL, '2026-11-28 03:27:21.516787+00'),
	('01a22031-73de-75b4-b783-a8c4d1038753', '01a22031-73d9-7209-9e1d-7a4181186c63', 0, 'user', '日本の首都はどこですか？', NULL, '{}', '[]', NULL, '{}', NULL, NULL, '2026-11-28 03:27:21.5662+00'),
	('01a22031-77e3-7145-b151-f7417f21154f', '01a22031-73d9-7209-9e1d-7a4181186c63', 1, 'assistant', '大阪は日本第二の都市です。 [1] 東京は日本の首都です。 [1]', 'answered', '{01a22031-6116-73e5-910d-379e0245c3fd,01a22031-5dd6-75c2-a31a-f415ef5b498c,01a22031-5b2c-7110-8f8c-cc47c5cc6ab5,01a22031-5c56-7277-b762-29c9a2775aac,01a22031-5fbe-7614-92b2-3bcff6654206}', '[{"page": null, "quote": "大阪は日本第二の都市です。", "title": "東京", "marker": 1, "source": null, "chunk_id": "01a22031-6116-73e5-910d-379e0245c3fd", "supported": true, "end_offset": 38, "document_id": "01a22031-60a1-7710-b612-98cb9c063c49", "heading_path": [], "start_offset": 25}]', 'extractive', '{"embed_ms": 24.760596, "total_ms": 1028.776452, "rerank_ms": 0.0, "extract_ms": 996.3935419999999, "database_ms": 3.23685, "understand_ms": 0.017212}', NULL, NULL, '2026-11-28 03:27:22.595061+00'),
	('01a22031-7820-74d5-8d71-8a6c8d1ec8dc', '01a22031-781a-736b-91c2-3deaade6319c', 0, 'user', 'What does ORA-01555 mean?', NULL, '{}', '[]', NULL, '{}', NULL, NULL, '2026-11-28 03:27:22.655951+00'),
	('01a22031-7c1b-7498-8dff-40f7f3e90f8f', '01a22031-781a-736b-91c2-3deaade6319c', 1, 'assistant', 'ORA-01555 means that a snapshot is too old. [1]', 'answered', '{01a22031-5c56-7277-b762-29c9a2775aac,01a22031-6116-73e5-910d-379e0245c3fd,01a22031-5fbe-7614-92b2-3bcff6654206,01a22031-5b2c-7110-8f8c-cc47c5cc6ab5,01a22031-5dd6-75c2-a31a-f415ef5b498c}', '[{"page": null, "quote": "ORA-01555 means that a snapshot is too old.", "title": "Oracle errors", "marker": 1, "source": null, "chunk_id": "01a22031-5c56-7277-b762-29c9a2775aac", "supported": true, "end_offset": 43, "document_id": "01a22031-5b92-715c-ba01-3b4fd6b7369c", "heading_path": [], "start_offset": 0}]', 'extractive', '{"embed_ms": 20.035738000000002, "total_ms": 1018.8772989999999, "rerank_ms": 0.0, "extract_ms": 983.214258, "database_ms": 4.786341999999999, "understand_ms": 0.015529}', NULL, NULL, '2026-11-28 03:27:23.674909+00'),
	('01a22031-7c4e-7652-b172-07741b04dacc', '01a22031-7c47-7355-86ce-175e93ab42eb', 0, 'user', 'How is lodging limited?', NULL, '{}', '[]', NULL, '{}', NULL, NULL, '2026-11-28 03:27:23.726341+00'),
	('01a22031-7ee7-778a-8d0e-8fdc44b9e622', '01a22031-7c47-7355-86ce-175e93ab42eb', 1, 'assistant', 'Not found in these documents.', 'not_found', '{01a22031-5b2c-7110-8f8c-cc47c5cc6ab5,01a22031-5dd6-75c2-a31a-f415ef5b498c,01a22031-5c56-7277-b762-29c9a2775aac}', '[]', 'extractive', '{"embed_ms": 16.641364, "total_ms": 664.318486, "rerank_ms": 0.0, "extract_ms": 630.544389, "database_ms": 9.014182, "understand_ms": 0.011862}', NULL, NULL, '2026-11-28 03:27:24.39073+00'),
	('01a22031-7f0e-7270-9057-6be75f5321db', '01a22031-7f06-713c-ad2a-d791c110537c', 0, 'user', 'What is the capital of France?', NULL, '{}', '[]', NULL, '{}', NULL, NULL, '2026-11-28 03:27:24.430184+00'),
	('01a22031-8397-73b3-9163-2f27e25fe7f4', '01a22031-7f06-713c-ad2a-d791c110537c', 1, 'assistant', 'Not found in these documents.', 'not_found', '{01a22031-5b2c-7110-8f8c-cc47c5cc6ab5,01a22031-6116-73e5-910d-379e0245c3fd,01a22031-5dd6-75c2-a31a-f415ef5b498c,01a22031-5fbe-7614-92b2-3bcff6654206,01a22031-5c56-7277-b762-29c9a2775aac}', '[]', 'extractive', '{"embed_ms": 19.94126, "total_ms": 1160.7086230000002, "rerank_ms": 0.0, "extract_ms": 1127.897556, "database_ms": 4.614491, "understand_ms": 0.014758}', NULL, NULL, '2026-11-28 03:27:25.591091+00'),
	('01a22031-83bf-7775-8a39-69551610d3b7', '01a22031-83b9-70f5-a0fe-adbc1015f876', 0, 'user', 'What is basalt?', NULL, '{}', '[]', NULL, '{}', NULL, NULL, '2026-11-28 03:27:25.631394+00'),
	('01a22031-870d-75a9-a266-0f5e75d75731', '01a22031-83b9-70f5-a0fe-adbc1015f876', 1, 'assistant', 'Basalt cools quickly at the surface and is fine-grained. [1]', 'answered', '{01a22031-5fbe-7614-92b2-3bcff6654206,01a22031-5c56-7277-b762-29c9a2775aac,01a22031-5b2c-7110-8f8c-cc47c5cc6ab5,01a22031-5dd6-75c2-a31a-f415ef5b498c,01a22031-6116-73e5-910d-379e0245c3fd}', '[{"page": null, "quote": "Basalt cools quickly at the surface and is fine-grained.", "title": "Rocks", "marker": 1, "source": null, "chunk_id": "01a22031-5fbe-7614-92b2-3bcff6654206", "supported": true, "end_offset": 155, "document_id": "01a22031-5ed5-7460-a94d-1e5fa25665d8", "heading_path": [], "start_offset": 99}]', 'extractive', '{"embed_ms": 6.163772, "total_ms": 845.308147, "rerank_ms": 0.0, "extract_ms": 828.8310829999999, "database_ms": 2.854897, "understand_ms": 0.009978}', NULL, NULL, '2026-11-28 03:27:26.476844+00'),
	('01a22031-8714-7149-9a0c-d85bd01365cf', '01a22031-83b9-70f5-a0fe-adbc1015f876', 2, 'user', 'And how does it cool?', NULL, '{}', '[]', NULL, '{}', NULL, NULL, '2026-11-28 03:27:26.484216+00'),
	('01a22031-8a3b-76ad-9933-f54d82f96fa4', '01a22031-83b9-70f5-a0fe-adbc1015f876', 3, 'assistant', 'Not found in these documents.', 'not_found', '{01a22031-5fbe-7614-92b2-3bcff6654206,01a22031-6116-73e5-910d-379e0245c3fd,01a22031-5dd6-75c2-a31a-f415ef5b498c,01a22031-5c56-7277-b762-29c9a2775aac,01a22031-5b2c-7110-8f8c-cc47c5cc6ab5}', '[]', 'extractive', '{"embed_ms": 22.880498, "total_ms": 806.354067, "rerank_ms": 0.0, "extract_ms": 777.071623, "database_ms": 3.8140769999999997, "understand_ms": 0.017422999999999998}', NULL, NULL, '2026-11-28 03:27:27.290684+00');


--
-- Data for Name: chat_sessions; Type: TABLE DATA; Schema: public; Owner: rag
--

INSERT INTO public.chat_sessions VALUES
	('01a22031-61de-70e6-a756-8546447f8e20', '01a22031-5855-7413-9aab-a43769f73f5f', 'How long is the notice period?', '2026-11-28 03:27:16.958615+00', '2026-11-28 03:27:18.066982+00'),
	('01a22031-665d-7353-ae9a-5638ec8d629d', '01a22031-5855-7413-9aab-a43769f73f5f', 'What does a hotel room cost at most?', '2026-11-28 03:27:18.109458+00', '2026-11-28 03:27:19.232922+00'),
	('01a22031-6b18-72d7-af57-13206cf3e18f', '01a22031-5855-7413-9aab-a43769f73f5f', 'What kind of rock is granite?', '2026-11-28 03:27:19.320464+00', '2026-11-28 03:27:20.426063+00'),
	('01a22031-6f94-7762-ab42-61cf58febfec', '01a22031-5855-7413-9aab-a43769f73f5f', 'Wie hoch ist der Jahresbeitrag?', '2026-11-28 03:27:20.468668+00', '2026-11-28 03:27:21.516787+00'),
	('01a22031-73d9-7209-9e1d-7a4181186c63', '01a22031-5855-7413-9aab-a43769f73f5f', '日本の首都はどこですか？', '2026-11-28 03:27:21.561868+00', '2026-11-28 03:27:22.595061+00'),
	('01a22031-781a-736b-91c2-3deaade6319c', '01a22031-5855-7413-9aab-a43769f73f5f', 'What does ORA-01555 mean?', '2026-11-28 03:27:22.65064+00', '2026-11-28 03:27:23.674909+00'),
	('01a22031-7c47-7355-86ce-175e93ab42eb', '01a22031-5855-7413-9aab-a43769f73f5f', 'How is lodging limited?', '2026-11-28 03:27:23.719868+00', '2026-11-28 03:27:24.39073+00'),
	('01a22031-7f06-713c-ad2a-d791c110537c', '01a22031-5855-7413-9aab-a43769f73f5f', 'What is the capital of France?', '2026-11-28 03:27:24.422877+00', '2026-11-28 03:27:25.591091+00'),
	('01a22031-83b9-70f5-a0fe-adbc1015f876', '01a22031-5855-7413-9aab-a43769f73f5f', 'Rocks', '2026-11-28 03:27:25.625704+00', '2026-11-28 03:27:27.290684+00');


--
-- Data for Name: chunk_lexemes; Type: TABLE DATA; Schema: public; Owner: rag
--

INSERT INTO public.chunk_lexemes VALUES
	('01a22031-16da-7395-8250-f1fcec7dd75e', '01a22031-15ef-7325-ad9d-28643315f7f8', '01a22031-15ab-73e7-9056-925dbc150f36', 'english', 12, '{1,2,3,4,5,6,7,8,9,10,11}', '{1:1,2:1,3:1,4:1,5:1,6:1,7:1,8:1,9:1,10:1,11:1.3103448}/1000000000', '''-01555'':4 ''enlarg'':12 ''error.txt'':1,2 ''mean'':5 ''old'':11 ''ora'':3 ''queri'':19 ''shorten'':17 ''snapshot'':8 ''tablespac'':15 ''undo'':14'),
	('01a22031-189e-7010-975e-e9e24e6e63e4', '01a22031-1610-7434-8330-bd9a9b5372d9', '01a22031-15ab-73e7-9056-925dbc150f36', 'english', 25, '{12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,32,33}', '{12:0.92317796,13:0.92317796,14:1.2425983,15:0.92317796,16:0.92317796,17:0.92317796,18:0.92317796,19:1.2425983,20:0.92317796,21:0.92317796,22:0.92317796,23:0.92317796,24:0.92317796,25:0.92317796,26:0.92317796,27:0.92317796,28:1.2425983,29:0.92317796,30:0.92317796,31:0.92317796,32:0.92317796,33:0.92317796}/1000000000', '''basalt'':21 ''chang'':40 ''coars'':7 ''coarse-grain'':6 ''cool'':16,22 ''fine'':30 ''fine-grain'':29 ''form'':12 ''geology.txt'':1,2 ''grain'':8,31 ''granit'':3 ''ground'':20 ''heat'':36 ''igneous'':9 ''limeston'':34 ''magma'':14 ''marbl'':32 ''pressur'':38 ''quick'':23 ''rock'':10 ''slowli'':17 ''surfac'':26'),
	('01a22031-34b7-757b-bc78-62dd47c6c8f8', '01a22031-1622-7692-b596-31a0893426f6', '01a22031-15ab-73e7-9056-925dbc150f36', 'english', 23, '{37,42,43,45,47,48,55,61,62,65,67,69}', '{37:1.0050647,42:1.554057,43:1.4651353,45:1.4651353,47:1.0050647,48:1.0050647,55:1.0050647,61:1.3146853,62:1.554057,65:1.0050647,67:1.0050647,69:1.0050647}/1000000000', '''employe'':1,3,5,9 ''end'':21 ''handbook'':2,4,6,10 ''month'':18,30 ''notic'':7,11,14 ''period'':8,12,15 ''probat'':27 ''quarter'':24 ''six'':29 ''three'':17 ''two'':33 ''week'':34'),
	('01a22031-34b7-757b-bc78-62de726152fc', '01a22031-1622-7692-b596-31a0893426f6', '01a22031-15ab-73e7-9056-925dbc150f36', 'english', 34, '{34,35,36,38,39,40,41,42,44,46,47,49,50,51,52,53,54,56,57,58,59,60,62,63,64,66,68}', '{34:0.9043038,35:0.9043038,36:0.9043038,38:0.9043038,39:0.9043038,40:0.9043038,41:0.9043038,42:1.3898833,44:0.9043038,46:0.9043038,47:0.9043038,49:0.9043038,50:0.9043038,51:0.9043038,52:1.2253859,53:0.9043038,54:0.9043038,56:0.9043038,57:0.9043038,58:0.9043038,59:1.2253859,60:0.9043038,62:1.3898833,63:1.2253859,64:0.9043038,66:0.9043038,68:0.9043038}/1000000000', '''-4711'':33 ''140'':26,39 ''220'':42 ''berlin'':38 ''book'':13 ''citi'':36 ''class'':10 ''cost'':23 ''employe'':1,3,5 ''euro'':27,40 ''except'':35 ''first'':9 ''franc'':43 ''handbook'':2,4,6 ''hotel'':21 ''hour'':20 ''journey'':15 ''limit'':37 ''night'':29 ''op'':32 ''room'':22 ''see'':30 ''three'':19 ''ticket'':31 ''train'':11 ''travel'':7,8 ''zürich'':41'),
	('01a22031-34b7-757b-bc78-62dff249a401', '01a22031-1634-747c-ae74-5652929e9dd2', '01a22031-15ab-73e7-9056-925dbc150f36', 'german', 17, '{63,70,71,73,74,75,78,80,81,82}', '{63:1.0455647,70:1.57768,71:1.0455647,73:1.0455647,74:1.0455647,75:1.57768,78:1.348857,80:1.0455647,81:1.0455647,82:1.0455647}/1000000000', '''31'':24 ''48'':18 ''beitrag'':10,14 ''betragt'':17 ''euro'':19 ''jahresbeitrag'':16 ''marz'':25 ''satzung'':1,4,7,11 ''verein'':3,6,9,13 ''zahl'':27'),
	('01a22031-34b7-757b-bc78-62e03524eff6', '01a22031-1634-747c-ae74-5652929e9dd2', '01a22031-15ab-73e7-9056-925dbc150f36', 'german', 14, '{70,72,75,76,77,79,83,84,85}', '{70:1.5190278,72:1.0842273,75:1.5190278,76:1.3806133,77:1.0842273,79:1.0842273,83:1.0842273,84:1.0842273,85:1.0842273}/1000000000', '''drei'':19 ''frist'':17 ''gekundigt'':23 ''jahres'':22 ''kundig'':10,11 ''mitgliedschaft'':13 ''monat'':20 ''satzung'':1,4,7 ''verein'':3,6,9'),
	('01a22031-34b7-757b-bc78-62e10f9e4817', '01a22031-1653-766d-94b8-cc2466a06160', '01a22031-15ab-73e7-9056-925dbc150f36', 'simple', 32, '{86,87,88,89,90,91,92,93,94,95,96,97,98,99,100,101,102,103,104,105,106,107,108,109,110}', '{86:0.9082052,87:0.9082052,88:1.2289628,89:0.9082052,90:1.2289628,91:0.9082052,92:0.9082052,93:0.9082052,94:0.9082052,95:1.3929489,96:0.9082052,97:0.9082052,98:0.9082052,99:0.9082052,100:0.9082052,101:0.9082052,102:1.2289628,103:0.9082052,104:0.9082052,105:0.9082052,106:0.9082052,107:0.9082052,108:1.3929489,109:0.9082052,110:0.9082052}/1000000000', '''1400'':16 ''tokyo.txt'':1,2 ''。'':12,20,32 ''です'':11,19,31 ''の都'':28 ''の首'':8 ''は日'':5,23 ''は約'':15 ''万人'':17 ''二の'':27 ''京は'':4 ''人で'':18 ''人口'':13 ''口は'':14 ''大阪'':21 ''市で'':30 ''日本'':6,24 ''本の'':7 ''本第'':25 ''東京'':3 ''第二'':26 ''都で'':10 ''都市'':29 ''阪は'':22 ''首都'':9'),
	('01a22031-5b2c-7110-8f8c-cc47c5cc6ab5', '01a22031-59c2-73d6-a497-e66f087f2535', '01a22031-59a8-7349-a017-7605f0f2a561', 'english', 46, '{111,112,113,114,115,116,117,118,119,120,121,122,123,124,125,126,127,128,129,130,131,132,133,134,135,136,137,138,139,140,141,142,143,144,145,146}', '{111:1,112:1,113:1,114:1,115:1,116:1,117:1,118:1,119:1.4615384,120:1.3103448,121:1,122:1.3103448,123:1.3103448,124:1,125:1,126:1,127:1,128:1,129:1,130:1,131:1,132:1,133:1,134:1,135:1,136:1.3103448,137:1,138:1.3103448,139:1.4615384,140:1.3103448,141:1,142:1,143:1,144:1,145:1,146:1}/1000000000', '''-4711'':56 ''140'':49,62 ''220'':65 ''berlin'':61 ''book'':36 ''citi'':59 ''class'':33 ''cost'':46 ''employe'':1,3,5 ''end'':17 ''euro'':50,63 ''except'':58 ''first'':32 ''franc'':66 ''handbook'':2,4,6 ''hotel'':44 ''hour'':43 ''journey'':38 ''limit'':60 ''month'':14,26 ''night'':52 ''notic'':7,10 ''op'':55 ''period'':8,11 ''probat'':23 ''quarter'':20 ''room'':45 ''see'':53 ''six'':25 ''three'':13,42 ''ticket'':54 ''train'':34 ''travel'':31 ''two'':29 ''week'':30 ''zürich'':64'),
	('01a22031-5c56-7277-b762-29c9a2775aac', '01a22031-5b93-740a-b03f-f902df1d9176', '01a22031-59a8-7349-a017-7605f0f2a561', 'english', 14, '{147,148,149,150,151,152,153,154,155,156,157,158}', '{147:1.1445783,148:1.1445783,149:1.1445783,150:1.1445783,151:1.1445783,152:1.4285715,153:1.1445783,154:1.1445783,155:1.1445783,156:1.1445783,157:1.1445783,158:1.4285715}/1000000000', '''-01555'':6 ''enlarg'':14 ''error'':2,4 ''mean'':7 ''old'':13 ''ora'':5 ''oracl'':1,3 ''queri'':21 ''shorten'':19 ''snapshot'':10 ''tablespac'':17 ''undo'':16'),
	('01a22031-5dd6-75c2-a31a-f415ef5b498c', '01a22031-5ceb-712f-90b9-39894f020ec6', '01a22031-59a8-7349-a017-7605f0f2a561', 'german', 17, '{140,159,160,161,162,163,164,165,166,167,168,169,170,171,172}', '{140:1.0869242,159:1.3827977,160:1.0869242,161:1.0869242,162:1.0869242,163:1.0869242,164:1.3827977,165:1.0869242,166:1.0869242,167:1.0869242,168:1.0869242,169:1.0869242,170:1.0869242,171:1.0869242,172:1.0869242}/1000000000', '''31'':16 ''48'':10 ''betragt'':9 ''drei'':27 ''euro'':11 ''frist'':25 ''gekundigt'':31 ''jahres'':30 ''jahresbeitrag'':8 ''marz'':17 ''mitgliedschaft'':21 ''monat'':28 ''satzung'':1,4 ''verein'':3,6 ''zahl'':19'),
	('01a22031-5fbe-7614-92b2-3bcff6654206', '01a22031-5ed7-727d-bf44-d863f2ff829b', '01a22031-59b4-72ef-acdd-af0e241e5b7a', 'english', 25, '{173,174,175,176,177,178,179,180,181,182,183,184,185,186,187,188,189,190,191,192,193}', '{173:1,174:1,175:1.3103448,176:1,177:1,178:1,179:1,180:1.3103448,181:1,182:1,183:1,184:1,185:1,186:1,187:1,188:1,189:1,190:1,191:1,192:1.4615384,193:1}/1000000000', '''basalt'':21 ''chang'':40 ''coars'':7 ''coarse-grain'':6 ''cool'':16,22 ''fine'':30 ''fine-grain'':29 ''form'':12 ''grain'':8,31 ''granit'':3 ''ground'':20 ''heat'':36 ''igneous'':9 ''limeston'':34 ''magma'':14 ''marbl'':32 ''pressur'':38 ''quick'':23 ''rock'':1,2,10 ''slowli'':17 ''surfac'':26'),
	('01a22031-6116-73e5-910d-379e0245c3fd', '01a22031-60a2-7225-84d1-d79e668a75af', '01a22031-59b4-72ef-acdd-af0e241e5b7a', 'simple', 32, '{194,195,196,197,198,199,200,201,202,203,204,205,206,207,208,209,210,211,212,213,214,215,216,217}', '{194:0.9717362,195:0.9717362,196:0.9717362,197:1.2858415,198:0.9717362,199:0.9717362,200:0.9717362,201:1.4411178,202:1.4411178,203:0.9717362,204:0.9717362,205:0.9717362,206:0.9717362,207:0.9717362,208:0.9717362,209:1.2858415,210:0.9717362,211:0.9717362,212:0.9717362,213:0.9717362,214:0.9717362,215:1.4411178,216:0.9717362,217:0.9717362}/1000000000', '''1400'':16 ''。'':12,20,32 ''です'':11,19,31 ''の都'':28 ''の首'':8 ''は日'':5,23 ''は約'':15 ''万人'':17 ''二の'':27 ''京は'':4 ''人で'':18 ''人口'':13 ''口は'':14 ''大阪'':21 ''市で'':30 ''日本'':6,24 ''本の'':7 ''本第'':25 ''東京'':1,2,3 ''第二'':26 ''都で'':10 ''都市'':29 ''阪は'':22 ''首都'':9');


--
-- Data for Name: chunks; Type: TABLE DATA; Schema: public; Owner: rag
--

INSERT INTO public.chunks VALUES
	('01a22031-16da-7395-8250-f1fcec7dd75e', '01a22031-15ef-7325-ad9d-28643315f7f8', 0, 0, 93, NULL, '{}', 28, 'ORA-01555 means that a snapshot is too old. Enlarge the undo tablespace or shorten the query.', '01a22031-15ab-73e7-9056-925dbc150f36'),
	('01a22031-189e-7010-975e-e9e24e6e63e4', '01a22031-1610-7434-8330-bd9a9b5372d9', 0, 0, 212, NULL, '{}', 46, 'Granite is a coarse-grained igneous rock that forms from magma that cools slowly under the ground.
Basalt cools quickly at the surface and is fine-grained.
Marble is limestone that heat and pressure have changed.', '01a22031-15ab-73e7-9056-925dbc150f36'),
	('01a22031-34b7-757b-bc78-62dd47c6c8f8', '01a22031-1622-7692-b596-31a0893426f6', 0, 0, 144, NULL, '{"Employee handbook","Notice period"}', 28, 'Employee handbook

Notice period

The notice period is three months to the end of a quarter. During the probation of six months it is two weeks.', '01a22031-15ab-73e7-9056-925dbc150f36'),
	('01a22031-34b7-757b-bc78-62de726152fc', '01a22031-1622-7692-b596-31a0893426f6', 1, 146, 355, NULL, '{"Employee handbook",Travel}', 44, 'Travel

First class trains are booked for journeys of more than three hours. Hotel rooms cost at most 140 euros a night. See ticket OPS-4711 for exceptions.

City | Limit
Berlin | 140 euros
Zürich | 220 francs', '01a22031-15ab-73e7-9056-925dbc150f36'),
	('01a22031-34b7-757b-bc78-62dff249a401', '01a22031-1634-747c-ae74-5652929e9dd2', 0, 0, 100, NULL, '{"Satzung des Vereins",Beiträge}', 34, 'Satzung des Vereins

Beiträge

Der Jahresbeitrag beträgt 48 Euro und ist bis zum 31. März zu zahlen.', '01a22031-15ab-73e7-9056-925dbc150f36'),
	('01a22031-34b7-757b-bc78-62e03524eff6', '01a22031-1634-747c-ae74-5652929e9dd2', 1, 102, 202, NULL, '{"Satzung des Vereins",Kündigung}', 34, 'Kündigung

Die Mitgliedschaft kann mit einer Frist von drei Monaten zum Jahresende gekündigt werden.', '01a22031-15ab-73e7-9056-925dbc150f36'),
	('01a22031-34b7-757b-bc78-62e10f9e4817', '01a22031-1653-766d-94b8-cc2466a06160', 0, 0, 38, NULL, '{}', 34, '東京は日本の首都です。人口は約1400万人です。
大阪は日本第二の都市です。', '01a22031-15ab-73e7-9056-925dbc150f36'),
	('01a22031-5b2c-7110-8f8c-cc47c5cc6ab5', '01a22031-59c2-73d6-a497-e66f087f2535', 0, 0, 385, NULL, '{}', 92, '# Employee handbook

## Notice period

The notice period is three months to the end of a quarter.
During the probation of six months it is two weeks.

## Travel

First class trains are booked for journeys of more than three hours.
Hotel rooms cost at most 140 euros a night. See ticket OPS-4711 for exceptions.

| City | Limit |
|---|---|
| Berlin | 140 euros |
| Zürich | 220 francs |', '01a22031-59a8-7349-a017-7605f0f2a561'),
	('01a22031-5c56-7277-b762-29c9a2775aac', '01a22031-5b93-740a-b03f-f902df1d9176', 0, 0, 93, NULL, '{}', 28, 'ORA-01555 means that a snapshot is too old. Enlarge the undo tablespace or shorten the query.', '01a22031-59a8-7349-a017-7605f0f2a561'),
	('01a22031-5dd6-75c2-a31a-f415ef5b498c', '01a22031-5ceb-712f-90b9-39894f020ec6', 0, 0, 159, NULL, '{}', 55, 'Der Jahresbeitrag beträgt 48 Euro und ist bis zum 31. März zu zahlen. Die Mitgliedschaft kann mit einer Frist von drei Monaten zum Jahresende gekündigt werden.', '01a22031-59a8-7349-a017-7605f0f2a561'),
	('01a22031-5fbe-7614-92b2-3bcff6654206', '01a22031-5ed7-727d-bf44-d863f2ff829b', 0, 0, 212, NULL, '{}', 46, 'Granite is a coarse-grained igneous rock that forms from magma that cools slowly under the ground.
Basalt cools quickly at the surface and is fine-grained.
Marble is limestone that heat and pressure have changed.', '01a22031-59b4-72ef-acdd-af0e241e5b7a'),
	('01a22031-6116-73e5-910d-379e0245c3fd', '01a22031-60a2-7225-84d1-d79e668a75af', 0, 0, 38, NULL, '{}', 34, '東京は日本の首都です。人口は約1400万人です。
大阪は日本第二の都市です。', '01a22031-59b4-72ef-acdd-af0e241e5b7a');


--
-- Data for Name: collection_links; Type: TABLE DATA; Schema: public; Owner: rag
--

INSERT INTO public.collection_links VALUES
	('01a22031-61cf-759b-8081-ddf1e980de72', '01a22031-59b4-72ef-acdd-af0e241e5b7a', '\xa13c9910cad0fca24f69aacbe976adb0e18a23af48c7e44f96f8c7e0206eb2da', '2026-11-28 03:27:16.94301+00', NULL);


--
-- Data for Name: collection_members; Type: TABLE DATA; Schema: public; Owner: rag
--

INSERT INTO public.collection_members VALUES
	('01a22031-59b4-72ef-acdd-af0e241e5b7a', '01a22031-5997-7712-a4ad-a45ca31c3679', '01a22030-a04f-7601-aa7f-18bbd830b52e', 'reader', '2026-11-28 03:27:16.927456+00');


--
-- Data for Name: collection_synonyms; Type: TABLE DATA; Schema: public; Owner: rag
--

INSERT INTO public.collection_synonyms VALUES
	('01a22031-59a8-7349-a017-7605f0f2a561', 0, '{"hotel room",lodging}');


--
-- Data for Name: collections; Type: TABLE DATA; Schema: public; Owner: rag
--

INSERT INTO public.collections VALUES
	('01a22031-15ab-73e7-9056-925dbc150f36', '01a22030-a050-77f2-991b-1bd26460819f', 'default', '', '2026-11-28 03:26:57.434117+00', '2026-11-28 03:26:57.434117+00', '01a22030-a04f-7601-aa7f-18bbd830b52e'),
	('01a22031-59a8-7349-a017-7605f0f2a561', '01a22031-5855-7413-9aab-a43769f73f5f', 'Handbook', '', '2026-11-28 03:27:14.856903+00', '2026-11-28 03:27:14.856903+00', '01a22030-a04f-7601-aa7f-18bbd830b52e'),
	('01a22031-59b4-72ef-acdd-af0e241e5b7a', '01a22031-5855-7413-9aab-a43769f73f5f', 'Geology and places', '', '2026-11-28 03:27:14.868425+00', '2026-11-28 03:27:14.868425+00', '01a22030-a04f-7601-aa7f-18bbd830b52e');


--
-- Data for Name: document_popularity; Type: TABLE DATA; Schema: public; Owner: rag
--

INSERT INTO public.document_popularity VALUES
	('01a22031-59c1-7353-be9b-fb398ff30984', '01a22031-59a8-7349-a017-7605f0f2a561', 2),
	('01a22031-5ce4-724c-9ff3-268843e7171b', '01a22031-59a8-7349-a017-7605f0f2a561', 1),
	('01a22031-60a1-7710-b612-98cb9c063c49', '01a22031-59b4-72ef-acdd-af0e241e5b7a', 1),
	('01a22031-5b92-715c-ba01-3b4fd6b7369c', '01a22031-59a8-7349-a017-7605f0f2a561', 1),
	('01a22031-5ed5-7460-a94d-1e5fa25665d8', '01a22031-59b4-72ef-acdd-af0e241e5b7a', 2);


--
-- Data for Name: document_versions; Type: TABLE DATA; Schema: public; Owner: rag
--

INSERT INTO public.document_versions VALUES
	('01a22031-15ef-7325-ad9d-28643315f7f8', '01a22031-15e5-76c7-a184-a8fc92701b61', 1, 'published', '\xcb5985d86bebc4ce62343d4106c29b4c6c646b48035eb3031d068c6506d60773', 94, NULL, 93, 1, 'rag 0.1.0 model all-MiniLM-L6-v2 chunks 254+32-48', '2026-11-28 03:26:57.482036+00', '2026-11-28 03:26:57.762423+00', '01a22031-15ab-73e7-9056-925dbc150f36'),
	('01a22031-1610-7434-8330-bd9a9b5372d9', '01a22031-160d-72f5-9ac5-8ec51ed3ec19', 1, 'published', '\xf181281ddb8ceeb82010b8bca1ea36af55ef7ad9bd92e53c3695e022736eaa1f', 213, NULL, 212, 1, 'rag 0.1.0 model all-MiniLM-L6-v2 chunks 254+32-48', '2026-11-28 03:26:57.544678+00', '2026-11-28 03:26:58.206594+00', '01a22031-15ab-73e7-9056-925dbc150f36'),
	('01a22031-60a2-7225-84d1-d79e668a75af', '01a22031-60a1-7710-b612-98cb9c063c49', 1, 'published', '\xfe4101d46480d91c2ca747f5516db14c787010df90e4cb58cd22ae4233f5ce56', 105, NULL, 38, 1, 'rag 0.1.0 model all-MiniLM-L6-v2 chunks 254+32-48', '2026-11-28 03:27:16.640776+00', '2026-11-28 03:27:16.766051+00', '01a22031-59b4-72ef-acdd-af0e241e5b7a'),
	('01a22031-1622-7692-b596-31a0893426f6', '01a22031-1620-72b5-83f4-b52a3cd805a6', 1, 'published', '\xa64acf5bc90e2f6533553d613e2e26254013e7e6a5e5d1e7c88b469c7a84f6e0', 387, NULL, 355, 2, 'rag 0.1.0 model all-MiniLM-L6-v2 chunks 254+32-48', '2026-11-28 03:26:57.566527+00', '2026-11-28 03:27:05.399733+00', '01a22031-15ab-73e7-9056-925dbc150f36'),
	('01a22031-1634-747c-ae74-5652929e9dd2', '01a22031-1632-71bb-b679-c1fbc29d1ddb', 1, 'published', '\x64a8311c3d7d7ac61b6870e2e963847e6b69c1ae89aee163692954e017cb9e21', 326, NULL, 202, 2, 'rag 0.1.0 model all-MiniLM-L6-v2 chunks 254+32-48', '2026-11-28 03:26:57.584659+00', '2026-11-28 03:27:05.399733+00', '01a22031-15ab-73e7-9056-925dbc150f36'),
	('01a22031-1653-766d-94b8-cc2466a06160', '01a22031-1652-75aa-bda2-dd27b8aae415', 1, 'published', '\xfe4101d46480d91c2ca747f5516db14c787010df90e4cb58cd22ae4233f5ce56', 105, NULL, 38, 1, 'rag 0.1.0 model all-MiniLM-L6-v2 chunks 254+32-48', '2026-11-28 03:26:57.614071+00', '2026-11-28 03:27:05.399733+00', '01a22031-15ab-73e7-9056-925dbc150f36'),
	('01a22031-59c2-73d6-a497-e66f087f2535', '01a22031-59c1-7353-be9b-fb398ff30984', 1, 'published', '\x113a8b067b6e9c6b7622555da9b4d8805c170e21349abe017898ebabb6c884f7', 386, NULL, 385, 1, 'rag 0.1.0 model all-MiniLM-L6-v2 chunks 254+32-48', '2026-11-28 03:27:14.879541+00', '2026-11-28 03:27:15.244951+00', '01a22031-59a8-7349-a017-7605f0f2a561'),
	('01a22031-5b93-740a-b03f-f902df1d9176', '01a22031-5b92-715c-ba01-3b4fd6b7369c', 1, 'published', '\xcb5985d86bebc4ce62343d4106c29b4c6c646b48035eb3031d068c6506d60773', 94, NULL, 93, 1, 'rag 0.1.0 model all-MiniLM-L6-v2 chunks 254+32-48', '2026-11-28 03:27:15.34489+00', '2026-11-28 03:27:15.542416+00', '01a22031-59a8-7349-a017-7605f0f2a561'),
	('01a22031-5ceb-712f-90b9-39894f020ec6', '01a22031-5ce4-724c-9ff3-268843e7171b', 1, 'published', '\xdb9d99e0bfa37b6358415816e6a95dd42ba23df76d93b854442755d5dc80f0f0', 162, NULL, 159, 1, 'rag 0.1.0 model all-MiniLM-L6-v2 chunks 254+32-48', '2026-11-28 03:27:15.683558+00', '2026-11-28 03:27:15.93057+00', '01a22031-59a8-7349-a017-7605f0f2a561'),
	('01a22031-5ed7-727d-bf44-d863f2ff829b', '01a22031-5ed5-7460-a94d-1e5fa25665d8', 1, 'published', '\xf181281ddb8ceeb82010b8bca1ea36af55ef7ad9bd92e53c3695e022736eaa1f', 213, NULL, 212, 1, 'rag 0.1.0 model all-MiniLM-L6-v2 chunks 254+32-48', '2026-11-28 03:27:16.18005+00', '2026-11-28 03:27:16.414469+00', '01a22031-59b4-72ef-acdd-af0e241e5b7a');


--
-- Data for Name: documents; Type: TABLE DATA; Schema: public; Owner: rag
--

INSERT INTO public.documents VALUES
	('01a22031-15e5-76c7-a184-a8fc92701b61', '01a22031-15ab-73e7-9056-925dbc150f36', 'error.txt', 'error.txt', 'text/plain', 'eng', 'english', '{}', '\xcb5985d86bebc4ce62343d4106c29b4c6c646b48035eb3031d068c6506d60773', '01a22031-15ef-7325-ad9d-28643315f7f8', '2026-11-28 03:26:57.482036+00', '2026-11-28 03:26:57.762423+00'),
	('01a22031-160d-72f5-9ac5-8ec51ed3ec19', '01a22031-15ab-73e7-9056-925dbc150f36', 'geology.txt', 'geology.txt', 'text/plain', 'eng', 'english', '{}', '\xf181281ddb8ceeb82010b8bca1ea36af55ef7ad9bd92e53c3695e022736eaa1f', '01a22031-1610-7434-8330-bd9a9b5372d9', '2026-11-28 03:26:57.544678+00', '2026-11-28 03:26:58.206594+00'),
	('01a22031-1620-72b5-83f4-b52a3cd805a6', '01a22031-15ab-73e7-9056-925dbc150f36', 'Employee handbook', 'handbook.md', 'text/markdown', 'eng', 'english', '{}', '\xa64acf5bc90e2f6533553d613e2e26254013e7e6a5e5d1e7c88b469c7a84f6e0', '01a22031-1622-7692-b596-31a0893426f6', '2026-11-28 03:26:57.566527+00', '2026-11-28 03:27:05.399733+00'),
	('01a22031-1632-71bb-b679-c1fbc29d1ddb', '01a22031-15ab-73e7-9056-925dbc150f36', 'Satzung des Vereins', 'satzung.html', 'text/html', 'deu', 'german', '{}', '\x64a8311c3d7d7ac61b6870e2e963847e6b69c1ae89aee163692954e017cb9e21', '01a22031-1634-747c-ae74-5652929e9dd2', '2026-11-28 03:26:57.584659+00', '2026-11-28 03:27:05.399733+00'),
	('01a22031-1652-75aa-bda2-dd27b8aae415', '01a22031-15ab-73e7-9056-925dbc150f36', 'tokyo.txt', 'tokyo.txt', 'text/plain', 'jpn', 'simple', '{}', '\xfe4101d46480d91c2ca747f5516db14c787010df90e4cb58cd22ae4233f5ce56', '01a22031-1653-766d-94b8-cc2466a06160', '2026-11-28 03:26:57.614071+00', '2026-11-28 03:27:05.399733+00'),
	('01a22031-59c1-7353-be9b-fb398ff30984', '01a22031-59a8-7349-a017-7605f0f2a561', 'Employee handbook', NULL, 'text/plain', 'eng', 'english', '{"tags": ["hr"], "year": 2024}', '\x113a8b067b6e9c6b7622555da9b4d8805c170e21349abe017898ebabb6c884f7', '01a22031-59c2-73d6-a497-e66f087f2535', '2026-11-28 03:27:14.879541+00', '2026-11-28 03:27:15.244951+00'),
	('01a22031-5b92-715c-ba01-3b4fd6b7369c', '01a22031-59a8-7349-a017-7605f0f2a561', 'Oracle errors', NULL, 'text/plain', 'eng', 'english', '{}', '\xcb5985d86bebc4ce62343d4106c29b4c6c646b48035eb3031d068c6506d60773', '01a22031-5b93-740a-b03f-f902df1d9176', '2026-11-28 03:27:15.34489+00', '2026-11-28 03:27:15.542416+00'),
	('01a22031-5ce4-724c-9ff3-268843e7171b', '01a22031-59a8-7349-a017-7605f0f2a561', 'Satzung des Vereins', NULL, 'text/plain', 'deu', 'german', '{"year": 2020}', '\xdb9d99e0bfa37b6358415816e6a95dd42ba23df76d93b854442755d5dc80f0f0', '01a22031-5ceb-712f-90b9-39894f020ec6', '2026-11-28 03:27:15.683558+00', '2026-11-28 03:27:15.93057+00'),
	('01a22031-5ed5-7460-a94d-1e5fa25665d8', '01a22031-59b4-72ef-acdd-af0e241e5b7a', 'Rocks', NULL, 'text/plain', 'eng', 'english', '{}', '\xf181281ddb8ceeb82010b8bca1ea36af55ef7ad9bd92e53c3695e022736eaa1f', '01a22031-5ed7-727d-bf44-d863f2ff829b', '2026-11-28 03:27:16.18005+00', '2026-11-28 03:27:16.414469+00'),
	('01a22031-60a1-7710-b612-98cb9c063c49', '01a22031-59b4-72ef-acdd-af0e241e5b7a', '東京', NULL, 'text/plain', 'jpn', 'simple', '{}', '\xfe4101d46480d91c2ca747f5516db14c787010df90e4cb58cd22ae4233f5ce56', '01a22031-60a2-7225-84d1-d79e668a75af', '2026-11-28 03:27:16.640776+00', '2026-11-28 03:27:16.766051+00');


--
-- Data for Name: embedding_models; Type: TABLE DATA; Schema: public; Owner: rag
--

INSERT INTO public.embedding_models OVERRIDING SYSTEM VALUE VALUES
	(1, 'all-MiniLM-L6-v2', 384, '2026-11-28 03:26:27.382841+00', 'cosine', 'hnsw', 10, 150, NULL);


--
-- Data for Name: embeddings_1; Type: TABLE DATA; Schema: public; Owner: rag
--

INSERT INTO public.embeddings_1 VALUES
	(1, '01a22031-16da-7395-8250-f1fcec7dd75e', '01a22031-15ef-7325-ad9d-28643315f7f8', '01a22031-15ab-73e7-9056-925dbc150f36', '[-0.044647217,0.03781128,0.013145447,0.010421753,-0.054229736,0.010353088,-0.011856079,0.022842407,-0.0090408325,0.07965088,0.10461426,0.00074005127,0.04385376,-0.08514404,-0.083862305,0.043518066,-0.08459473,-0.0116119385,-0.038879395,0.08215332,-0.03265381,0.09100342,-0.0021209717,0.01914978,0.11212158,0.01348114,-0.035461426,0.060699463,-0.056274414,-0.036590576,-0.028137207,0.0670166,-0.057617188,0.07458496,0.1274414,0.03387451,0.04547119,-0.044006348,0.0013856888,0.013717651,-0.000626564,-0.04232788,-0.013076782,0.021728516,-0.02658081,-0.005065918,-0.0715332,-0.0016975403,0.08117676,-0.008476257,-0.08111572,0.054901123,0.016799927,-0.025177002,0.006122589,0.033203125,-0.02998352,0.086242676,-0.04815674,-0.020065308,-0.0032730103,-0.02456665,0.048583984,0.008407593,-0.017700195,0.036254883,-0.030654907,-0.06112671,-0.018569946,-0.016174316,-0.03262329,0.0027580261,-0.11248779,0.07739258,-0.02571106,0.00089263916,0.013076782,0.03845215,-0.042785645,-0.034576416,0.023223877,-0.0647583,-0.06756592,0.028823853,-0.03439331,-0.020645142,-0.0056762695,-0.07147217,0.08428955,-0.025634766,-0.0067710876,-0.060424805,0.072021484,-0.017715454,0.031799316,-0.044403076,-0.0021266937,0.03967285,0.023132324,0.017089844,-0.02458191,0.047821045,-0.04611206,0.017944336,-0.08782959,-0.014259338,0.04336548,-0.08477783,0.016082764,0.005908966,-0.030578613,-0.0018892288,0.003419876,-0.10333252,-0.003686905,-0.03250122,-0.061523438,-0.0284729,-0.03616333,-0.0847168,0.005859375,-0.012268066,-0.10546875,0.058380127,-0.052459717,-0.028076172,0.11340332,0,0.03866577,0.004501343,0.0637207,-0.00027298927,0.11730957,0.07507324,0.02128601,0.013046265,-0.022766113,-0.026885986,-0.01360321,-0.06652832,-0.02229309,-0.075683594,0.0051651,0.052642822,-0.0023021698,0.0008392334,-0.05126953,0.060821533,0.052734375,-0.029663086,-0.015357971,-0.004211426,-0.03289795,0.054473877,0.02331543,-0.037139893,0.0060920715,-0.031433105,0.0011453629,-0.0021324158,-0.01977539,-0.10412598,0.03857422,-0.034606934,0.070007324,-0.0012426376,-0.10083008,0.050048828,-0.043914795,0.10095215,-0.033111572,-0.04763794,0.054901123,-0.08203125,-0.006839752,0.12030029,-0.039520264,0.03778076,0.016067505,-0.010696411,-0.01878357,0.0048828125,-0.020935059,-0.07537842,0.011474609,0.013046265,0.0043258667,-0.030517578,0.062042236,-0.030960083,0.061798096,-0.09112549,0.05517578,0.005870819,0.0110321045,0.066345215,0.07104492,0.00299263,-0.008033752,-0.061584473,0.03387451,0.019195557,-0.0007972717,-0.08618164,0.0015354156,0.011062622,0.0032978058,0.06530762,-0.021713257,-0.078186035,-0.03363037,-0.12036133,-0.04812622,0.021759033,-0.022598267,-0.00762558,-0.03793335,0.053863525,0.07348633,0.03930664,0.030944824,0.00592041,0.039215088,-0,0.037750244,-0.05343628,-0.07733154,-0.031463623,0.04559326,-0.07659912,-0.014541626,0.15307617,-0.024520874,-0.012260437,-0.025421143,-0.039794922,0.04675293,-0.06829834,0.030014038,0.07312012,0.05279541,-0.012817383,-0.07897949,0.07476807,0.04486084,0.044708252,0.07342529,0.11114502,0.007534027,0.037200928,0.0030460358,0.02015686,-0.041656494,-0.035491943,0.042938232,-0.00034236908,-0.07519531,0.09100342,0.04849243,-0.0803833,-0.010383606,-0.028137207,-0.025360107,-0.013252258,-0.04220581,0.05609131,-0.023376465,-0.0057868958,-0.024505615,0.009552002,0.044403076,0.029876709,0.0048980713,-0.008224487,0.0413208,-0.057739258,0.11071777,0.042663574,0.09765625,0.031066895,0.034820557,-0.030334473,-0.00046300888,-0.032928467,0.014099121,0.09210205,-0.042175293,-0.024551392,0.013824463,0.037841797,-0.05166626,-0.00020730495,-0.06915283,-0.031280518,-0.10546875,-0.0413208,0.058746338,0.028396606,0.033416748,0.051727295,-0.06274414,0.025222778,0.030426025,0.045562744,-0.033203125,0.033477783,-0.00028538704,0.00818634,-0.025802612,0.05557251,-0.057128906,0.09075928,-0.0574646,0.034606934,0.016235352,-0.11151123,0.015205383,0.07745361,0.09954834,-0,-0.026000977,-0.04232788,-0.07324219,0.015426636,0.086120605,-0.10900879,-0.030822754,0.06719971,-0.041107178,-0.09222412,0.04574585,0.06695557,-0.0104599,-0.0004401207,-0.004508972,-0.10272217,0.02229309,-0.02848816,0.019622803,0.004711151,0.02229309,-0.084472656,-0.0047187805,-0.0692749,0.041809082,0.021835327,0.0079956055,0.09844971,0.044311523,-0.06738281,-0.013710022,-0.024459839,0.059936523,-0.053527832,-0.008865356,0.017440796,0.13586426,0.008491516,-0.038879395,-0.10418701,-0.015716553,0.083862305,0.016784668,-0.03729248,-0.09899902,-0.049804688,0.062408447,0.032165527,0.02154541,-0.039215088,-0.03842163,-0.044128418,0.06719971,0.010368347,-0.045074463,-0.0037250519,0.023208618,-0.012329102,0.005466461,0.023712158,0.060058594,-0.06506348,-0.047088623,0.077819824]'),
	(1, '01a22031-189e-7010-975e-e9e24e6e63e4', '01a22031-1610-7434-8330-bd9a9b5372d9', '01a22031-15ab-73e7-9056-925dbc150f36', '[-0.04647827,-0.02178955,0.08929443,0.030288696,-0.02809143,-0.052520752,0.008712769,0.021270752,-0.012397766,-0.001449585,-0.075927734,-0.064697266,-0.016235352,-0.043792725,-0.0056610107,-0.05718994,0.06088257,-0.010040283,0.05380249,0.018417358,0.07446289,0.076660156,-0.031234741,0.04135132,0.037353516,0.07635498,-0.03918457,-0.023086548,-0.033996582,-0.021972656,-0.024139404,-0.027130127,-0.027359009,-0.0036945343,-0.035705566,0.022338867,-0.036376953,0.04348755,-0.03503418,0.03878784,-0.113586426,-0.09185791,0.04147339,0.035949707,-0.0014371872,0.02053833,0.026901245,-0.10229492,-0.049346924,-0.009056091,-0.016357422,0.0039367676,-0.09710693,-0.03390503,-0.012588501,0.010314941,0.051574707,0.020553589,0.027832031,-0.051971436,0.04763794,0.036346436,-0.030014038,-0.0057411194,0.004383087,0.06866455,0.01902771,-0.015029907,0.055358887,-0.076416016,0.09265137,0.048065186,-0.0075798035,-0.0049476624,-0.02482605,-0.0077552795,0.0006542206,-0.018112183,-0.047058105,-0.046722412,-0.027328491,0.08892822,0.03567505,-0.10870361,-0.04043579,-0.072143555,-0.028137207,0.05319214,0.03765869,-0.005859375,0.04598999,0.06262207,-0.061340332,0.028518677,0.01676941,0.0005617142,-0.016433716,-0.031585693,0.010879517,0.0068206787,0.02432251,0.09197998,-0.051452637,0.07159424,0.026504517,-0.006580353,-0.0051651,-0.012191772,0.0034694672,0.04638672,0.06689453,-0.075927734,-0.04119873,-0.053863525,-0.0446167,0.068115234,-0.08526611,0.0010070801,-0.028839111,-0.0029468536,-0.033050537,0.004852295,-0.028396606,0.021530151,0.010391235,-0.02960205,-0.050048828,-0,-0.009864807,0.0056648254,-0.035064697,0.041748047,-0.014457703,0.011680603,-0.0018224716,-0.025558472,-0.05911255,0.08807373,0.027908325,0.002500534,-0.0284729,0.055389404,-0.08483887,0.04598999,-0.020355225,0.028961182,-0.03439331,-0.024902344,-0.043548584,0.119384766,-0.009971619,0.00623703,-0.051116943,0.000111460686,-0.09460449,0.001458168,-0.033294678,-0.015388489,0.029205322,-0.027755737,-0.015960693,0.0012168884,0.017440796,0.010551453,0.014457703,-0.011428833,0.05404663,-0.023071289,0.041900635,-0.06903076,0.04699707,0.0033283234,0.038116455,-0.017196655,0.0340271,0.040863037,0.009208679,-0.0569458,0.019454956,-0.016220093,0.008277893,0.13293457,0.0033798218,0.059020996,-0.0038166046,-0.008972168,-0.016845703,-0.008926392,0.0881958,-0.06903076,0.0066490173,0.052215576,-0.024887085,-0.026794434,0.005886078,0.05795288,0.029953003,0.04272461,-0.0024204254,0.004470825,0.045288086,0.017044067,-0.015213013,-0.042388916,0.0118637085,-0.07220459,-0.05633545,0.050354004,-0.042510986,-0.044158936,-0.09942627,-0.10827637,-0.08514404,0.14538574,0.032104492,-0.029541016,0.08758545,0.04574585,-0.14221191,-0.055419922,-0.046539307,0.04071045,-0.011734009,-0,0.025009155,-0.011497498,0.0011425018,0.09710693,-0.02017212,0.038360596,0.007698059,0.035949707,-0.034301758,0.006290436,-0.03173828,-0.017654419,0.031921387,-0.14746094,0.01625061,-0.017349243,-0.041046143,-0.056396484,-0.0019493103,0.13720703,-0.054718018,-0.002691269,-0.12854004,-0.02218628,-0.0016555786,-0.022705078,-0.109191895,-0.015655518,0.014823914,0.04046631,-0.015289307,0.045654297,0.04034424,-0.12371826,-0.07104492,0.065979004,0.11065674,-0.019454956,-0.04547119,0.064331055,-0.012939453,0.055511475,0.06903076,0.076293945,-0.009239197,0.08337402,0.06262207,0.05230713,-0.026901245,0.055114746,0.031829834,-0.09118652,0.068603516,-0.0062828064,0.015083313,-0.0077819824,-0.09136963,0.1003418,-0.1171875,-0.0025157928,0.07647705,0.0047416687,0.01586914,0.007888794,0.05239868,0.04019165,-0.072143555,-0.029571533,-0.0030784607,0.16369629,-0.07507324,-0.0025157928,-0.00920105,-0.03427124,0.13806152,-0.002735138,-0.00076007843,0.031585693,-0.021392822,-0.042999268,0.09448242,0.03378296,0.07055664,-0.016159058,0.04272461,0.028442383,0.007598877,0.07269287,-0.040527344,0.021606445,-0.033447266,-0.099609375,0.048431396,-0.012062073,-0.027770996,-5.9604645e-08,0.036590576,-0.07128906,-0.034942627,-0.022384644,-0.047332764,-0.03366089,0.11395264,0.019332886,-0.0043640137,-0.017944336,-0.107177734,-0.040161133,-0.017593384,-0.051116943,-0.013084412,0.028900146,0.0035476685,-0.0109939575,0.0016870499,-0.039764404,0.08123779,-0.0110321045,0.07220459,-0.0033435822,0.030014038,0.09503174,0.053833008,0.013114929,-0.03149414,-2.2292137e-05,0.029281616,-0.058135986,0.047607422,-0.02748108,0.06512451,0.08013916,0.013046265,-0.0491333,0.0748291,-0.09674072,-0.019729614,0.023620605,-0.021453857,-0.03643799,-0.07788086,0.025619507,-0.11505127,0.039154053,0.02079773,0.00060749054,-0.021484375,0.051818848,0.008071899,-0.05026245,0.028015137,0.049987793,0.056610107,0.052825928,-0.0026054382,0.040008545,0.06036377,-0.026763916,0.0135650635,-0.10131836]'),
	(1, '01a22031-34b7-757b-bc78-62dd47c6c8f8', '01a22031-1622-7692-b596-31a0893426f6', '01a22031-15ab-73e7-9056-925dbc150f36', '[0.040496826,0.014587402,0.017562866,-0.017959595,0.06384277,0.034088135,-0.07208252,-0.049743652,0.023513794,-0.0036296844,0.07043457,0.0012712479,-0.02772522,-0.025604248,0.048309326,-0.021652222,-0.0037574768,-0.02281189,0.101135254,-0.049591064,0.13635254,-0.018173218,-0.030761719,0.01335144,-0.0836792,0.05947876,0.014099121,-0.0001732111,0.04333496,0.021240234,-0.027313232,0.012260437,0.028045654,-0.040161133,-0.024032593,0.020004272,0.10040283,-0.021270752,0.0127334595,-0.081604004,0.0051574707,0.056121826,0.0067749023,0.050628662,0.0054893494,-0.00032281876,0.057037354,-0.036346436,-0.0993042,0.01991272,0.0552063,-0.03765869,0.04449463,0.05718994,-0.0046920776,-0.005558014,-0.010925293,0.0113220215,-0.030303955,0.09643555,-0.0149383545,-0.023849487,-0.00434494,-0.026245117,-0.021911621,-0.052581787,0.017456055,0.008377075,-0.010627747,0.03894043,-0.097595215,-0.06536865,-0.010276794,-0.025863647,-0.045074463,0.08483887,-0.0027637482,0.017837524,0.03152466,-0.11755371,-0.099243164,0.08831787,0.064331055,0.032836914,-0.009284973,-0.06021118,0.036346436,0.06402588,0.014060974,0.02166748,0.116760254,0.07293701,-0.019927979,-0.09832764,-0.07562256,-0.05706787,-0.0029087067,0.022247314,0.033081055,0.026916504,0.047088623,0.036254883,-0.083496094,0.0010919571,0.015472412,-0.02810669,-0.061035156,0.031097412,-0.04196167,0.010002136,-0.0026474,0.0030021667,0.034362793,-0.07434082,0.0018510818,0.036590576,-0.028045654,0.061645508,0.07897949,0.084472656,0.052856445,0.04498291,-0.07336426,0.015792847,0.014350891,0.09472656,0.011962891,-0,0.03387451,0.00283432,-0.03817749,0.015457153,0.037994385,-0.037902832,0.062164307,0.032592773,0.047210693,0.014312744,0.022125244,-0.070373535,-0.0317688,-0.038391113,-0.02607727,-0.013137817,0.0690918,0.031707764,0.018569946,0.005016327,-0.043701172,-0.16479492,-0.011268616,0.048614502,0.023635864,0.041992188,-0.0014028549,-0.009864807,-0.057891846,0.007419586,0.061187744,0.074035645,0.0680542,-0.024353027,-0.038391113,-0.089660645,0.029632568,0.051818848,0.067993164,-0.055633545,0.029800415,-0.024978638,0.0725708,-0.07977295,-0.0090789795,-0.027328491,0.054473877,0.024627686,0.06689453,0.035858154,0.012168884,0.000104010105,0.036834717,0.0042266846,-0.0016050339,0.09301758,-0.018661499,0.047210693,-0.045532227,0.017654419,0.045562744,0.04434204,0.056396484,0.014289856,0.07330322,0.013465881,-0.044006348,0.06665039,-0.02532959,0.021316528,0.027877808,0.054901123,-0.0012569427,-0.029754639,0.015602112,-0.035125732,0.02418518,-0.010475159,-0.034729004,0.012031555,0.004749298,-0.042297363,-0.002067566,-0.071899414,-0.023284912,-0.046813965,0.123291016,0.022750854,-0.07647705,-0.010635376,0.05050659,-0.010902405,0.019973755,0.071777344,-0.005264282,0,0.08874512,0.019805908,-0.0138549805,-0.053375244,0.042510986,0.0038471222,-0.039215088,0.16052246,-0.11553955,0.038604736,-0.0055770874,-0.09112549,-0.049835205,0.03265381,-0.050872803,0.028839111,0.140625,-0.067993164,0.029632568,0.018676758,0.062561035,-0.09100342,-0.015258789,-0.032684326,-0.010795593,-0.04309082,0.0027999878,-0.03930664,-0.10272217,0.06951904,-0.11126709,-0.02859497,-0.012962341,0.014183044,0.06695557,-0.16381836,-0.06921387,0.0067481995,0.013511658,0.10430908,0.017852783,0.008491516,0.028442383,-0.08905029,0.011779785,-0.03768921,0.07299805,-0.013023376,-0.083984375,-0.00049448013,-0.0016813278,-0.08190918,0.010406494,-0.028152466,-0.027069092,-0.016708374,0.011123657,-0.043426514,-0.0345459,0.053131104,-0.020065308,0.022216797,-0.012878418,-0.0284729,0.0010623932,-0.05090332,0.032714844,0.016036987,0.064941406,-0.058380127,-0.032226562,0.070617676,-0.010032654,-0.028564453,0.026855469,-0.031280518,0.07104492,-0.13464355,-0.08905029,-0.12890625,-0.017318726,0.06304932,-0.03970337,0.037017822,-0.004508972,0.048065186,-0.008850098,0.07208252,0.036346436,0.008735657,0.06555176,0.044433594,-0.032989502,0.11065674,0.0069618225,-0,0.05557251,0.04244995,0.05203247,-0.042633057,0.07910156,-0.009346008,0.033721924,-0.0048065186,0.016433716,-0.06573486,0.033294678,-0.060913086,-0.0035572052,-0.062469482,-0.03186035,0.022216797,9.381771e-05,-0.04220581,-0.024429321,-0.014274597,-0.06677246,-0.056732178,-0.021499634,-0.077697754,-0.060577393,-0.025909424,-0.04611206,0.031341553,0.05105591,-0.046844482,-0.0046310425,0.05114746,0.0074539185,-0.010612488,0.0066871643,-0.05331421,-0.04159546,-0.078552246,0.009086609,0.066833496,-0.042938232,-0.014198303,0.025527954,-0.017730713,-0.018676758,-0.020263672,-0.07800293,0.036376953,-0.016845703,-0.014221191,0.03994751,-0.031555176,0.009109497,0.0063095093,0.009132385,-0.070373535,0.027709961,-0.025756836,-0.19116211,-0.05609131,0.0031261444,0.022949219,0.046447754,-0.030151367]'),
	(1, '01a22031-34b7-757b-bc78-62de726152fc', '01a22031-1622-7692-b596-31a0893426f6', '01a22031-15ab-73e7-9056-925dbc150f36', '[0.032470703,-0.012252808,-0.0049095154,0.09741211,-0.0033397675,0.03704834,-0.0023097992,0.111572266,-0.030349731,-0.01939392,-0.060058594,-0.033599854,-0.009101868,0.044921875,-0.011764526,-0.01108551,0.103393555,-0.092163086,0.032073975,-0.011161804,0.05218506,-0.054504395,0.012237549,0.00843811,0.07458496,-0.041412354,0.06939697,-0.068725586,-0.0096206665,-0.020828247,-0.07116699,-0.041870117,-0.04434204,0.04864502,0.059814453,0.029144287,0.07324219,-0.072143555,-0.056121826,0.08178711,-0.018173218,0.076293945,-0.028503418,0.044525146,0.030578613,0.000647068,0.034057617,-0.020568848,-0.010940552,0.0423584,0.07672119,0.04058838,0.04559326,-0.024246216,-0.06903076,-0.011550903,-0.00969696,0.032348633,0.026947021,0.09588623,-0.09008789,-0.06781006,0.0026454926,-0.06402588,-0.053375244,0.01676941,-0.09088135,0.035491943,-0.0031585693,0.049041748,-0.031829834,-0.003479004,-0.019042969,0.050628662,0.045410156,-0.04083252,-0.015823364,-0.0054969788,-0.0012111664,0.0011806488,-0.041412354,-0.08312988,-0.06188965,0.0011301041,0.0008597374,0.039215088,0.028915405,0.03010559,-0.004951477,0.022460938,0.05130005,-0.0062942505,-0.049682617,-0.015350342,0.024551392,0.05545044,-0.064819336,0.09008789,0.09234619,-0.05984497,0.06652832,0.021057129,0.050323486,0.08874512,-0.093688965,-0.02758789,0.06719971,0.003648758,-0.043060303,-0.031173706,-0.037750244,-0.04837036,0.055511475,-0.08648682,-0.04748535,0.03955078,0.046661377,-0.032073975,0.0625,0.05722046,0.057434082,-0.04827881,0.020904541,0.019805908,-0.13574219,-0.064819336,0.033996582,0,-0.05303955,0.011978149,-0.08630371,0.02670288,-0.047729492,0.044281006,-0.080200195,0.050231934,-0.030578613,0.014785767,-0.041107178,-0.04425049,0.038909912,-0.034484863,-0.0006108284,0.0118255615,0.060302734,-0.014945984,-0.0118637085,-0.013000488,0.043548584,-0.008529663,0.06518555,-0.013267517,0.025985718,0.010345459,0.046905518,-0.024124146,0.067993164,-0.025390625,-0.08294678,0.024841309,-0.010002136,-0.05581665,-0.0075912476,0.09375,0.060943604,0.083984375,0.011428833,-0.08654785,-0.020553589,-0.017745972,-0.072509766,-0.043792725,-0.044708252,0.10083008,-0.056030273,-0.02671814,0.014976501,-0.0029773712,-0.09844971,-0.028656006,-0.06402588,-0.008033752,0.0038604736,-0.0076141357,0.029663086,0.026260376,0.028778076,0.04006958,-0.008666992,0.06829834,0.021133423,0.05227661,0.07965088,-0.006969452,-0.053588867,-0.00969696,-0.024917603,-0.055633545,-0.007835388,-0.043182373,0.022064209,-0.014503479,0.04660034,0.010551453,0.008171082,0.0050697327,0.037261963,-0.0013780594,-0.07305908,-0.07727051,-0.003786087,0.038848877,0.04977417,-0.026351929,0.028884888,0.008621216,-0.051696777,0.061523438,0.019607544,-0.01033783,0.016235352,0.059539795,0.0027503967,-0,0.103149414,0.010734558,0.051513672,-0.035736084,-0.056640625,0.103149414,0.008148193,0.03387451,0.03717041,0.14135742,-0.045898438,-0.0021781921,0.03555298,0.018066406,0.022201538,-0.101745605,0.05328369,0.016525269,0.0647583,0.0007171631,-0.03302002,0.008811951,-0.06213379,0.0025749207,-0.010253906,0.07269287,0.0012378693,0.01033783,-0.06713867,0.018814087,-0.056488037,0.016586304,0.021621704,-0.034057617,-0.035095215,0.095947266,0.0069122314,0.12371826,0.046539307,0.08154297,-0.037902832,-0.08862305,-0.07183838,-0.06756592,0.107421875,-0.0413208,-0.08312988,-0.09576416,-0.010444641,-0.048034668,0.051696777,-0.024246216,-0.0060920715,-0.09552002,0.04232788,-0.08703613,-0.051849365,-0.06591797,0.05557251,-0.018707275,0.061187744,0.014480591,-0.03768921,0.042022705,-0.09655762,-0.13891602,-0.04522705,0.017242432,0.04168701,0.03781128,-0.006793976,0.122558594,0.053222656,0.068237305,-0.044281006,0.0181427,0.09918213,0.07409668,0.04248047,-0.002325058,0.0049743652,0.00869751,0.03451538,-0.012779236,0.030853271,-0.055267334,0.06323242,-0.013687134,0.017059326,-0.006626129,-0.05441284,-0.012107849,0.031433105,-0.014541626,-0.09210205,-5.9604645e-08,-0.055999756,-0.048431396,-0.014076233,0.01878357,-0.03652954,-0.13293457,-0.03201294,0.039245605,-0.040222168,0.06677246,-0.01260376,0.05331421,0.04925537,-0.050567627,-0.08618164,0.064941406,-0.08483887,0.004928589,0.05706787,0.0692749,0.062347412,0.026428223,-0.08081055,-0.024780273,0.047698975,-0.05911255,-0.0017032623,0.029022217,0.066833496,-0.027496338,-0.010765076,0.0037822723,0.028320312,-0.027252197,0.019378662,-0.060180664,-0.05307007,0.04058838,-0.00592041,0.014984131,-0.037963867,-0.105285645,-0.026748657,-0.06304932,-0.018966675,-0.026504517,-0.09802246,0.003900528,-0.021560669,-0.020050049,-0.027038574,0.079956055,-0.04269409,0.01878357,0.024520874,-0.007019043,-0.021057129,0.00088882446,-0.11004639,-0.025924683,-0.06903076,-0.03765869,-0.04840088,0.0027637482]'),
	(1, '01a22031-34b7-757b-bc78-62dff249a401', '01a22031-1634-747c-ae74-5652929e9dd2', '01a22031-15ab-73e7-9056-925dbc150f36', '[0.030532837,0.08154297,-0.0037670135,0.024993896,-0.028457642,0.020492554,0.05014038,0.046783447,0.026000977,0.015106201,-0.038391113,-0.051452637,0.06842041,-0.025421143,0.016983032,-0.07720947,-0.05545044,0.0418396,-0.015335083,-0.019088745,-0.048217773,-0.057525635,-0.020477295,0.052215576,0.061462402,-0.047180176,-0.014320374,0.038330078,0.0013971329,0.0067863464,0.025512695,0.022567749,0.025909424,-0.0579834,0.06311035,-0.101989746,-0.013366699,-0.06262207,-0.1161499,-0.002029419,0.031463623,-0.021530151,-0.08166504,-0.053344727,0.023635864,0.009689331,0.07788086,0.06536865,-0.0847168,0.082214355,-0.09814453,-0.0025463104,-0.009262085,0.058013916,0.034973145,0.080200195,0.07171631,-0.010360718,0.066833496,-0.007019043,0.015640259,0.014709473,-0.07507324,-0.07324219,-0.07086182,-0.03515625,0.0178833,0.020095825,-0.014015198,0.03186035,0.099121094,-0.1161499,0.057800293,-0.000500679,0.055847168,-0.040618896,0.008430481,-0.08068848,0.003271103,-0.11785889,-0.066711426,-0.10253906,0.0074806213,-0.033477783,0.0060195923,-0.032928467,0.05227661,0.035705566,0.10632324,-0.015296936,0.012878418,0.028823853,-0.097961426,0.016845703,0.028442383,-0.012306213,-0.0074882507,-0.049713135,0.05114746,0.05633545,0.00283432,0.01499939,0.05706787,-0.022659302,-0.07910156,0.04067993,0.045776367,0.042419434,-0.11785889,0.020996094,-0.07720947,-0.06616211,0.03579712,-0.010299683,0.007789612,0.0061149597,0.074645996,-0.11834717,0.0335083,-0.031982422,0.040863037,0.05154419,0.021499634,-0.021331787,0.033233643,-0.052703857,-0.03729248,0,-0.024276733,-0.010734558,-0.012260437,0.0340271,-0.03451538,0.012664795,-0.05441284,0.06402588,0.050231934,0.017654419,-0.019592285,-0.046020508,0.019851685,-0.08538818,0.013717651,-0.059631348,0.058288574,0.013549805,0.019515991,0.041046143,0.0020427704,-0.020355225,-0.035125732,0.0012836456,0.08679199,0.01965332,-0.004714966,-0.0041618347,-0.0046195984,0.037017822,0.046081543,-0.03237915,-0.08258057,-0.03781128,0.02722168,0.05960083,-0.031585693,0.059936523,-0.017227173,-0.010360718,0.029937744,-0.06121826,-0.00019907951,-0.007434845,0.10095215,0.07556152,-0.014312744,-0.02178955,0.09020996,0.0028934479,0.033447266,-0.04171753,-0.08569336,-0.064941406,-0.04626465,-0.011444092,-0.08465576,-0.029708862,-0.029205322,-0.03012085,-0.007408142,-0.0029201508,-0.036254883,-0.02268982,-0.0073509216,0.015930176,-0.053894043,-0.059295654,-0.00541687,-0.039916992,-0.105407715,0.018203735,0.057037354,0.0044136047,0.015716553,-0.004463196,-0.034484863,0.070007324,6.234646e-05,0.046691895,-0.042938232,-0.0012588501,-0.061523438,-0.024291992,0.011726379,-0.055389404,-0.004432678,0.009841919,0.06463623,0.04083252,0.027374268,-0.09814453,0.026535034,0.07757568,0.054351807,-0,-0.051208496,0.069885254,-0.05670166,0.14379883,0.045898438,-0.024291992,-0.03363037,0.06008911,-0.039916992,-0.06500244,0.012367249,-0.10131836,0.051635742,0.040374756,-0.05697632,0.008911133,0.015899658,-0.050079346,0.033477783,0.009864807,-0.048431396,-0.04849243,0.07019043,0.017089844,0.03817749,-0.008056641,0.048675537,0.0015354156,-0.044921875,0.1005249,-0.012084961,-0.012359619,-0.01525116,-0.007659912,-0.020904541,0.0052223206,0.089660645,-0.038635254,0.034088135,0.055267334,0.022476196,-0.015655518,0.011260986,0.08428955,0.06185913,-0.00056266785,0.10021973,-0.08947754,0.016845703,-0.12463379,0.1149292,-0.057678223,0.03149414,-0.08782959,0.04321289,0.037994385,-0.0070648193,0.03793335,-0.046661377,0.037384033,0.06842041,0.12731934,0.05130005,0.0035514832,-0.0075035095,-0.10510254,-0.026306152,-0.038146973,0.011054993,0.028137207,0.020736694,0.015052795,-0.022567749,0.072387695,-0.06100464,-0.010612488,0.010185242,0.123046875,0.0043754578,0.035003662,-0.06585693,0.00881958,-0.028060913,0.012023926,-0.040374756,-0.06359863,0.040527344,-0.004600525,0.030334473,-0.06817627,-0.09667969,0.021194458,0.033325195,0.053466797,-0.014442444,-5.9604645e-08,0.040008545,-0.07104492,-0.119384766,0.056396484,0.030090332,-0.08532715,-0.07867432,-0.04171753,-0.010147095,0.095947266,0.013656616,0.058532715,-0.08508301,-0.03640747,-0.0637207,0.03793335,-0.029373169,-0.01335907,-0.010345459,-0.002363205,0.1484375,-0.012283325,-0.10595703,-0.017181396,0.004852295,-0.0077285767,-0.011199951,0.011962891,-0.05718994,-0.12188721,0.04815674,0.061767578,-0.013023376,-0.05227661,0.028427124,0.011878967,0.04675293,0.030166626,-0.022262573,0.013885498,0.06341553,-0.0026302338,-0.019622803,-0.072509766,0.011474609,0.004058838,-0.06414795,-0.015281677,-0.012382507,-0.07348633,-0.06359863,0.0259552,0.07348633,0.0017051697,-0.007572174,0.0423584,0.041656494,0.0019741058,-0.011817932,0.015289307,-0.019805908,-0.035614014,-0.04373169,-0.02418518]'),
	(1, '01a22031-34b7-757b-bc78-62e03524eff6', '01a22031-1634-747c-ae74-5652929e9dd2', '01a22031-15ab-73e7-9056-925dbc150f36', '[-0.006462097,0.0029067993,0.022460938,0.02809143,0.026000977,0.080078125,-0.05795288,0.12512207,-0.03451538,-0.037353516,0.016571045,-0.030670166,-0.09222412,-0.04336548,0.00075912476,-0.0006132126,-0.13134766,0.13952637,-0.02029419,-0.008857727,-0.07476807,-0.07800293,0.00023758411,-0.0023727417,0.060302734,-0.0011453629,0.081970215,0.008964539,0.02708435,0.04611206,-0.040039062,-0.034423828,-0.04168701,0.032104492,-0.08258057,0.019638062,0.032928467,-0.049468994,-0.041137695,-0.014030457,-0.021759033,0.093322754,-0.009162903,-0.02468872,0.04397583,0.024459839,-0.021652222,0.021591187,-0.022857666,-0.02217102,-0.06286621,-0.022125244,0.02027893,-9.638071e-05,0.06732178,0.0061416626,0.11981201,-0.07305908,0.033935547,-0.035095215,0.0055732727,-0.010765076,0.036743164,-0.020736694,0.0015192032,-0.011154175,-0.072021484,0.06298828,-0.044281006,-0.014892578,0.062072754,-0.11401367,-0.03515625,0.11022949,-0.087768555,0.052856445,-0.07269287,0.011558533,0.04486084,-0.051239014,0.04244995,-0.0126571655,0.008407593,0.03717041,-0.025619507,0.017700195,0.002084732,-0.026855469,0.041046143,-0.0016994476,-0.0056915283,0.008354187,-0.08441162,-0.0317688,-0.13391113,-0.0056266785,0.020202637,0.024032593,0.00014650822,0.003358841,0.012145996,0.10772705,-0.04547119,0.010398865,-0.056732178,0.010787964,-0.028808594,-0.07910156,0.00042176247,-0.013031006,-0.022949219,-0.029769897,-0.060668945,-0.0041923523,0.023849487,-0.03439331,0.08734131,0.020858765,-0.04949951,0.059051514,0.029586792,-0.006088257,-0.020401001,-0.02609253,0.073913574,-0.08001709,0.06341553,0,0.02142334,-0.08721924,0.03213501,0.055236816,0.040802002,-0.107788086,-0.017501831,-0.03149414,0.003353119,-0.0044441223,-0.027236938,0.006965637,-0.09313965,-0.043304443,0.014419556,-0.018600464,0.011489868,-0.09173584,0.021072388,-0.020889282,0.03677368,0.04257202,0.017562866,0.053649902,0.06866455,0.022155762,0.07897949,0.008934021,-0.010826111,0.015602112,0.01902771,-0.043029785,-0.095703125,0.01171875,-0.058135986,-0.0034542084,0.0011930466,0.017150879,0.014022827,-0.031402588,0.058624268,-0.034606934,-0.014457703,-0.017868042,0.06390381,0.033294678,-0.015022278,-0.09161377,0.027664185,0.013954163,-0.029052734,-0.055419922,0.00045871735,0.017730713,0.069885254,-0.020126343,-0.0029354095,0.0067443848,-0.023651123,0.0041275024,-0.008666992,-0.009712219,-0.041137695,0.06378174,0.021987915,0.05960083,-0.0473938,-0.04562378,0.0637207,-0.00053071976,-0.023254395,-0.034210205,-0.01399231,-0.03173828,-0.033172607,0.029418945,-0.060821533,0.021728516,-0.09069824,-0.015357971,-0.11437988,0.035125732,-0.015510559,0.0069885254,0.08465576,-0.0138168335,-0.03878784,0.010375977,-1.8656254e-05,0.07434082,0.057739258,0.09655762,0.016860962,0.01737976,-0.027160645,-0,-0.089904785,0.012542725,-0.062316895,0.035064697,-0.04031372,-0.017684937,-0.12054443,0.09075928,-0.07116699,-0.09741211,-0.0869751,-0.11230469,0.011665344,0.08251953,-0.072021484,0.015792847,0.06652832,-0.011627197,-0.036224365,-0.017578125,0.05545044,-0.014793396,0.08380127,-0.022994995,0.11077881,0.026290894,0.01777649,0.03564453,-0.024810791,-0.08355713,0.09411621,0.03643799,0.033416748,-0.011077881,0.002752304,-0.05239868,0.117370605,0.06036377,0.00869751,0.06829834,0.019638062,0.047454834,-0.10644531,0.039001465,-0.032348633,-0.065979004,-0.087890625,-0.07098389,0.04852295,-0.09851074,0.033081055,-0.04360962,-0.011650085,-0.028274536,-0.014038086,0.04763794,0.062805176,-0.043762207,0.04196167,0.10546875,0.05758667,-0.031082153,-0.02305603,0.029144287,0.016113281,0.0071754456,0.0064697266,0.05722046,0.043151855,-0.024383545,0.0619812,0.013183594,0.08288574,0.09185791,-0.06121826,0.016174316,0.030197144,0.04168701,0.039764404,0.07434082,-0.041015625,-0.037261963,-0.075683594,0.047088623,-0.060272217,-0.06561279,0.030731201,0.028900146,-0.0033493042,-0.07147217,0.024505615,-0.024490356,0.039001465,-0.013046265,0.008766174,-5.9604645e-08,-0.0046958923,-0.089416504,-0.093322754,0.023254395,0.02456665,-0.09710693,-0.07397461,-0.03930664,0.011482239,0.08892822,0.0008034706,0.0635376,-0.10681152,0.061309814,0.0070724487,-0.015182495,0.060516357,0.040252686,-0.01285553,0.016693115,0.07525635,-0.03060913,-0.120788574,-0.028869629,0.002872467,-0.006717682,-0.045562744,-0.0008778572,-0.005138397,0.028060913,-0.02003479,0.08917236,0.0016460419,-0.025924683,-0.024810791,0.03866577,-0.036010742,-0.029586792,-0.020996094,-0.04006958,0.020385742,0.02734375,0.03363037,0.0075263977,-0.042907715,-0.06890869,0.07623291,0.024795532,0.048675537,-0.033966064,0.014770508,-0.034606934,0.082214355,-0.06549072,-0.07684326,0.07556152,0.03591919,0.009803772,-0.11199951,-0.036895752,-0.006427765,-0.027313232,0.057037354,0.059326172]'),
	(1, '01a22031-34b7-757b-bc78-62e10f9e4817', '01a22031-1653-766d-94b8-cc2466a06160', '01a22031-15ab-73e7-9056-925dbc150f36', '[0.1081543,0.06008911,0.037597656,-0.024276733,-0.05038452,0.042877197,0.083618164,0.045562744,-0.028884888,-0.017471313,0.13562012,-0.11212158,-0.065979004,0.024963379,0.003566742,-0.057373047,-0.0113220215,-0.0013980865,0.00045609474,-0.039733887,0.009841919,-0.047821045,0.04949951,0.05130005,0.058776855,0.055236816,-0.008575439,-0.0040512085,0.030303955,0.042053223,-0.056793213,0.05657959,0.13366699,0.042236328,0.07055664,0.0063209534,0.074157715,-0.046661377,0.03945923,-0.048034668,-0.057891846,0.030914307,0.031555176,0.008888245,0.051879883,-0.009017944,-1.6987324e-05,0.056640625,0.02760315,-0.0039520264,-0.0031719208,0.014953613,-0.029373169,0.06500244,0.008171082,0.058135986,-0.011985779,0.029129028,0.042236328,-0.014915466,-0.09790039,0.014503479,-0.01398468,0.0435791,0.10839844,-0.05682373,-0.0057525635,0.08557129,-0.07904053,-0.009971619,0.034332275,0.0026607513,0.05493164,0.0008196831,-0.099365234,-0.07354736,-0.12408447,0.00055503845,-0.02330017,-0.06384277,-0.001203537,-0.05230713,0.04449463,-0.009384155,0.021911621,0.029205322,-0.015899658,-0.058258057,-0.03414917,-0.037872314,-0.07336426,0.06161499,0.026748657,0.0045433044,-0.11401367,-0.013328552,-0.044555664,0.12249756,0.0011825562,0.026977539,0.020767212,0.042663574,0.040863037,0.02696228,-0.0914917,-0.034606934,-0.04650879,-0.016342163,-0.040405273,-0.045776367,-0.07574463,-0.08227539,-0.091308594,-0.034057617,0.038513184,-0.04660034,0.09967041,-0.0028419495,-0.038330078,0.016479492,-0.041625977,-0.07165527,-0.014930725,-0.020202637,-0.11230469,-0.040649414,0.07940674,0,0.07763672,-0.070739746,-0.015640259,0.08105469,0.031188965,-0.11602783,0.0059280396,0.039520264,-0.085754395,0.018753052,-0.01537323,-0.046020508,0.022964478,-0.02381897,0.02798462,0.005138397,-0.0017843246,-0.028717041,0.034973145,-0.0116119385,0.05822754,0.013839722,-0.041625977,-0.02571106,0.012626648,0.026123047,0.011604309,-0.040130615,0.020004272,0.06262207,0.011940002,-0.0079422,0.00017309189,0.030563354,-0.0065727234,-0.037719727,0.09942627,-0.013961792,0.04196167,-0.024337769,0.016616821,-0.004840851,-0.0068588257,-0.038360596,0.09765625,0.062561035,0.05316162,0.001159668,0.023406982,0.080566406,-0.01940918,-0.027664185,-0.076416016,0.0022029877,0.1149292,-0.0007195473,0.004711151,0.06719971,-0.037139893,0.09539795,-0.0044898987,0.06378174,-0.099975586,0.02015686,-0.012527466,-0.025985718,-0.053527832,-0.050872803,0.03982544,0.019515991,-0.08691406,-0.016937256,0.034088135,0.072021484,-0.035217285,0.0041503906,-0.054748535,0.012069702,-0.039276123,0.013671875,-0.064331055,-0.011131287,-0.08758545,0.06536865,0.0390625,0.01373291,0.055664062,0.022872925,-0.009857178,0.05633545,-0.03137207,-0.031677246,0.09173584,-0.032073975,-0.083740234,-0,0.016525269,0.03741455,-0.106933594,-0.009094238,-0.068115234,0.0036125183,-0.014007568,0.019195557,0.055755615,0.029296875,-0.06335449,-0.047912598,0.11364746,0.025650024,-0.0010108948,-0.0028190613,0.04058838,0.0309906,-0.110961914,0.009414673,0.027770996,-0.060943604,-0.015899658,0.04449463,-0.020812988,0.015640259,0.04647827,-0.020645142,0.035095215,0.06201172,-0.07458496,-0.026779175,-0.08685303,0.041748047,-0.039764404,-0.045043945,0.015625,-0.028457642,-0.008163452,0.04562378,-0.016830444,0.02998352,0.004081726,0.026046753,-0.008422852,0.03942871,-0.029296875,-0.035491943,-0.10534668,-0.026657104,0.07196045,-0.022888184,-0.028747559,-0.054107666,-0.050994873,0.031036377,0.018692017,-0.06768799,-0.04046631,-0.03604126,0.034576416,-0.046569824,0.01449585,0.04425049,-0.07727051,-0.058898926,-0.01928711,0.07873535,0.056488037,0.019882202,0.05316162,-0.05105591,-0.08770752,0.04171753,-0.08685303,-0.03805542,-0.01991272,0.050872803,0.054901123,0.043548584,0.014854431,0.12658691,-0.061187744,-0.02507019,0.06359863,-0.008140564,-0.057006836,0.02998352,0.008880615,-0.01751709,0.00040483475,0.051605225,-0.05569458,0.021469116,-0.051513672,-0,-0.085632324,-0.076538086,-0.00881958,0.06945801,0.0023593903,-0.029571533,-0.007335663,0.006378174,0.041015625,-0.027252197,0.011528015,0.07495117,-0.045562744,0.0107421875,-0.055541992,-0.031463623,-0.0035152435,-0.011909485,-0.00623703,0.0211792,0.07659912,0.009178162,0.09777832,-0.016708374,-0.051849365,0.02508545,-0.04522705,0.031951904,-0.087890625,0.003627777,0.016967773,0.053131104,-0.09942627,-0.030563354,0.0056648254,-0.040985107,0.04736328,0.047027588,-0.056274414,-0.024612427,0.06921387,-0.03036499,-0.071899414,0.08343506,0.13952637,-0.02180481,0.058502197,-0.040161133,0.002752304,-0.06048584,-0.06567383,-0.025543213,0.01789856,0.01600647,-0.06323242,0.008331299,0.003118515,-0.009628296,0.038269043,0.005710602,-0.015029907,0.1282959,-0.10809326,0.010375977]'),
	(1, '01a22031-5b2c-7110-8f8c-cc47c5cc6ab5', '01a22031-59c2-73d6-a497-e66f087f2535', '01a22031-59a8-7349-a017-7605f0f2a561', '[0.034942627,0.04159546,0.05279541,0.080322266,0.05215454,0.06262207,-0.010284424,0.062408447,-0.017929077,-0.0491333,0.011459351,-0.046905518,-0.014801025,0.034606934,-0.007499695,-0.029403687,0.058929443,-0.08685303,0.0680542,-0.039764404,0.10211182,-0.030944824,-0.001247406,0.022140503,0.01751709,0.031341553,0.103637695,-0.054656982,0.041137695,0.016693115,-0.05480957,-0.013641357,-0.03717041,0.0025615692,0.040161133,0.033996582,0.080322266,-0.049591064,-0.039001465,0.0053596497,0.021118164,0.058288574,-0.046203613,0.049224854,0.009033203,-0.009185791,0.05307007,-0.02659607,-0.08154297,0.0625,0.07373047,-0.018585205,0.06933594,0.0018692017,-0.0713501,-0.024734497,0.02470398,0.027252197,0.008766174,0.10534668,-0.074279785,-0.04244995,-0.015853882,-0.05508423,-0.057739258,0.017501831,-0.07989502,0.014312744,-0.007270813,0.050201416,-0.06903076,-0.04446411,-0.047790527,0.025543213,0.013931274,-0.006313324,-0.041656494,-0.0028858185,-0.008079529,-0.06585693,-0.09057617,-0.04586792,-0.046173096,0.033935547,0.02230835,-0.0050697327,0.015701294,0.057037354,0.018066406,0.004550934,0.122680664,0.021881104,-0.042816162,-0.04888916,-0.022232056,-0.0072669983,-0.059783936,0.09490967,0.06793213,0.010284424,0.10070801,0.061523438,-0.036712646,0.06347656,-0.084228516,-0.04776001,0.039123535,0.0025920868,-0.06097412,-0.019607544,-0.029129028,-0.048095703,0.09210205,-0.10015869,-0.029678345,0.037841797,0.010772705,-0.013595581,0.09100342,0.05368042,0.10180664,-0.01586914,-0.05218506,0.00015103817,-0.06585693,0.014549255,0.05029297,0,-0.011291504,-0.00995636,-0.084472656,0.04840088,-0.01828003,0.021087646,-0.016021729,0.00042438507,-0.017333984,0.023971558,-0.040405273,-0.07763672,0.00090646744,-0.07476807,-0.0009522438,-0.01928711,0.11798096,0.018341064,0.012283325,0.078186035,0.06982422,-0.10876465,0.041229248,0.05267334,0.022384644,0.015602112,0.004837036,-0.02067566,0.006046295,-0.027328491,-0.029083252,0.12420654,0.059295654,-0.027297974,-0.025756836,0.038482666,0.018112183,0.06756592,0.028518677,-0.109558105,0.02330017,-0.0335083,-0.044891357,-0.09527588,0.007926941,0.046813965,0.009674072,-0.03491211,0.07556152,-0.03314209,-0.032287598,0.006652832,-0.06097412,0.011558533,-0.03955078,0.033081055,-0.005104065,0.046142578,-0.012107849,0.020736694,0.023513794,0.063964844,0.025527954,0.055725098,0.10839844,-0.02468872,-0.026535034,0.0418396,-0.042633057,-0.03237915,0.025604248,0.007965088,0.0051498413,-0.024902344,0.010498047,-0.032226562,-0.005683899,-0.005832672,0.013839722,-0.015327454,-0.019058228,-0.0914917,-0.019119263,0.010215759,0.059936523,-0.046905518,0.07293701,0.0050582886,-0.091552734,0.051239014,0.025680542,-0.034973145,0.0045776367,0.075683594,-0.00042963028,-0,0.098083496,0.0057907104,0.02960205,-0.07434082,-0.022705078,0.074279785,-0.012580872,0.10864258,-0.042755127,0.117004395,-0.056640625,-0.05960083,0.0068359375,0.036376953,-0.026763916,-0.008270264,0.12658691,-0.005710602,0.07702637,-0.017120361,0.03060913,-0.03665161,-0.03942871,-4.708767e-06,-0.041015625,0.06124878,0.04510498,0.011650085,-0.10974121,0.022705078,-0.13781738,-0.004211426,-0.025283813,0.003068924,-0.017959595,-0.017410278,-0.019744873,0.09295654,0.036499023,0.09991455,-0.03515625,-0.03353882,-0.012268066,-0.057006836,0.08630371,-0.066833496,-0.027389526,-0.101623535,-0.07171631,-0.072021484,0.018493652,-0.025390625,0.017044067,-0.08905029,0.029800415,-0.07800293,-0.039154053,-0.0748291,0.025985718,0.015602112,0.013748169,0.025787354,-0.006389618,0.0051002502,-0.068237305,-0.14453125,-0.01979065,-0.021026611,0.107055664,0.0014038086,0.007511139,0.14038086,0.008560181,0.034088135,-0.024139404,-0.011688232,0.11968994,-0.023956299,-0.034118652,-0.07836914,-0.018936157,0.011787415,-0.0082473755,-0.015289307,-0.02104187,-0.02180481,0.03591919,0.04611206,0.051574707,0.024963379,-0.005771637,0.02532959,-0.0037651062,0.0043678284,-0.04724121,-5.9604645e-08,-0.04055786,-0.022659302,-0.010566711,-0.026367188,0.044433594,-0.088378906,0.0063438416,-0.009132385,-0.020462036,-0.008148193,0.01763916,-0.017944336,0.029556274,-0.081970215,-0.07104492,0.053771973,-0.032196045,-0.01449585,0.014465332,0.058776855,0.01751709,0.005470276,-0.097473145,-0.01991272,-0.018005371,-0.08917236,0.00094509125,0.0848999,0.05239868,-0.055786133,-0.0062217712,0.01663208,0.064697266,-0.036468506,0.01008606,-0.057617188,-0.078430176,-0.018218994,0.027359009,0.0357666,-0.055511475,-0.041259766,-0.007297516,-0.020019531,-0.030395508,-0.056152344,-0.14318848,-0.005874634,-0.029922485,-0.06402588,-0.0073776245,0.029418945,-0.013694763,0.053771973,0.036621094,-0.035949707,0.028198242,-0.010528564,-0.1505127,-0.06726074,-0.014854431,-0.038879395,-0.010475159,-0.018447876]'),
	(1, '01a22031-5c56-7277-b762-29c9a2775aac', '01a22031-5b93-740a-b03f-f902df1d9176', '01a22031-59a8-7349-a017-7605f0f2a561', '[-0.066589355,0.017196655,0.031402588,-0.024902344,-0.036224365,0.0076675415,-0.02796936,0.02027893,-0.013458252,0.089782715,0.086364746,-0.010871887,0.022216797,-0.07330322,-0.06817627,0.028762817,-0.07873535,-0.0055351257,-0.006412506,0.08526611,-0.041503906,0.056671143,-0.040893555,0.032318115,0.10870361,0.0184021,-0.030426025,0.05117798,-0.0055656433,-0.047576904,-0.030441284,0.06591797,-0.06347656,0.04977417,0.09674072,0.030059814,0.027511597,-0.028320312,-0.0002450943,0.020721436,-0.010635376,-0.039367676,-0.038391113,-0.004940033,-0.070495605,0.008682251,-0.044006348,-0.012870789,0.06719971,0.0058670044,-0.03994751,0.07733154,-0.0019950867,-0.031982422,-6.592274e-05,0.0022583008,-0.043395996,0.08850098,-0.030288696,-0.01448822,-0.00242424,-0.0046577454,0.05795288,0.015716553,-0.025848389,0.056488037,-0.004009247,-0.0736084,-0.019714355,0.0051879883,-0.0435791,-0.0061798096,-0.06628418,0.04473877,-0.031173706,0.0037002563,0.05227661,0.021438599,-0.04434204,-0.031311035,0.009643555,-0.019546509,-0.120666504,0.010314941,-0.026641846,0.0034656525,-0.012275696,-0.07922363,0.08544922,-0.038757324,0.013999939,-0.06726074,0.06137085,-0.01725769,0.034576416,-0.06903076,0.02357483,0.026855469,0.03164673,0.03164673,-0.033081055,0.08081055,-0.026306152,-0.0037345886,-0.0947876,0.01751709,-0.008003235,-0.08178711,0.007659912,0.030578613,-0.024719238,-0.0011978149,0.026321411,-0.099853516,0.019989014,-0.0020885468,-0.07507324,-0.045166016,-0.042419434,-0.089416504,-0.0061187744,-0.025543213,-0.069885254,0.07043457,-0.041137695,-0.010345459,0.099975586,0,0.037231445,-0.017929077,0.03363037,-0.046966553,0.111694336,0.082092285,0.00447464,0.012382507,0.006214142,-0.014709473,0.019607544,-0.054534912,-0.009147644,-0.06097412,0.016418457,0.095581055,0.013809204,0.01739502,-0.07550049,0.06604004,0.0713501,-0.049316406,-0.020935059,-0.023834229,-0.019363403,0.07550049,0.0345459,-0.0067481995,0.015319824,-0.017181396,-0.016723633,-0.016784668,-0.0052948,-0.101989746,0.061523438,-0.03366089,0.05911255,0.024856567,-0.05606079,0.013908386,-0.039764404,0.097595215,-0.030410767,-0.019058228,0.080078125,-0.066223145,0.001080513,0.09136963,-0.04852295,0.03765869,0.008506775,-0.034118652,-0.013771057,-0.00806427,-0.03439331,-0.10583496,0.014892578,0.011978149,-0.026885986,-0.02947998,0.059265137,-0.025390625,0.058044434,-0.075927734,0.029800415,0.023284912,-0.0023841858,0.11212158,0.064331055,-0.010978699,-0.024383545,-0.07495117,0.025161743,0.037994385,-0.021148682,-0.105163574,0.042907715,0.0062294006,-0.0022850037,0.06640625,-0.025909424,-0.0791626,-0.040252686,-0.109313965,-0.046722412,-0.013710022,-0.0056495667,-0.0047569275,-0.083984375,0.03692627,0.10650635,0.013114929,0.070495605,0.028411865,0.018218994,-0,0.019424438,-0.044433594,-0.06124878,-0.043151855,0.023422241,-0.06921387,-0.001291275,0.14013672,-0.07550049,-0.024932861,-0.038116455,-0.026794434,0.035888672,-0.0138549805,0.020080566,0.06982422,0.06970215,-0.010093689,-0.06719971,0.0692749,0.06817627,0.054840088,0.08013916,0.10333252,0.0052108765,0.05645752,0.010551453,0.012557983,-0.026153564,-0.015434265,0.016601562,0.015960693,-0.070739746,0.08068848,0.06149292,-0.08843994,-0.031036377,-0.057495117,-0.0513916,-0.04727173,-0.042633057,0.0390625,-0.005657196,0.0044021606,-0.043640137,0.028457642,0.024383545,0.02079773,-0.011222839,-0.02734375,0.036132812,-0.0115737915,0.07696533,0.07293701,0.072753906,0.048706055,0.0045776367,-0.002325058,0.013809204,-0.012367249,-0.007972717,0.07397461,-0.075927734,-0.014579773,0.027511597,0.058044434,-0.04260254,0.013420105,-0.07476807,-0.037322998,-0.099243164,-0.021774292,0.05343628,0.023925781,0.042907715,0.033721924,-0.09350586,-0.019424438,0.044952393,0.014129639,-0.074645996,0.00024032593,-0.009933472,0.022277832,-0.055847168,0.06774902,-0.07324219,0.07922363,-0.055603027,0.04043579,0.041381836,-0.08074951,0.003856659,0.08300781,0.09613037,-0,0.014762878,-0.023040771,0.0027370453,0.02142334,0.09265137,-0.14697266,-0.026931763,0.07824707,-0.05255127,-0.08190918,0.028167725,0.08666992,-0.010391235,0.001584053,0.015060425,-0.09259033,-0.010803223,-0.0059394836,-0.0013103485,-0.013946533,0.005256653,-0.066101074,-0.024169922,-0.06982422,0.015258789,0.011222839,0.026504517,0.122558594,0.07897949,-0.0657959,-0.030426025,-0.018127441,0.07977295,-0.050445557,-0.010826111,0.04837036,0.12878418,0.029083252,-0.031799316,-0.1315918,-0.04547119,0.05911255,0.03375244,-0.024108887,-0.11242676,-0.011299133,0.034332275,0.060333252,0.00017130375,-0.0423584,-0.032684326,-0.053375244,0.051208496,-0.0014533997,-0.05355835,-0.017089844,-0.03994751,0.0016851425,0.001077652,0.009208679,0.060821533,-0.053497314,-0.04815674,0.068725586]'),
	(1, '01a22031-5dd6-75c2-a31a-f415ef5b498c', '01a22031-5ceb-712f-90b9-39894f020ec6', '01a22031-59a8-7349-a017-7605f0f2a561', '[0.036224365,0.030578613,-0.052947998,0.0836792,-0.052368164,-0.012680054,0.055541992,0.09448242,-0.024856567,-0.009239197,-0.035217285,-0.077697754,0.0137786865,0.016143799,-0.014945984,-0.08416748,-0.06750488,0.037261963,-0.02545166,-0.01991272,-0.021881104,-0.10021973,0.0074539185,0.04537964,0.084228516,-0.03567505,0.042877197,-0.015533447,-0.06137085,0.03353882,0.016525269,-0.05722046,0.062164307,-0.06774902,0.020431519,-0.13757324,0.0018072128,-0.054504395,-0.07342529,0.02305603,-0.033233643,-0.012214661,-0.09063721,-0.0010948181,0.030639648,0.050842285,0.09564209,0.0725708,-0.07714844,0.08947754,-0.105773926,0.019317627,-0.035064697,-0.019897461,0.011856079,0.005207062,0.036376953,0.017196655,0.014472961,0.005054474,-0.0013132095,0.033081055,-0.04232788,-0.045959473,-0.036224365,-0.036224365,0.01600647,-0.031097412,0.008407593,-0.015975952,0.07159424,-0.09527588,0.050842285,-0.012214661,0.011123657,0.004131317,0.036468506,-0.07086182,-0.0064086914,-0.035583496,-0.015213013,-0.14831543,-0.0013484955,0.047607422,0.041748047,0.003353119,0.072387695,0.058288574,0.07293701,0.009315491,0.037963867,0.057891846,-0.093566895,0.0005207062,-0.010238647,-0.05126953,0.00048422813,0.05154419,0.021850586,0.036254883,-0.02053833,-0.0088272095,0.030395508,0.023468018,-0.07281494,0.053588867,0.04055786,0.002796173,-0.060180664,-0.040374756,-0.04437256,-0.036193848,-0.042663574,-0.04437256,0.030517578,-0.006263733,0.07354736,-0.13220215,0.053741455,-0.02758789,0.029922485,0.031341553,-0.03111267,-0.020309448,-0.021942139,0.021255493,-0.013183594,0,-0.038909912,-0.02255249,-0.027755737,0.018554688,-0.0836792,0.045318604,0.040771484,0.04788208,-0.02810669,0.02696228,0.013252258,-0.030410767,0.06738281,-0.06921387,-0.0024986267,-0.054534912,0.06695557,-0.04663086,0.028823853,0.030807495,-0.0063972473,-0.026260376,-0.0022773743,0.043518066,0.06311035,0.018661499,-0.008544922,0.018692017,-0.0025024414,0.051879883,-0.020736694,-0.0619812,-0.0758667,-0.03829956,-0.022003174,0.0056610107,-0.036621094,0.09283447,-0.026550293,0.0074386597,0.017318726,0.007980347,0.020507812,0.020690918,0.08911133,0.076171875,0.03173828,0.00667572,0.12298584,-0.033843994,-0.011421204,-0.015686035,-0.079589844,-0.038757324,0.015853882,0.026367188,-0.056549072,0.0034065247,-0.043060303,0.0103302,0.012786865,0.042419434,-0.043395996,0.050933838,0.036376953,0.11816406,-0.05895996,-0.037200928,0.022262573,0.061065674,-0.08270264,-0.02835083,0.07324219,-0.0151901245,-0.0060157776,-0.009941101,0.013519287,0.0005159378,-0.018722534,0.0016040802,0.008552551,0.016098022,0.0030059814,0.006149292,0.023376465,0.03012085,-0.052947998,0.043945312,-0.0071105957,0.07598877,0.050048828,-0.08605957,0.08325195,0.0066108704,0.04925537,-0,-0.045684814,0.03466797,-0.07446289,0.09967041,-0.017211914,-0.029342651,-0.034576416,0.090148926,-0.04815674,-0.016952515,0.017578125,-0.10015869,0.043701172,0.0847168,-0.095458984,0.01184082,0.0038547516,-0.059173584,0.0592041,-0.014930725,-0.0065345764,0.015457153,0.066589355,0.028244019,0.03778076,-0.026535034,0.038208008,0.0034427643,0.0024738312,0.028320312,-0.008529663,-0.021102905,0.043914795,-0.03692627,-0.044677734,0.016342163,0.022079468,-0.019210815,0.06555176,0.109802246,-0.04336548,-0.09106445,0.017486572,0.024765015,0.08215332,-0.02885437,0.002401352,-0.017044067,0.015365601,-0.118774414,0.07525635,-0.053619385,-0.021392822,-0.05279541,0.013183594,0.07458496,-0.039520264,0.01977539,0.023666382,-0.010795593,0.13537598,0.049743652,0.060791016,5.143881e-05,0.01525116,-0.068603516,-0.0009860992,-0.03100586,0.049438477,0.017440796,0.055023193,-0.0036411285,0.00056934357,0.047210693,-0.0670166,-0.025817871,-0.041229248,0.12561035,0.05050659,0.11029053,-0.048034668,0.033447266,-0.010292053,-0.0045928955,-0.013931274,-0.11578369,0.005508423,-0.028244019,0.008293152,-0.037506104,-0.06085205,-0.04953003,0.0211792,-0.016159058,-0.036499023,-5.9604645e-08,0.078430176,-0.057861328,-0.12200928,0.053222656,-0.0124053955,-0.058044434,-0.13330078,-0.074401855,0.023468018,0.11273193,0.03591919,0.055786133,-0.050750732,0.025558472,-0.1015625,0.010276794,-0.031951904,-0.002822876,-0.023956299,0.01259613,0.124572754,-0.04031372,-0.082458496,-0.06994629,0.017456055,-0.012664795,-0.01550293,0.07623291,-0.06524658,-0.07312012,-0.022003174,0.01676941,0.0010967255,-0.115112305,-0.017974854,0.01361084,0.0044784546,-0.0013475418,-0.047302246,-0.014854431,0.07147217,-0.06298828,-0.04711914,0.014404297,-0.0069007874,-0.043640137,-0.061401367,-0.074401855,-0.029876709,-0.012145996,-0.03289795,0.06921387,0.044555664,0.057617188,0.0110321045,0.07696533,0.054779053,-0.043823242,-0.10467529,-0.012992859,-0.029129028,-0.08135986,-0.049865723,-0.07220459]'),
	(1, '01a22031-6116-73e5-910d-379e0245c3fd', '01a22031-60a2-7225-84d1-d79e668a75af', '01a22031-59b4-72ef-acdd-af0e241e5b7a', '[0.13244629,0.06173706,0.07470703,-0.04852295,-0.05999756,0.05706787,0.082092285,0.01335144,-0.030761719,-0.027496338,0.123535156,-0.13745117,-0.048980713,0.013534546,0.016281128,-0.06762695,0.014175415,-0.016220093,-0.012413025,-0.033966064,-0.0041542053,-0.076416016,0.033172607,0.07147217,0.03967285,0.033355713,-0.0011053085,0.01739502,0.059570312,0.05831909,-0.050323486,0.051086426,0.11328125,0.018753052,0.020263672,0.023712158,0.06222534,-0.06185913,0.039611816,-0.028686523,-0.07128906,0.012992859,0.026535034,-0.002363205,0.04119873,-0.0014724731,0.01763916,0.052886963,0.004142761,-0.0058670044,0.006828308,0.028289795,-0.02796936,0.078186035,-0.0045928955,0.044769287,-0.02178955,0.027938843,0.047302246,0.0021839142,-0.112976074,-0.0024986267,0.0018434525,0.0446167,0.09484863,-0.052093506,0.022460938,0.062347412,-0.0814209,0.0023345947,0.04522705,-0.015930176,0.042633057,-0.021057129,-0.083984375,-0.064697266,-0.12646484,-0.0184021,-0.03326416,-0.06866455,-0.0060539246,-0.041229248,0.0045700073,-0.003616333,0.02507019,0.029632568,-0.031234741,-0.026611328,-0.054351807,-0.060760498,-0.06781006,0.07849121,0.024765015,0.026931763,-0.09375,0.0064048767,-0.03555298,0.1048584,0.01373291,0.026947021,-0.0026397705,0.037322998,0.015701294,0.04284668,-0.072631836,-0.04714966,-0.049102783,-0.0018596649,-0.046295166,-0.06011963,-0.067871094,-0.078308105,-0.09942627,-0.014785767,0.04348755,-0.031219482,0.11035156,-0.030548096,-0.053588867,0.012260437,-0.034057617,-0.061187744,-0.042510986,-0.01939392,-0.09008789,-0.0065994263,0.09667969,0,0.08050537,-0.08874512,-0.0013065338,0.08337402,0.029510498,-0.0927124,0.011787415,0.056854248,-0.03942871,0.014266968,0.004917145,-0.034423828,0.0104904175,-0.012779236,0.02607727,0.025848389,0.0040245056,-0.02923584,0.026687622,-0.00092315674,0.052642822,-0.02394104,-0.0289917,-0.027786255,0.004764557,0.018997192,0.020477295,-0.05618286,0.027175903,0.049682617,0.016738892,-0.008872986,-0.0077667236,0.043884277,-0.028030396,-0.05480957,0.0982666,0.034179688,0.049438477,-0.016983032,0.018051147,-0.005279541,-0.024658203,-0.06274414,0.10687256,0.05911255,0.05267334,-0.0184021,-0.0017843246,0.06591797,-0.007698059,-0.0070266724,-0.06890869,-0.0010080338,0.10821533,-0.005859375,0.013137817,0.078063965,-0.0670166,0.08959961,0.012283325,0.073913574,-0.06222534,0.034118652,-0.010009766,-0.046447754,-0.05316162,-0.035949707,0.03302002,-0.0011739731,-0.06439209,0.0029907227,0.043182373,0.08691406,-0.04071045,-0.008613586,-0.07714844,0.010253906,-0.04385376,0.041046143,-0.04095459,-0.02229309,-0.08935547,0.0574646,0.04031372,0.0055770874,0.062683105,0.015731812,0.009536743,0.05657959,-0.048736572,-0.04071045,0.1194458,-0.03262329,-0.10809326,-0,0.00067043304,0.051635742,-0.09197998,-0.025405884,-0.0914917,0.016326904,-0.011749268,0.02494812,0.016738892,0.03768921,-0.05078125,-0.037475586,0.1204834,0.038269043,-0.020690918,-0.002128601,0.040252686,0.044189453,-0.10015869,0.022964478,0.025863647,-0.06304932,0.0067977905,0.053985596,-0.03375244,-0.005355835,0.0619812,-0.021438599,0.03277588,0.052520752,-0.077819824,-0.0027694702,-0.042297363,0.02822876,-0.027557373,-0.048675537,0.0002090931,-0.050872803,-0.0028095245,0.03543091,-0.017471313,0.00774765,0.056030273,0.002735138,-0.009269714,0.04449463,-0.051849365,-0.073791504,-0.12512207,0.009727478,0.077941895,0.009552002,-0.04953003,-0.035125732,-0.031280518,0.03970337,0.006832123,-0.07659912,-0.017578125,-0.040893555,0.02722168,-0.03265381,-0.0038433075,0.038879395,-0.06970215,-0.043701172,-0.041534424,0.058013916,0.059814453,0.029342651,0.06097412,-0.022399902,-0.09918213,0.049865723,-0.081726074,-0.052825928,-0.017089844,0.04562378,0.056030273,0.021255493,-0.036254883,0.10107422,-0.061035156,-0.037384033,-0.005241394,-0.0010051727,-0.058410645,0.014625549,-0.009773254,-0.03277588,-0.003068924,0.052124023,-0.068603516,-0.016555786,-0.024246216,-0,-0.08050537,-0.06616211,0.03186035,0.05883789,0.0038471222,-0.04095459,-0.011047363,0.022155762,0.05859375,-0.013496399,0.017547607,0.057403564,-0.013221741,0.01348114,-0.04788208,-0.03967285,-0.022827148,-0.019897461,-0.0019102097,0.020950317,0.07116699,-0.00141716,0.099853516,0.011558533,-0.048431396,0.021987915,-0.050811768,0.026245117,-0.06713867,0.02708435,0.0067634583,0.037322998,-0.09967041,-0.03112793,-0.01133728,-0.037017822,0.027572632,0.07574463,-0.03857422,-0.032226562,0.04788208,-0.05783081,-0.054534912,0.07446289,0.15808105,-0.044281006,0.049713135,-0.035461426,0.007713318,-0.022079468,-0.073913574,-0.02331543,0.036743164,0.0050315857,-0.03137207,0.009162903,7.1525574e-05,-0.008079529,0.044769287,0.007926941,-0.020339966,0.14746094,-0.14526367,0.0053520203]'),
	(1, '01a22031-5fbe-7614-92b2-3bcff6654206', '01a22031-5ed7-727d-bf44-d863f2ff829b', '01a22031-59b4-72ef-acdd-af0e241e5b7a', '[-0.033416748,0.0065727234,0.106933594,0.018554688,-0.027999878,-0.0236969,-0.008453369,-0.025131226,-0.019927979,0.037139893,-0.06829834,-0.06185913,-0.0003838539,-0.03881836,0.028839111,-0.03881836,0.078430176,-0.015960693,-0.0024528503,0.04611206,0.08270264,0.055145264,-0.05102539,0.06530762,0.039154053,0.06149292,-0.04675293,0.010307312,0.022583008,-0.02128601,-0.0031261444,-0.054656982,-0.0052452087,-0.009719849,-0.025558472,0.04498291,-0.025924683,0.047302246,-0.028640747,0.03112793,-0.12658691,-0.09979248,0.04244995,0.03048706,0.01826477,0.031021118,0.0317688,-0.035980225,-0.033996582,-0.027435303,0.0044441223,-0.010551453,-0.087890625,-0.04574585,-0.05557251,0.015037537,0.020355225,-0.007457733,0.06768799,-0.06048584,0.016448975,0.02734375,0.0026340485,0.013885498,-0.010757446,0.068237305,0.047210693,-0.052978516,0.057891846,-0.02468872,0.08392334,0.06689453,0.040893555,-0.030029297,-0.053375244,-0.015777588,0.010177612,-0.024505615,-0.028717041,-0.06866455,-0.02545166,0.04537964,0.005104065,-0.084472656,-0.008918762,-0.061401367,-0.04168701,0.024505615,0.001253128,-0.041503906,0.02859497,0.06939697,-0.0597229,0.053649902,0.0209198,0.012680054,0.009117126,-0.016998291,0.035949707,0.0084991455,0.026870728,0.08758545,-0.033569336,0.02670288,0.029510498,0.024810791,-0.016601562,0.021484375,-0.033599854,0.093811035,0.04321289,-0.040252686,-0.021835327,-0.03567505,-0.032287598,0.070495605,-0.06524658,-0.0031147003,-0.0625,-0.0025939941,-0.043701172,0.009925842,-0.019470215,0.033203125,0.014541626,-0.033843994,-0.03829956,-0,0.0023422241,-0.0010137558,-0.07611084,0.02708435,0.0018367767,0.0025424957,-0.002916336,-0.026931763,-0.064819336,0.101135254,0.015350342,-0.0005598068,-0.020889282,0.046173096,-0.06555176,0.055755615,-0.017364502,0.026535034,-0.050567627,0.0052871704,-0.03869629,0.07531738,0.014732361,0.05065918,-0.022216797,0.038116455,-0.070373535,-0.0070533752,-0.029708862,-0.022583008,0.07873535,-0.021621704,-0.023376465,0.019714355,0.03842163,-0.011482239,-0.011543274,0.03656006,0.056396484,-0.041534424,0.033966064,-0.06854248,0.02619934,-0.0104599,-0.0046844482,-0.031188965,0.025863647,0.022506714,0.01247406,-0.08770752,0.043029785,-0.039031982,-0.0019073486,0.12597656,0.002494812,-0.007888794,0.005302429,-0.007419586,-0.046569824,-0.054382324,0.08135986,-0.04171753,-0.006401062,0.07678223,-0.03665161,-0.04550171,0.022705078,0.07385254,0.015205383,0.0053901672,0.005973816,0.003768921,0.005378723,0.037353516,-0.035949707,-0.07348633,0.0042762756,-0.101745605,-0.058807373,0.09399414,-0.03793335,-0.05609131,-0.119262695,-0.08807373,-0.093566895,0.13330078,0.06500244,-0.050048828,0.10723877,0.030776978,-0.1315918,-0.07788086,-0.02659607,0.043121338,-0.019699097,-0,0.018508911,-0.033447266,0.03881836,0.11206055,-0.0055656433,0.0463562,0.008888245,-0.014076233,-0.021514893,0.0068092346,-0.053222656,-0.02494812,0.041809082,-0.11932373,0.025802612,-0.0003015995,-0.03250122,-0.047698975,0.030914307,0.10247803,-0.048706055,0.03488159,-0.116882324,-0.032348633,0.013977051,-0.035186768,-0.12890625,-0.0068626404,0.015686035,0.02722168,-0.031311035,0.049987793,0.010673523,-0.12756348,-0.08331299,0.04660034,0.0692749,-0.04473877,-0.012306213,0.05029297,0.01612854,0.02268982,0.059783936,0.07720947,-0.009346008,0.07720947,0.060699463,0.044311523,-0.07067871,0.033172607,0.038146973,-0.07879639,0.05545044,0.009048462,0.020828247,0.0032157898,-0.09838867,0.09185791,-0.10546875,-0.009422302,0.052368164,-0.021652222,-0.01876831,0.033416748,0.049682617,0.058929443,-0.060760498,-0.01902771,0.0034294128,0.15161133,-0.051330566,0.0074386597,-0.018798828,0.00063848495,0.15039062,-0.019882202,-0.035308838,0.015327454,-0.02708435,-0.08782959,0.06970215,0.040039062,0.10089111,0.033966064,0.0019569397,0.05206299,0.018188477,0.06298828,-0.06237793,-0.011100769,-0.024673462,-0.090148926,0.041748047,-0.010269165,-0.018127441,-5.9604645e-08,0.031158447,-0.026641846,0.009643555,-0.038726807,-0.01878357,-0.036499023,0.11444092,0.020309448,0.026641846,-0.035614014,-0.095336914,-0.004348755,0.029312134,-0.06982422,-0.046783447,0.02859497,-0.01977539,0.01411438,0.021118164,-0.035339355,0.1149292,-0.02470398,0.0713501,-0.00069999695,0.053009033,0.08441162,0.07098389,0.008781433,-0.031677246,-0.0056266785,0.02458191,-0.055755615,0.069885254,-0.062561035,0.06640625,0.08703613,0.022720337,-0.06341553,0.037994385,-0.09466553,-0.00044250488,0.03387451,-0.016098022,-0.057403564,-0.0949707,0.0019702911,-0.117614746,0.01966858,0.035003662,0.02848816,-0.028869629,0.058380127,0.012931824,-0.05709839,0.004360199,0.009788513,0.04043579,0.03012085,0.00033688545,0.041503906,0.056671143,-0.01386261,-0.006916046,-0.12609863]');


--
-- Data for Name: invitations; Type: TABLE DATA; Schema: public; Owner: rag
--



--
-- Data for Name: jobs; Type: TABLE DATA; Schema: public; Owner: rag
--

INSERT INTO public.jobs VALUES
	('01a22031-15fc-77aa-9be1-dd92f1e0964f', 'ingest', 'done', '01a22031-15ab-73e7-9056-925dbc150f36', '01a22031-15e5-76c7-a184-a8fc92701b61', '01a22031-15ef-7325-ad9d-28643315f7f8', 'error.txt', 94, 1, '2026-11-28 03:26:57.482036+00', NULL, 'finished', 1, 1, NULL, '2026-11-28 03:26:57.482036+00', '2026-11-28 03:26:57.762423+00'),
	('01a22031-1618-73cc-a5d2-f6c5c060192d', 'ingest', 'done', '01a22031-15ab-73e7-9056-925dbc150f36', '01a22031-160d-72f5-9ac5-8ec51ed3ec19', '01a22031-1610-7434-8330-bd9a9b5372d9', 'geology.txt', 213, 1, '2026-11-28 03:26:57.544678+00', NULL, 'finished', 1, 1, NULL, '2026-11-28 03:26:57.544678+00', '2026-11-28 03:26:58.206594+00'),
	('01a22031-1623-743d-b4f1-a855a12d8d3f', 'ingest', 'done', '01a22031-15ab-73e7-9056-925dbc150f36', '01a22031-1620-72b5-83f4-b52a3cd805a6', '01a22031-1622-7692-b596-31a0893426f6', 'handbook.md', 387, 1, '2026-11-28 03:26:57.566527+00', NULL, 'finished', 2, 2, NULL, '2026-11-28 03:26:57.566527+00', '2026-11-28 03:27:05.399733+00'),
	('01a22031-163e-770b-809f-7bca491bc0be', 'ingest', 'done', '01a22031-15ab-73e7-9056-925dbc150f36', '01a22031-1632-71bb-b679-c1fbc29d1ddb', '01a22031-1634-747c-ae74-5652929e9dd2', 'satzung.html', 326, 1, '2026-11-28 03:26:57.584659+00', NULL, 'finished', 2, 2, NULL, '2026-11-28 03:26:57.584659+00', '2026-11-28 03:27:05.399733+00'),
	('01a22031-1654-77da-83ad-3fea8784736b', 'ingest', 'done', '01a22031-15ab-73e7-9056-925dbc150f36', '01a22031-1652-75aa-bda2-dd27b8aae415', '01a22031-1653-766d-94b8-cc2466a06160', 'tokyo.txt', 105, 1, '2026-11-28 03:26:57.614071+00', NULL, 'finished', 1, 1, NULL, '2026-11-28 03:26:57.614071+00', '2026-11-28 03:27:05.399733+00'),
	('01a22031-59c4-740e-a07a-0b6cb05213bd', 'ingest', 'done', '01a22031-59a8-7349-a017-7605f0f2a561', '01a22031-59c1-7353-be9b-fb398ff30984', '01a22031-59c2-73d6-a497-e66f087f2535', 'Employee handbook', 386, 1, '2026-11-28 03:27:14.879541+00', NULL, 'finished', 1, 1, NULL, '2026-11-28 03:27:14.879541+00', '2026-11-28 03:27:15.244951+00'),
	('01a22031-5b94-707a-bcda-1b8f6427267e', 'ingest', 'done', '01a22031-59a8-7349-a017-7605f0f2a561', '01a22031-5b92-715c-ba01-3b4fd6b7369c', '01a22031-5b93-740a-b03f-f902df1d9176', 'Oracle errors', 94, 1, '2026-11-28 03:27:15.34489+00', NULL, 'finished', 1, 1, NULL, '2026-11-28 03:27:15.34489+00', '2026-11-28 03:27:15.542416+00'),
	('01a22031-5cec-75fe-b900-0a200c7c5c8c', 'ingest', 'done', '01a22031-59a8-7349-a017-7605f0f2a561', '01a22031-5ce4-724c-9ff3-268843e7171b', '01a22031-5ceb-712f-90b9-39894f020ec6', 'Satzung des Vereins', 162, 1, '2026-11-28 03:27:15.683558+00', NULL, 'finished', 1, 1, NULL, '2026-11-28 03:27:15.683558+00', '2026-11-28 03:27:15.93057+00'),
	('01a22031-5edb-70f0-bf7b-db982b4e95de', 'ingest', 'done', '01a22031-59b4-72ef-acdd-af0e241e5b7a', '01a22031-5ed5-7460-a94d-1e5fa25665d8', '01a22031-5ed7-727d-bf44-d863f2ff829b', 'Rocks', 213, 1, '2026-11-28 03:27:16.18005+00', NULL, 'finished', 1, 1, NULL, '2026-11-28 03:27:16.18005+00', '2026-11-28 03:27:16.414469+00'),
	('01a22031-60a3-7612-8353-06ddb38a425a', 'ingest', 'done', '01a22031-59b4-72ef-acdd-af0e241e5b7a', '01a22031-60a1-7710-b612-98cb9c063c49', '01a22031-60a2-7225-84d1-d79e668a75af', '東京', 105, 1, '2026-11-28 03:27:16.640776+00', NULL, 'finished', 1, 1, NULL, '2026-11-28 03:27:16.640776+00', '2026-11-28 03:27:16.766051+00');


--
-- Data for Name: lexemes; Type: TABLE DATA; Schema: public; Owner: rag
--

INSERT INTO public.lexemes OVERRIDING SYSTEM VALUE VALUES
	(1, '01a22031-15ab-73e7-9056-925dbc150f36', 'mean', 1),
	(2, '01a22031-15ab-73e7-9056-925dbc150f36', 'shorten', 1),
	(3, '01a22031-15ab-73e7-9056-925dbc150f36', '-01555', 1),
	(4, '01a22031-15ab-73e7-9056-925dbc150f36', 'ora', 1),
	(5, '01a22031-15ab-73e7-9056-925dbc150f36', 'snapshot', 1),
	(6, '01a22031-15ab-73e7-9056-925dbc150f36', 'old', 1),
	(7, '01a22031-15ab-73e7-9056-925dbc150f36', 'enlarg', 1),
	(8, '01a22031-15ab-73e7-9056-925dbc150f36', 'queri', 1),
	(9, '01a22031-15ab-73e7-9056-925dbc150f36', 'undo', 1),
	(10, '01a22031-15ab-73e7-9056-925dbc150f36', 'tablespac', 1),
	(11, '01a22031-15ab-73e7-9056-925dbc150f36', 'error.txt', 1),
	(12, '01a22031-15ab-73e7-9056-925dbc150f36', 'fine', 1),
	(13, '01a22031-15ab-73e7-9056-925dbc150f36', 'granit', 1),
	(14, '01a22031-15ab-73e7-9056-925dbc150f36', 'grain', 1),
	(15, '01a22031-15ab-73e7-9056-925dbc150f36', 'fine-grain', 1),
	(16, '01a22031-15ab-73e7-9056-925dbc150f36', 'magma', 1),
	(17, '01a22031-15ab-73e7-9056-925dbc150f36', 'pressur', 1),
	(18, '01a22031-15ab-73e7-9056-925dbc150f36', 'igneous', 1),
	(19, '01a22031-15ab-73e7-9056-925dbc150f36', 'cool', 1),
	(20, '01a22031-15ab-73e7-9056-925dbc150f36', 'form', 1),
	(21, '01a22031-15ab-73e7-9056-925dbc150f36', 'basalt', 1),
	(22, '01a22031-15ab-73e7-9056-925dbc150f36', 'coars', 1),
	(23, '01a22031-15ab-73e7-9056-925dbc150f36', 'surfac', 1),
	(24, '01a22031-15ab-73e7-9056-925dbc150f36', 'limeston', 1),
	(25, '01a22031-15ab-73e7-9056-925dbc150f36', 'quick', 1),
	(26, '01a22031-15ab-73e7-9056-925dbc150f36', 'marbl', 1),
	(27, '01a22031-15ab-73e7-9056-925dbc150f36', 'slowli', 1),
	(28, '01a22031-15ab-73e7-9056-925dbc150f36', 'geology.txt', 1),
	(29, '01a22031-15ab-73e7-9056-925dbc150f36', 'coarse-grain', 1),
	(30, '01a22031-15ab-73e7-9056-925dbc150f36', 'ground', 1),
	(31, '01a22031-15ab-73e7-9056-925dbc150f36', 'chang', 1),
	(32, '01a22031-15ab-73e7-9056-925dbc150f36', 'rock', 1),
	(33, '01a22031-15ab-73e7-9056-925dbc150f36', 'heat', 1),
	(34, '01a22031-15ab-73e7-9056-925dbc150f36', 'see', 1),
	(35, '01a22031-15ab-73e7-9056-925dbc150f36', 'limit', 1),
	(36, '01a22031-15ab-73e7-9056-925dbc150f36', 'night', 1),
	(37, '01a22031-15ab-73e7-9056-925dbc150f36', 'week', 1),
	(38, '01a22031-15ab-73e7-9056-925dbc150f36', 'train', 1),
	(39, '01a22031-15ab-73e7-9056-925dbc150f36', 'berlin', 1),
	(40, '01a22031-15ab-73e7-9056-925dbc150f36', 'franc', 1),
	(41, '01a22031-15ab-73e7-9056-925dbc150f36', 'first', 1),
	(42, '01a22031-15ab-73e7-9056-925dbc150f36', 'handbook', 2),
	(43, '01a22031-15ab-73e7-9056-925dbc150f36', 'period', 1),
	(44, '01a22031-15ab-73e7-9056-925dbc150f36', 'book', 1),
	(45, '01a22031-15ab-73e7-9056-925dbc150f36', 'notic', 1),
	(46, '01a22031-15ab-73e7-9056-925dbc150f36', 'except', 1),
	(47, '01a22031-15ab-73e7-9056-925dbc150f36', 'three', 2),
	(48, '01a22031-15ab-73e7-9056-925dbc150f36', 'two', 1),
	(49, '01a22031-15ab-73e7-9056-925dbc150f36', 'hotel', 1),
	(50, '01a22031-15ab-73e7-9056-925dbc150f36', 'class', 1);
INSERT INTO public.lexemes OVERRIDING SYSTEM VALUE VALUES
	(51, '01a22031-15ab-73e7-9056-925dbc150f36', 'citi', 1),
	(52, '01a22031-15ab-73e7-9056-925dbc150f36', 'travel', 1),
	(53, '01a22031-15ab-73e7-9056-925dbc150f36', 'zürich', 1),
	(54, '01a22031-15ab-73e7-9056-925dbc150f36', 'journey', 1),
	(55, '01a22031-15ab-73e7-9056-925dbc150f36', 'six', 1),
	(56, '01a22031-15ab-73e7-9056-925dbc150f36', '220', 1),
	(57, '01a22031-15ab-73e7-9056-925dbc150f36', 'ticket', 1),
	(58, '01a22031-15ab-73e7-9056-925dbc150f36', '-4711', 1),
	(59, '01a22031-15ab-73e7-9056-925dbc150f36', '140', 1),
	(60, '01a22031-15ab-73e7-9056-925dbc150f36', 'op', 1),
	(61, '01a22031-15ab-73e7-9056-925dbc150f36', 'month', 1),
	(62, '01a22031-15ab-73e7-9056-925dbc150f36', 'employe', 2),
	(64, '01a22031-15ab-73e7-9056-925dbc150f36', 'hour', 1),
	(65, '01a22031-15ab-73e7-9056-925dbc150f36', 'probat', 1),
	(66, '01a22031-15ab-73e7-9056-925dbc150f36', 'cost', 1),
	(67, '01a22031-15ab-73e7-9056-925dbc150f36', 'quarter', 1),
	(68, '01a22031-15ab-73e7-9056-925dbc150f36', 'room', 1),
	(69, '01a22031-15ab-73e7-9056-925dbc150f36', 'end', 1),
	(63, '01a22031-15ab-73e7-9056-925dbc150f36', 'euro', 2),
	(70, '01a22031-15ab-73e7-9056-925dbc150f36', 'verein', 2),
	(71, '01a22031-15ab-73e7-9056-925dbc150f36', 'jahresbeitrag', 1),
	(72, '01a22031-15ab-73e7-9056-925dbc150f36', 'jahres', 1),
	(73, '01a22031-15ab-73e7-9056-925dbc150f36', 'betragt', 1),
	(74, '01a22031-15ab-73e7-9056-925dbc150f36', '48', 1),
	(75, '01a22031-15ab-73e7-9056-925dbc150f36', 'satzung', 2),
	(76, '01a22031-15ab-73e7-9056-925dbc150f36', 'kundig', 1),
	(77, '01a22031-15ab-73e7-9056-925dbc150f36', 'frist', 1),
	(78, '01a22031-15ab-73e7-9056-925dbc150f36', 'beitrag', 1),
	(79, '01a22031-15ab-73e7-9056-925dbc150f36', 'gekundigt', 1),
	(80, '01a22031-15ab-73e7-9056-925dbc150f36', 'zahl', 1),
	(81, '01a22031-15ab-73e7-9056-925dbc150f36', '31', 1),
	(82, '01a22031-15ab-73e7-9056-925dbc150f36', 'marz', 1),
	(83, '01a22031-15ab-73e7-9056-925dbc150f36', 'mitgliedschaft', 1),
	(84, '01a22031-15ab-73e7-9056-925dbc150f36', 'drei', 1),
	(85, '01a22031-15ab-73e7-9056-925dbc150f36', 'monat', 1),
	(86, '01a22031-15ab-73e7-9056-925dbc150f36', '首都', 1),
	(87, '01a22031-15ab-73e7-9056-925dbc150f36', '本の', 1),
	(88, '01a22031-15ab-73e7-9056-925dbc150f36', 'tokyo.txt', 1),
	(89, '01a22031-15ab-73e7-9056-925dbc150f36', '万人', 1),
	(90, '01a22031-15ab-73e7-9056-925dbc150f36', 'は日', 1),
	(91, '01a22031-15ab-73e7-9056-925dbc150f36', 'の都', 1),
	(92, '01a22031-15ab-73e7-9056-925dbc150f36', '第二', 1),
	(93, '01a22031-15ab-73e7-9056-925dbc150f36', '1400', 1),
	(94, '01a22031-15ab-73e7-9056-925dbc150f36', '東京', 1),
	(95, '01a22031-15ab-73e7-9056-925dbc150f36', '。', 1),
	(96, '01a22031-15ab-73e7-9056-925dbc150f36', '二の', 1),
	(97, '01a22031-15ab-73e7-9056-925dbc150f36', '阪は', 1),
	(98, '01a22031-15ab-73e7-9056-925dbc150f36', '市で', 1),
	(99, '01a22031-15ab-73e7-9056-925dbc150f36', '都市', 1),
	(100, '01a22031-15ab-73e7-9056-925dbc150f36', '本第', 1);
INSERT INTO public.lexemes OVERRIDING SYSTEM VALUE VALUES
	(101, '01a22031-15ab-73e7-9056-925dbc150f36', '京は', 1),
	(102, '01a22031-15ab-73e7-9056-925dbc150f36', '日本', 1),
	(103, '01a22031-15ab-73e7-9056-925dbc150f36', '人口', 1),
	(104, '01a22031-15ab-73e7-9056-925dbc150f36', '人で', 1),
	(105, '01a22031-15ab-73e7-9056-925dbc150f36', 'は約', 1),
	(106, '01a22031-15ab-73e7-9056-925dbc150f36', '都で', 1),
	(107, '01a22031-15ab-73e7-9056-925dbc150f36', '口は', 1),
	(108, '01a22031-15ab-73e7-9056-925dbc150f36', 'です', 1),
	(109, '01a22031-15ab-73e7-9056-925dbc150f36', '大阪', 1),
	(110, '01a22031-15ab-73e7-9056-925dbc150f36', 'の首', 1),
	(111, '01a22031-59a8-7349-a017-7605f0f2a561', 'see', 1),
	(112, '01a22031-59a8-7349-a017-7605f0f2a561', 'limit', 1),
	(113, '01a22031-59a8-7349-a017-7605f0f2a561', 'week', 1),
	(114, '01a22031-59a8-7349-a017-7605f0f2a561', 'night', 1),
	(115, '01a22031-59a8-7349-a017-7605f0f2a561', 'train', 1),
	(116, '01a22031-59a8-7349-a017-7605f0f2a561', 'berlin', 1),
	(117, '01a22031-59a8-7349-a017-7605f0f2a561', 'franc', 1),
	(118, '01a22031-59a8-7349-a017-7605f0f2a561', 'first', 1),
	(119, '01a22031-59a8-7349-a017-7605f0f2a561', 'handbook', 1),
	(120, '01a22031-59a8-7349-a017-7605f0f2a561', 'period', 1),
	(121, '01a22031-59a8-7349-a017-7605f0f2a561', 'book', 1),
	(122, '01a22031-59a8-7349-a017-7605f0f2a561', 'notic', 1),
	(123, '01a22031-59a8-7349-a017-7605f0f2a561', 'three', 1),
	(124, '01a22031-59a8-7349-a017-7605f0f2a561', 'except', 1),
	(125, '01a22031-59a8-7349-a017-7605f0f2a561', 'two', 1),
	(126, '01a22031-59a8-7349-a017-7605f0f2a561', 'hotel', 1),
	(127, '01a22031-59a8-7349-a017-7605f0f2a561', 'class', 1),
	(128, '01a22031-59a8-7349-a017-7605f0f2a561', 'citi', 1),
	(129, '01a22031-59a8-7349-a017-7605f0f2a561', 'travel', 1),
	(130, '01a22031-59a8-7349-a017-7605f0f2a561', 'zürich', 1),
	(131, '01a22031-59a8-7349-a017-7605f0f2a561', 'journey', 1),
	(132, '01a22031-59a8-7349-a017-7605f0f2a561', 'six', 1),
	(133, '01a22031-59a8-7349-a017-7605f0f2a561', '220', 1),
	(134, '01a22031-59a8-7349-a017-7605f0f2a561', 'ticket', 1),
	(135, '01a22031-59a8-7349-a017-7605f0f2a561', '-4711', 1),
	(136, '01a22031-59a8-7349-a017-7605f0f2a561', '140', 1),
	(137, '01a22031-59a8-7349-a017-7605f0f2a561', 'op', 1),
	(138, '01a22031-59a8-7349-a017-7605f0f2a561', 'month', 1),
	(139, '01a22031-59a8-7349-a017-7605f0f2a561', 'employe', 1),
	(141, '01a22031-59a8-7349-a017-7605f0f2a561', 'hour', 1),
	(142, '01a22031-59a8-7349-a017-7605f0f2a561', 'probat', 1),
	(143, '01a22031-59a8-7349-a017-7605f0f2a561', 'quarter', 1),
	(144, '01a22031-59a8-7349-a017-7605f0f2a561', 'cost', 1),
	(145, '01a22031-59a8-7349-a017-7605f0f2a561', 'room', 1),
	(146, '01a22031-59a8-7349-a017-7605f0f2a561', 'end', 1),
	(147, '01a22031-59a8-7349-a017-7605f0f2a561', 'mean', 1),
	(148, '01a22031-59a8-7349-a017-7605f0f2a561', 'shorten', 1),
	(149, '01a22031-59a8-7349-a017-7605f0f2a561', '-01555', 1),
	(150, '01a22031-59a8-7349-a017-7605f0f2a561', 'ora', 1),
	(151, '01a22031-59a8-7349-a017-7605f0f2a561', 'snapshot', 1);
INSERT INTO public.lexemes OVERRIDING SYSTEM VALUE VALUES
	(152, '01a22031-59a8-7349-a017-7605f0f2a561', 'oracl', 1),
	(153, '01a22031-59a8-7349-a017-7605f0f2a561', 'old', 1),
	(154, '01a22031-59a8-7349-a017-7605f0f2a561', 'enlarg', 1),
	(155, '01a22031-59a8-7349-a017-7605f0f2a561', 'queri', 1),
	(156, '01a22031-59a8-7349-a017-7605f0f2a561', 'undo', 1),
	(157, '01a22031-59a8-7349-a017-7605f0f2a561', 'tablespac', 1),
	(158, '01a22031-59a8-7349-a017-7605f0f2a561', 'error', 1),
	(140, '01a22031-59a8-7349-a017-7605f0f2a561', 'euro', 2),
	(159, '01a22031-59a8-7349-a017-7605f0f2a561', 'verein', 1),
	(160, '01a22031-59a8-7349-a017-7605f0f2a561', 'jahresbeitrag', 1),
	(161, '01a22031-59a8-7349-a017-7605f0f2a561', 'jahres', 1),
	(162, '01a22031-59a8-7349-a017-7605f0f2a561', 'betragt', 1),
	(163, '01a22031-59a8-7349-a017-7605f0f2a561', '48', 1),
	(164, '01a22031-59a8-7349-a017-7605f0f2a561', 'satzung', 1),
	(165, '01a22031-59a8-7349-a017-7605f0f2a561', 'frist', 1),
	(166, '01a22031-59a8-7349-a017-7605f0f2a561', 'zahl', 1),
	(167, '01a22031-59a8-7349-a017-7605f0f2a561', 'gekundigt', 1),
	(168, '01a22031-59a8-7349-a017-7605f0f2a561', '31', 1),
	(169, '01a22031-59a8-7349-a017-7605f0f2a561', 'marz', 1),
	(170, '01a22031-59a8-7349-a017-7605f0f2a561', 'mitgliedschaft', 1),
	(171, '01a22031-59a8-7349-a017-7605f0f2a561', 'drei', 1),
	(172, '01a22031-59a8-7349-a017-7605f0f2a561', 'monat', 1),
	(173, '01a22031-59b4-72ef-acdd-af0e241e5b7a', 'fine', 1),
	(174, '01a22031-59b4-72ef-acdd-af0e241e5b7a', 'granit', 1),
	(175, '01a22031-59b4-72ef-acdd-af0e241e5b7a', 'grain', 1),
	(176, '01a22031-59b4-72ef-acdd-af0e241e5b7a', 'fine-grain', 1),
	(177, '01a22031-59b4-72ef-acdd-af0e241e5b7a', 'magma', 1),
	(178, '01a22031-59b4-72ef-acdd-af0e241e5b7a', 'pressur', 1),
	(179, '01a22031-59b4-72ef-acdd-af0e241e5b7a', 'igneous', 1),
	(180, '01a22031-59b4-72ef-acdd-af0e241e5b7a', 'cool', 1),
	(181, '01a22031-59b4-72ef-acdd-af0e241e5b7a', 'form', 1),
	(182, '01a22031-59b4-72ef-acdd-af0e241e5b7a', 'basalt', 1),
	(183, '01a22031-59b4-72ef-acdd-af0e241e5b7a', 'coars', 1),
	(184, '01a22031-59b4-72ef-acdd-af0e241e5b7a', 'surfac', 1),
	(185, '01a22031-59b4-72ef-acdd-af0e241e5b7a', 'limeston', 1),
	(186, '01a22031-59b4-72ef-acdd-af0e241e5b7a', 'quick', 1),
	(187, '01a22031-59b4-72ef-acdd-af0e241e5b7a', 'marbl', 1),
	(188, '01a22031-59b4-72ef-acdd-af0e241e5b7a', 'slowli', 1),
	(189, '01a22031-59b4-72ef-acdd-af0e241e5b7a', 'coarse-grain', 1),
	(190, '01a22031-59b4-72ef-acdd-af0e241e5b7a', 'ground', 1),
	(191, '01a22031-59b4-72ef-acdd-af0e241e5b7a', 'chang', 1),
	(192, '01a22031-59b4-72ef-acdd-af0e241e5b7a', 'rock', 1),
	(193, '01a22031-59b4-72ef-acdd-af0e241e5b7a', 'heat', 1),
	(194, '01a22031-59b4-72ef-acdd-af0e241e5b7a', '首都', 1),
	(195, '01a22031-59b4-72ef-acdd-af0e241e5b7a', '本の', 1),
	(196, '01a22031-59b4-72ef-acdd-af0e241e5b7a', '万人', 1),
	(197, '01a22031-59b4-72ef-acdd-af0e241e5b7a', 'は日', 1),
	(198, '01a22031-59b4-72ef-acdd-af0e241e5b7a', 'の都', 1),
	(199, '01a22031-59b4-72ef-acdd-af0e241e5b7a', '第二', 1),
	(200, '01a22031-59b4-72ef-acdd-af0e241e5b7a', '1400', 1);
INSERT INTO public.lexemes OVERRIDING SYSTEM VALUE VALUES
	(201, '01a22031-59b4-72ef-acdd-af0e241e5b7a', '東京', 1),
	(202, '01a22031-59b4-72ef-acdd-af0e241e5b7a', '。', 1),
	(203, '01a22031-59b4-72ef-acdd-af0e241e5b7a', '二の', 1),
	(204, '01a22031-59b4-72ef-acdd-af0e241e5b7a', '阪は', 1),
	(205, '01a22031-59b4-72ef-acdd-af0e241e5b7a', '市で', 1),
	(206, '01a22031-59b4-72ef-acdd-af0e241e5b7a', '都市', 1),
	(207, '01a22031-59b4-72ef-acdd-af0e241e5b7a', '本第', 1),
	(208, '01a22031-59b4-72ef-acdd-af0e241e5b7a', '京は', 1),
	(209, '01a22031-59b4-72ef-acdd-af0e241e5b7a', '日本', 1),
	(210, '01a22031-59b4-72ef-acdd-af0e241e5b7a', '人口', 1),
	(211, '01a22031-59b4-72ef-acdd-af0e241e5b7a', '人で', 1),
	(212, '01a22031-59b4-72ef-acdd-af0e241e5b7a', 'は約', 1),
	(213, '01a22031-59b4-72ef-acdd-af0e241e5b7a', '都で', 1),
	(214, '01a22031-59b4-72ef-acdd-af0e241e5b7a', '口は', 1),
	(215, '01a22031-59b4-72ef-acdd-af0e241e5b7a', 'です', 1),
	(216, '01a22031-59b4-72ef-acdd-af0e241e5b7a', '大阪', 1),
	(217, '01a22031-59b4-72ef-acdd-af0e241e5b7a', 'の首', 1);


--
-- Data for Name: lexical_statistics; Type: TABLE DATA; Schema: public; Owner: rag
--

INSERT INTO public.lexical_statistics VALUES
	('01a22031-15ab-73e7-9056-925dbc150f36', 'english', 4, 94),
	('01a22031-15ab-73e7-9056-925dbc150f36', 'german', 2, 31),
	('01a22031-15ab-73e7-9056-925dbc150f36', 'simple', 1, 32),
	('01a22031-59a8-7349-a017-7605f0f2a561', 'english', 2, 60),
	('01a22031-59a8-7349-a017-7605f0f2a561', 'german', 1, 17),
	('01a22031-59b4-72ef-acdd-af0e241e5b7a', 'english', 1, 25),
	('01a22031-59b4-72ef-acdd-af0e241e5b7a', 'simple', 1, 32);


--
-- Data for Name: login_tokens; Type: TABLE DATA; Schema: public; Owner: rag
--

INSERT INTO public.login_tokens VALUES
	('\x424fe06bb272dfd5a251f661c6bea9e8e222e5f51aa57b174fa0e8a021f377e9', '01a22031-5860-7341-a62f-ff4a2a0eb741', 'access', '2026-11-28 03:42:14.528688+00', NULL),
	('\x7618dbc16ae546f7f4a36e1bf57a4cd76cd1fddabed25c9cd439822477977f2c', '01a22031-5860-7341-a62f-ff4a2a0eb741', 'refresh', '2026-12-12 03:27:14.528688+00', NULL),
	('\x1271bc8bd10bf7a5731282260bb2059bb1b73983779787cb41b0e19b0872bceb', '01a22031-58ea-73d2-8ebc-92ce799b2f66', 'access', '2026-11-28 03:42:14.666109+00', NULL),
	('\x66be473f79a8ff79c8e3f83e9867b42ded4e835f2c9d8e5a37a7623c3fde46f3', '01a22031-58ea-73d2-8ebc-92ce799b2f66', 'refresh', '2026-12-12 03:27:14.666109+00', NULL),
	('\xb35119c464be8e281fb978e930b9baa054bebe8077801287a44803f40516e8e1', '01a22031-599a-76e1-8962-8b6adf11a732', 'access', '2026-11-28 03:42:14.842244+00', NULL),
	('\x78cb1c6a030d01de9b54c3decbf466fec2a6b1dffe1c5596955a6560d7d613b3', '01a22031-599a-76e1-8962-8b6adf11a732', 'refresh', '2026-12-12 03:27:14.842244+00', NULL);


--
-- Data for Name: logins; Type: TABLE DATA; Schema: public; Owner: rag
--

INSERT INTO public.logins VALUES
	('01a22031-5860-7341-a62f-ff4a2a0eb741', '01a22031-5855-7413-9aab-a43769f73f5f', 'Python-urllib/3.11', '2026-11-28 03:27:14.528688+00', '2027-02-26 03:27:14.528688+00', NULL),
	('01a22031-58ea-73d2-8ebc-92ce799b2f66', '01a22031-5855-7413-9aab-a43769f73f5f', 'Python-urllib/3.11', '2026-11-28 03:27:14.666109+00', '2027-02-26 03:27:14.666109+00', NULL),
	('01a22031-599a-76e1-8962-8b6adf11a732', '01a22031-5997-7712-a4ad-a45ca31c3679', 'Python-urllib/3.11', '2026-11-28 03:27:14.842244+00', '2027-02-26 03:27:14.842244+00', NULL);


--
-- Data for Name: organisation_usage; Type: TABLE DATA; Schema: public; Owner: rag
--

INSERT INTO public.organisation_usage VALUES
	('01a22030-a04f-7601-aa7f-18bbd830b52e', 10, 2085, '2026-11-28', 0);


--
-- Data for Name: organisations; Type: TABLE DATA; Schema: public; Owner: rag
--

INSERT INTO public.organisations VALUES
	('01a22030-a04f-7601-aa7f-18bbd830b52e', 'Local user', NULL, NULL, NULL, '2026-11-28 03:26:27.382841+00', '2026-11-28 03:26:27.382841+00');


--
-- Data for Name: users; Type: TABLE DATA; Schema: public; Owner: rag
--

INSERT INTO public.users VALUES
	('01a22030-a050-77f2-991b-1bd26460819f', 'local@localhost', 'Local user', '2026-11-28 03:26:27.382841+00', '2026-11-28 03:26:27.382841+00', '01a22030-a04f-7601-aa7f-18bbd830b52e', 'admin', 'active', NULL),
	('01a22031-5855-7413-9aab-a43769f73f5f', 'ada@example.org', 'Ada', '2026-11-28 03:27:14.512434+00', '2026-11-28 03:27:14.512434+00', '01a22030-a04f-7601-aa7f-18bbd830b52e', 'admin', 'active', '$argon2id$v=19$m=19456,t=2,p=1$LPALmQxsBo9qKwpnq+N5Dg$rqe0KYbh67KTVug25ildY2Cewp4mkL8nxoXqMNRCZAo'),
	('01a22031-5997-7712-a4ad-a45ca31c3679', 'bob@example.org', 'Bob', '2026-11-28 03:27:14.838125+00', '2026-11-28 03:27:14.838125+00', '01a22030-a04f-7601-aa7f-18bbd830b52e', 'member', 'active', '$argon2id$v=19$m=19456,t=2,p=1$ZsJLnNkB1w8Qwgu1VTOh0Q$gozEa3NMR23esRhLVuRjBLyrOSoGRUniHvdHaB4LuSI');


--
-- Data for Name: version_contents; Type: TABLE DATA; Schema: public; Owner: rag
--

INSERT INTO public.version_contents VALUES
	('01a22031-15ef-7325-ad9d-28643315f7f8', 0, '\x4f52412d3031353535206d65616e732074686174206120736e617073686f7420697320746f6f206f6c642e20456e6c617267652074686520756e646f207461626c657370616365206f722073686f7274656e207468652071756572792e0a'),
	('01a22031-1610-7434-8330-bd9a9b5372d9', 0, '\x4772616e697465206973206120636f617273652d677261696e65642069676e656f757320726f636b207468617420666f726d732066726f6d206d61676d61207468617420636f6f6c7320736c6f776c7920756e646572207468652067726f756e642e0a426173616c7420636f6f6c7320717569636b6c7920617420746865207375726661636520616e642069732066696e652d677261696e65642e0a4d6172626c65206973206c696d6573746f6e652074686174206865617420616e642070726573737572652068617665206368616e6765642e0a'),
	('01a22031-1622-7692-b596-31a0893426f6', 0, '\x2320456d706c6f7965652068616e64626f6f6b0a0a2323204e6f7469636520706572696f640a0a546865206e6f7469636520706572696f64206973207468726565206d6f6e74687320746f2074686520656e64206f66206120717561727465722e0a447572696e67207468652070726f626174696f6e206f6620736978206d6f6e7468732069742069732074776f207765656b732e0a0a23232054726176656c0a0a466972737420636c61737320747261696e732061726520626f6f6b656420666f72206a6f75726e657973206f66206d6f7265207468616e20746872656520686f7572732e0a486f74656c20726f6f6d7320636f7374206174206d6f737420313430206575726f732061206e696768742e20536565207469636b6574204f50532d3437313120666f7220657863657074696f6e732e0a0a7c2043697479207c204c696d6974207c0a7c2d2d2d7c2d2d2d7c0a7c204265726c696e207c20313430206575726f73207c0a7c205ac3bc72696368207c20323230206672616e6373207c0a'),
	('01a22031-1634-747c-ae74-5652929e9dd2', 0, '\x3c68746d6c206c616e673d226465223e3c686561643e3c7469746c653e5361747a756e67206465732056657265696e733c2f7469746c653e3c2f686561643e3c626f64793e3c68313e5361747a756e67206465732056657265696e733c2f68313e0a3c68323e4265697472c3a467653c2f68323e3c703e446572204a6168726573626569747261672062657472c3a46774203438204575726f20756e642069737420626973207a756d2033312e204dc3a4727a207a75207a61686c656e2e3c2f703e0a3c68323e4bc3bc6e646967756e673c2f68323e3c703e446965204d6974676c696564736368616674206b616e6e206d69742065696e657220467269737420766f6e2064726569204d6f6e6174656e207a756d204a6168726573656e64652067656bc3bc6e646967742077657264656e2e3c2f703e3c2f626f64793e3c2f68746d6c3e0a'),
	('01a22031-1653-766d-94b8-cc2466a06160', 0, '\xe69db1e4baace381afe697a5e69cace381aee9a696e983bde381a7e38199e38082e4babae58fa3e381afe7b48431343030e4b887e4babae381a7e38199e380820ae5a4a7e998aae381afe697a5e69cace7acace4ba8ce381aee983bde5b882e381a7e38199e380820a'),
	('01a22031-59c2-73d6-a497-e66f087f2535', 0, '\x2320456d706c6f7965652068616e64626f6f6b0a0a2323204e6f7469636520706572696f640a0a546865206e6f7469636520706572696f64206973207468726565206d6f6e74687320746f2074686520656e64206f66206120717561727465722e0a447572696e67207468652070726f626174696f6e206f6620736978206d6f6e7468732069742069732074776f207765656b732e0a0a23232054726176656c0a0a466972737420636c61737320747261696e732061726520626f6f6b656420666f72206a6f75726e657973206f66206d6f7265207468616e20746872656520686f7572732e0a486f74656c20726f6f6d7320636f7374206174206d6f737420313430206575726f732061206e696768742e20536565207469636b6574204f50532d3437313120666f7220657863657074696f6e732e0a0a7c2043697479207c204c696d6974207c0a7c2d2d2d7c2d2d2d7c0a7c204265726c696e207c20313430206575726f73207c0a7c205ac3bc72696368207c20323230206672616e6373207c'),
	('01a22031-5b93-740a-b03f-f902df1d9176', 0, '\x4f52412d3031353535206d65616e732074686174206120736e617073686f7420697320746f6f206f6c642e20456e6c617267652074686520756e646f207461626c657370616365206f722073686f7274656e207468652071756572792e0a'),
	('01a22031-5ceb-712f-90b9-39894f020ec6', 0, '\x446572204a6168726573626569747261672062657472c3a46774203438204575726f20756e642069737420626973207a756d2033312e204dc3a4727a207a75207a61686c656e2e20446965204d6974676c696564736368616674206b616e6e206d69742065696e657220467269737420766f6e2064726569204d6f6e6174656e207a756d204a6168726573656e64652067656bc3bc6e646967742077657264656e2e'),
	('01a22031-5ed7-727d-bf44-d863f2ff829b', 0, '\x4772616e697465206973206120636f617273652d677261696e65642069676e656f757320726f636b207468617420666f726d732066726f6d206d61676d61207468617420636f6f6c7320736c6f776c7920756e646572207468652067726f756e642e0a426173616c7420636f6f6c7320717569636b6c7920617420746865207375726661636520616e642069732066696e652d677261696e65642e0a4d6172626c65206973206c696d6573746f6e652074686174206865617420616e642070726573737572652068617665206368616e6765642e0a'),
	('01a22031-60a2-7225-84d1-d79e668a75af', 0, '\xe69db1e4baace381afe697a5e69cace381aee9a696e983bde381a7e38199e38082e4babae58fa3e381afe7b48431343030e4b887e4babae381a7e38199e380820ae5a4a7e998aae381afe697a5e69cace7acace4ba8ce381aee983bde5b882e381a7e38199e380820a');


--
-- Data for Name: version_texts; Type: TABLE DATA; Schema: public; Owner: rag
--

INSERT INTO public.version_texts VALUES
	('01a22031-15ef-7325-ad9d-28643315f7f8', 0, 'ORA-01555 means that a snapshot is too old. Enlarge the undo tablespace or shorten the query.'),
	('01a22031-1610-7434-8330-bd9a9b5372d9', 0, 'Granite is a coarse-grained igneous rock that forms from magma that cools slowly under the ground.
Basalt cools quickly at the surface and is fine-grained.
Marble is limestone that heat and pressure have changed.'),
	('01a22031-1622-7692-b596-31a0893426f6', 0, 'Employee handbook

Notice period

The notice period is three months to the end of a quarter. During the probation of six months it is two weeks.

Travel

First class trains are booked for journeys of more than three hours. Hotel rooms cost at most 140 euros a night. See ticket OPS-4711 for exceptions.

City | Limit
Berlin | 140 euros
Zürich | 220 francs'),
	('01a22031-1634-747c-ae74-5652929e9dd2', 0, 'Satzung des Vereins

Beiträge

Der Jahresbeitrag beträgt 48 Euro und ist bis zum 31. März zu zahlen.

Kündigung

Die Mitgliedschaft kann mit einer Frist von drei Monaten zum Jahresende gekündigt werden.'),
	('01a22031-1653-766d-94b8-cc2466a06160', 0, '東京は日本の首都です。人口は約1400万人です。
大阪は日本第二の都市です。'),
	('01a22031-59c2-73d6-a497-e66f087f2535', 0, '# Employee handbook

## Notice period

The notice period is three months to the end of a quarter.
During the probation of six months it is two weeks.

## Travel

First class trains are booked for journeys of more than three hours.
Hotel rooms cost at most 140 euros a night. See ticket OPS-4711 for exceptions.

| City | Limit |
|---|---|
| Berlin | 140 euros |
| Zürich | 220 francs |'),
	('01a22031-5b93-740a-b03f-f902df1d9176', 0, 'ORA-01555 means that a snapshot is too old. Enlarge the undo tablespace or shorten the query.'),
	('01a22031-5ceb-712f-90b9-39894f020ec6', 0, 'Der Jahresbeitrag beträgt 48 Euro und ist bis zum 31. März zu zahlen. Die Mitgliedschaft kann mit einer Frist von drei Monaten zum Jahresende gekündigt werden.'),
	('01a22031-5ed7-727d-bf44-d863f2ff829b', 0, 'Granite is a coarse-grained igneous rock that forms from magma that cools slowly under the ground.
Basalt cools quickly at the surface and is fine-grained.
Marble is limestone that heat and pressure have changed.'),
	('01a22031-60a2-7225-84d1-d79e668a75af', 0, '東京は日本の首都です。人口は約1400万人です。
大阪は日本第二の都市です。');


--
-- Name: embedding_models_id_seq; Type: SEQUENCE SET; Schema: public; Owner: rag
--

SELECT pg_catalog.setval('public.embedding_models_id_seq', 1, true);


--
-- Name: lexemes_id_seq; Type: SEQUENCE SET; Schema: public; Owner: rag
--

SELECT pg_catalog.setval('public.lexemes_id_seq', 217, true);


--
-- Name: __diesel_schema_migrations __diesel_schema_migrations_pkey; Type: CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.__diesel_schema_migrations
    ADD CONSTRAINT __diesel_schema_migrations_pkey PRIMARY KEY (version);


--
-- Name: api_keys api_keys_pkey; Type: CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_pkey PRIMARY KEY (id);


--
-- Name: api_keys api_keys_sha256_key; Type: CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_sha256_key UNIQUE (sha256);


--
-- Name: audit_events audit_events_pkey; Type: CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.audit_events
    ADD CONSTRAINT audit_events_pkey PRIMARY KEY (id);


--
-- Name: chat_messages chat_messages_pkey; Type: CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.chat_messages
    ADD CONSTRAINT chat_messages_pkey PRIMARY KEY (id);


--
-- Name: chat_messages chat_messages_session_id_ordinal_key; Type: CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.chat_messages
    ADD CONSTRAINT chat_messages_session_id_ordinal_key UNIQUE (session_id, ordinal);


--
-- Name: chat_sessions chat_sessions_pkey; Type: CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.chat_sessions
    ADD CONSTRAINT chat_sessions_pkey PRIMARY KEY (id);


--
-- Name: chunk_lexemes chunk_lexemes_pkey; Type: CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.chunk_lexemes
    ADD CONSTRAINT chunk_lexemes_pkey PRIMARY KEY (chunk_id);


--
-- Name: chunks chunks_pkey; Type: CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.chunks
    ADD CONSTRAINT chunks_pkey PRIMARY KEY (id);


--
-- Name: chunks chunks_version_id_ordinal_key; Type: CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.chunks
    ADD CONSTRAINT chunks_version_id_ordinal_key UNIQUE (version_id, ordinal);


--
-- Name: collection_links collection_links_pkey; Type: CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.collection_links
    ADD CONSTRAINT collection_links_pkey PRIMARY KEY (id);


--
-- Name: collection_links collection_links_sha256_key; Type: CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.collection_links
    ADD CONSTRAINT collection_links_sha256_key UNIQUE (sha256);


--
-- Name: collection_members collection_members_pkey; Type: CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.collection_members
    ADD CONSTRAINT collection_members_pkey PRIMARY KEY (user_id, collection_id);


--
-- Name: collection_synonyms collection_synonyms_pkey; Type: CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.collection_synonyms
    ADD CONSTRAINT collection_synonyms_pkey PRIMARY KEY (collection_id, ordinal);


--
-- Name: collections collections_organisation_id_id_key; Type: CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.collections
    ADD CONSTRAINT collections_organisation_id_id_key UNIQUE (organisation_id, id);


--
-- Name: collections collections_owner_id_name_key; Type: CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.collections
    ADD CONSTRAINT collections_owner_id_name_key UNIQUE (owner_id, name);


--
-- Name: collections collections_pkey; Type: CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.collections
    ADD CONSTRAINT collections_pkey PRIMARY KEY (id);


--
-- Name: document_popularity document_popularity_pkey; Type: CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.document_popularity
    ADD CONSTRAINT document_popularity_pkey PRIMARY KEY (document_id, collection_id);


--
-- Name: document_versions document_versions_collection_id_id_key; Type: CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.document_versions
    ADD CONSTRAINT document_versions_collection_id_id_key UNIQUE (collection_id, id);


--
-- Name: document_versions document_versions_document_id_id_key; Type: CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.document_versions
    ADD CONSTRAINT document_versions_document_id_id_key UNIQUE (document_id, id);


--
-- Name: document_versions document_versions_document_id_number_key; Type: CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.document_versions
    ADD CONSTRAINT document_versions_document_id_number_key UNIQUE (document_id, number);


--
-- Name: document_versions document_versions_pkey; Type: CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.document_versions
    ADD CONSTRAINT document_versions_pkey PRIMARY KEY (id);


--
-- Name: documents documents_collection_id_content_sha256_key; Type: CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.documents
    ADD CONSTRAINT documents_collection_id_content_sha256_key UNIQUE (collection_id, content_sha256);


--
-- Name: documents documents_collection_id_id_key; Type: CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.documents
    ADD CONSTRAINT documents_collection_id_id_key UNIQUE (collection_id, id);


--
-- Name: documents documents_pkey; Type: CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.documents
    ADD CONSTRAINT documents_pkey PRIMARY KEY (id);


--
-- Name: embedding_models embedding_models_name_key; Type: CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.embedding_models
    ADD CONSTRAINT embedding_models_name_key UNIQUE (name);


--
-- Name: embedding_models embedding_models_pkey; Type: CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.embedding_models
    ADD CONSTRAINT embedding_models_pkey PRIMARY KEY (id);


--
-- Name: embeddings embeddings_pkey; Type: CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.embeddings
    ADD CONSTRAINT embeddings_pkey PRIMARY KEY (chunk_id, model_id);


--
-- Name: embeddings_1 embeddings_1_pkey; Type: CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.embeddings_1
    ADD CONSTRAINT embeddings_1_pkey PRIMARY KEY (chunk_id, model_id);


--
-- Name: invitations invitations_pkey; Type: CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT invitations_pkey PRIMARY KEY (id);


--
-- Name: invitations invitations_token_sha256_key; Type: CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT invitations_token_sha256_key UNIQUE (token_sha256);


--
-- Name: jobs jobs_pkey; Type: CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.jobs
    ADD CONSTRAINT jobs_pkey PRIMARY KEY (id);


--
-- Name: lexemes lexemes_collection_id_lexeme_key; Type: CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.lexemes
    ADD CONSTRAINT lexemes_collection_id_lexeme_key UNIQUE (collection_id, lexeme);


--
-- Name: lexemes lexemes_pkey; Type: CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.lexemes
    ADD CONSTRAINT lexemes_pkey PRIMARY KEY (id);


--
-- Name: lexical_statistics lexical_statistics_pkey; Type: CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.lexical_statistics
    ADD CONSTRAINT lexical_statistics_pkey PRIMARY KEY (collection_id, text_search_config);


--
-- Name: login_tokens login_tokens_pkey; Type: CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.login_tokens
    ADD CONSTRAINT login_tokens_pkey PRIMARY KEY (sha256);


--
-- Name: logins logins_pkey; Type: CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.logins
    ADD CONSTRAINT logins_pkey PRIMARY KEY (id);


--
-- Name: organisation_usage organisation_usage_pkey; Type: CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.organisation_usage
    ADD CONSTRAINT organisation_usage_pkey PRIMARY KEY (organisation_id);


--
-- Name: organisations organisations_pkey; Type: CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.organisations
    ADD CONSTRAINT organisations_pkey PRIMARY KEY (id);


--
-- Name: users users_organisation_id_id_key; Type: CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_organisation_id_id_key UNIQUE (organisation_id, id);


--
-- Name: users users_pkey; Type: CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (id);


--
-- Name: version_contents version_contents_pkey; Type: CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.version_contents
    ADD CONSTRAINT version_contents_pkey PRIMARY KEY (version_id, part);


--
-- Name: version_texts version_texts_pkey; Type: CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.version_texts
    ADD CONSTRAINT version_texts_pkey PRIMARY KEY (version_id, start_offset);


--
-- Name: api_keys_user_id_id_idx; Type: INDEX; Schema: public; Owner: rag
--

CREATE INDEX api_keys_user_id_id_idx ON public.api_keys USING btree (user_id, id);


--
-- Name: audit_events_organisation_id_id_idx; Type: INDEX; Schema: public; Owner: rag
--

CREATE INDEX audit_events_organisation_id_id_idx ON public.audit_events USING btree (organisation_id, id);


--
-- Name: chat_sessions_user_id_id_idx; Type: INDEX; Schema: public; Owner: rag
--

CREATE INDEX chat_sessions_user_id_id_idx ON public.chat_sessions USING btree (user_id, id);


--
-- Name: chunk_lexemes_lexeme_ids_idx; Type: INDEX; Schema: public; Owner: rag
--

CREATE INDEX chunk_lexemes_lexeme_ids_idx ON public.chunk_lexemes USING gin (lexeme_ids);


--
-- Name: chunk_lexemes_version_id_idx; Type: INDEX; Schema: public; Owner: rag
--

CREATE INDEX chunk_lexemes_version_id_idx ON public.chunk_lexemes USING btree (version_id);


--
-- Name: collection_links_collection_id_id_idx; Type: INDEX; Schema: public; Owner: rag
--

CREATE INDEX collection_links_collection_id_id_idx ON public.collection_links USING btree (collection_id, id);


--
-- Name: collection_members_collection_id_idx; Type: INDEX; Schema: public; Owner: rag
--

CREATE INDEX collection_members_collection_id_idx ON public.collection_members USING btree (collection_id);


--
-- Name: document_versions_building_idx; Type: INDEX; Schema: public; Owner: rag
--

CREATE INDEX document_versions_building_idx ON public.document_versions USING btree (id) WHERE (state = 'building'::text);


--
-- Name: documents_current_version_id_key; Type: INDEX; Schema: public; Owner: rag
--

CREATE UNIQUE INDEX documents_current_version_id_key ON public.documents USING btree (current_version_id);


--
-- Name: documents_metadata_idx; Type: INDEX; Schema: public; Owner: rag
--

CREATE INDEX documents_metadata_idx ON public.documents USING gin (metadata jsonb_path_ops);


--
-- Name: embeddings_collection_id_idx; Type: INDEX; Schema: public; Owner: rag
--

CREATE INDEX embeddings_collection_id_idx ON ONLY public.embeddings USING btree (collection_id);


--
-- Name: embeddings_1_collection_id_idx; Type: INDEX; Schema: public; Owner: rag
--

CREATE INDEX embeddings_1_collection_id_idx ON public.embeddings_1 USING btree (collection_id);


--
-- Name: embeddings_1_vector_idx; Type: INDEX; Schema: public; Owner: rag
--

CREATE INDEX embeddings_1_vector_idx ON public.embeddings_1 USING hnsw (((embedding)::public.halfvec(384)) public.halfvec_cosine_ops) WITH (m='10', ef_construction='150');


--
-- Name: embeddings_version_id_idx; Type: INDEX; Schema: public; Owner: rag
--

CREATE INDEX embeddings_version_id_idx ON ONLY public.embeddings USING btree (version_id);


--
-- Name: embeddings_1_version_id_idx; Type: INDEX; Schema: public; Owner: rag
--

CREATE INDEX embeddings_1_version_id_idx ON public.embeddings_1 USING btree (version_id);


--
-- Name: invitations_invited_by_idx; Type: INDEX; Schema: public; Owner: rag
--

CREATE INDEX invitations_invited_by_idx ON public.invitations USING btree (invited_by);


--
-- Name: invitations_organisation_id_email_key; Type: INDEX; Schema: public; Owner: rag
--

CREATE UNIQUE INDEX invitations_organisation_id_email_key ON public.invitations USING btree (organisation_id, lower(email));


--
-- Name: jobs_collection_id_id_idx; Type: INDEX; Schema: public; Owner: rag
--

CREATE INDEX jobs_collection_id_id_idx ON public.jobs USING btree (collection_id, id);


--
-- Name: jobs_document_id_idx; Type: INDEX; Schema: public; Owner: rag
--

CREATE INDEX jobs_document_id_idx ON public.jobs USING btree (document_id);


--
-- Name: jobs_due_idx; Type: INDEX; Schema: public; Owner: rag
--

CREATE INDEX jobs_due_idx ON public.jobs USING btree (run_after, id) WHERE (state = 'queued'::text);


--
-- Name: jobs_leased_until_idx; Type: INDEX; Schema: public; Owner: rag
--

CREATE INDEX jobs_leased_until_idx ON public.jobs USING btree (leased_until) WHERE (state = 'running'::text);


--
-- Name: jobs_version_id_idx; Type: INDEX; Schema: public; Owner: rag
--

CREATE INDEX jobs_version_id_idx ON public.jobs USING btree (version_id);


--
-- Name: login_tokens_login_id_idx; Type: INDEX; Schema: public; Owner: rag
--

CREATE INDEX login_tokens_login_id_idx ON public.login_tokens USING btree (login_id);


--
-- Name: logins_user_id_idx; Type: INDEX; Schema: public; Owner: rag
--

CREATE INDEX logins_user_id_idx ON public.logins USING btree (user_id);


--
-- Name: users_email_key; Type: INDEX; Schema: public; Owner: rag
--

CREATE UNIQUE INDEX users_email_key ON public.users USING btree (lower(email));


--
-- Name: embeddings_1_collection_id_idx; Type: INDEX ATTACH; Schema: public; Owner: rag
--

ALTER INDEX public.embeddings_collection_id_idx ATTACH PARTITION public.embeddings_1_collection_id_idx;


--
-- Name: embeddings_1_pkey; Type: INDEX ATTACH; Schema: public; Owner: rag
--

ALTER INDEX public.embeddings_pkey ATTACH PARTITION public.embeddings_1_pkey;


--
-- Name: embeddings_1_version_id_idx; Type: INDEX ATTACH; Schema: public; Owner: rag
--

ALTER INDEX public.embeddings_version_id_idx ATTACH PARTITION public.embeddings_1_version_id_idx;


--
-- Name: api_keys api_keys_audit; Type: TRIGGER; Schema: public; Owner: rag
--

CREATE TRIGGER api_keys_audit AFTER INSERT OR DELETE ON public.api_keys FOR EACH ROW WHEN ((pg_trigger_depth() = 0)) EXECUTE FUNCTION public.audit_change('api_key', '{prefix,scopes}');


--
-- Name: audit_events audit_events_append_only; Type: TRIGGER; Schema: public; Owner: rag
--

CREATE TRIGGER audit_events_append_only BEFORE UPDATE OR TRUNCATE ON public.audit_events FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();


--
-- Name: chat_messages chat_messages_count_tokens; Type: TRIGGER; Schema: public; Owner: rag
--

CREATE TRIGGER chat_messages_count_tokens AFTER INSERT ON public.chat_messages FOR EACH ROW WHEN (((new.prompt_tokens IS NOT NULL) OR (new.completion_tokens IS NOT NULL))) EXECUTE FUNCTION public.count_tokens();


--
-- Name: chat_messages chat_messages_popularity; Type: TRIGGER; Schema: public; Owner: rag
--

CREATE TRIGGER chat_messages_popularity AFTER INSERT ON public.chat_messages FOR EACH ROW WHEN ((new.citations <> '[]'::jsonb)) EXECUTE FUNCTION public.count_citations();


--
-- Name: chat_sessions chat_sessions_touch; Type: TRIGGER; Schema: public; Owner: rag
--

CREATE TRIGGER chat_sessions_touch BEFORE UPDATE ON public.chat_sessions FOR EACH ROW EXECUTE FUNCTION public.touch_updated_at();


--
-- Name: chunk_lexemes chunk_lexemes_forget; Type: TRIGGER; Schema: public; Owner: rag
--

CREATE TRIGGER chunk_lexemes_forget AFTER DELETE ON public.chunk_lexemes REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION public.forget_chunk_lexemes();


--
-- Name: collection_links collection_links_audit; Type: TRIGGER; Schema: public; Owner: rag
--

CREATE TRIGGER collection_links_audit AFTER INSERT OR DELETE ON public.collection_links FOR EACH ROW WHEN ((pg_trigger_depth() = 0)) EXECUTE FUNCTION public.audit_change('collection_link', '{collection_id}');


--
-- Name: collection_members collection_members_audit; Type: TRIGGER; Schema: public; Owner: rag
--

CREATE TRIGGER collection_members_audit AFTER INSERT OR DELETE OR UPDATE ON public.collection_members FOR EACH ROW WHEN ((pg_trigger_depth() = 0)) EXECUTE FUNCTION public.audit_change('collection_member', '{user_id,role}');


--
-- Name: collections collections_audit; Type: TRIGGER; Schema: public; Owner: rag
--

CREATE TRIGGER collections_audit AFTER INSERT OR DELETE OR UPDATE OF name, description ON public.collections FOR EACH ROW WHEN ((pg_trigger_depth() = 0)) EXECUTE FUNCTION public.audit_change('collection', '{}');


--
-- Name: collections collections_touch; Type: TRIGGER; Schema: public; Owner: rag
--

CREATE TRIGGER collections_touch BEFORE UPDATE ON public.collections FOR EACH ROW EXECUTE FUNCTION public.touch_updated_at();


--
-- Name: collections collections_uncount; Type: TRIGGER; Schema: public; Owner: rag
--

CREATE TRIGGER collections_uncount BEFORE DELETE ON public.collections FOR EACH ROW EXECUTE FUNCTION public.count_deleted_collection();


--
-- Name: document_versions document_versions_count; Type: TRIGGER; Schema: public; Owner: rag
--

CREATE CONSTRAINT TRIGGER document_versions_count AFTER INSERT ON public.document_versions DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.count_stored();


--
-- Name: document_versions document_versions_uncount; Type: TRIGGER; Schema: public; Owner: rag
--

CREATE TRIGGER document_versions_uncount AFTER DELETE ON public.document_versions REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION public.count_deleted();


--
-- Name: documents documents_audit; Type: TRIGGER; Schema: public; Owner: rag
--

CREATE TRIGGER documents_audit AFTER INSERT OR DELETE ON public.documents FOR EACH ROW WHEN ((pg_trigger_depth() = 0)) EXECUTE FUNCTION public.audit_change('document', '{collection_id}');


--
-- Name: documents documents_touch; Type: TRIGGER; Schema: public; Owner: rag
--

CREATE TRIGGER documents_touch BEFORE UPDATE ON public.documents FOR EACH ROW EXECUTE FUNCTION public.touch_updated_at();


--
-- Name: invitations invitations_audit; Type: TRIGGER; Schema: public; Owner: rag
--

CREATE TRIGGER invitations_audit AFTER INSERT OR DELETE ON public.invitations FOR EACH ROW WHEN ((pg_trigger_depth() = 0)) EXECUTE FUNCTION public.audit_change('invitation', '{role}');


--
-- Name: logins logins_audit; Type: TRIGGER; Schema: public; Owner: rag
--

CREATE TRIGGER logins_audit AFTER INSERT OR UPDATE ON public.logins FOR EACH ROW WHEN ((pg_trigger_depth() = 0)) EXECUTE FUNCTION public.audit_change('login', '{revoked_at}');


--
-- Name: organisations organisations_audit; Type: TRIGGER; Schema: public; Owner: rag
--

CREATE TRIGGER organisations_audit AFTER UPDATE OF name, max_documents, max_bytes, max_tokens_per_day ON public.organisations FOR EACH ROW WHEN ((pg_trigger_depth() = 0)) EXECUTE FUNCTION public.audit_change('organisation', '{name,max_documents,max_bytes,max_tokens_per_day}');


--
-- Name: organisations organisations_open_usage; Type: TRIGGER; Schema: public; Owner: rag
--

CREATE TRIGGER organisations_open_usage AFTER INSERT ON public.organisations FOR EACH ROW EXECUTE FUNCTION public.open_usage();


--
-- Name: organisations organisations_touch; Type: TRIGGER; Schema: public; Owner: rag
--

CREATE TRIGGER organisations_touch BEFORE UPDATE ON public.organisations FOR EACH ROW EXECUTE FUNCTION public.touch_updated_at();


--
-- Name: users users_audit; Type: TRIGGER; Schema: public; Owner: rag
--

CREATE TRIGGER users_audit AFTER INSERT OR DELETE OR UPDATE OF role, state, password_hash ON public.users FOR EACH ROW WHEN ((pg_trigger_depth() = 0)) EXECUTE FUNCTION public.audit_change('user', '{role,state}');


--
-- Name: users users_touch; Type: TRIGGER; Schema: public; Owner: rag
--

CREATE TRIGGER users_touch BEFORE UPDATE ON public.users FOR EACH ROW EXECUTE FUNCTION public.touch_updated_at();


--
-- Name: api_keys api_keys_user_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;


--
-- Name: audit_events audit_events_organisation_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.audit_events
    ADD CONSTRAINT audit_events_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES public.organisations(id) ON DELETE CASCADE;


--
-- Name: chat_messages chat_messages_session_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.chat_messages
    ADD CONSTRAINT chat_messages_session_id_fkey FOREIGN KEY (session_id) REFERENCES public.chat_sessions(id) ON DELETE CASCADE;


--
-- Name: chat_sessions chat_sessions_user_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.chat_sessions
    ADD CONSTRAINT chat_sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;


--
-- Name: chunk_lexemes chunk_lexemes_chunk_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.chunk_lexemes
    ADD CONSTRAINT chunk_lexemes_chunk_id_fkey FOREIGN KEY (chunk_id) REFERENCES public.chunks(id) ON DELETE CASCADE;


--
-- Name: chunks chunks_version_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.chunks
    ADD CONSTRAINT chunks_version_id_fkey FOREIGN KEY (version_id, collection_id) REFERENCES public.document_versions(id, collection_id) ON DELETE CASCADE;


--
-- Name: collection_links collection_links_collection_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.collection_links
    ADD CONSTRAINT collection_links_collection_id_fkey FOREIGN KEY (collection_id) REFERENCES public.collections(id) ON DELETE CASCADE;


--
-- Name: collection_members collection_members_collection_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.collection_members
    ADD CONSTRAINT collection_members_collection_id_fkey FOREIGN KEY (collection_id, organisation_id) REFERENCES public.collections(id, organisation_id) ON DELETE CASCADE;


--
-- Name: collection_members collection_members_user_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.collection_members
    ADD CONSTRAINT collection_members_user_id_fkey FOREIGN KEY (user_id, organisation_id) REFERENCES public.users(id, organisation_id) ON DELETE CASCADE;


--
-- Name: collection_synonyms collection_synonyms_collection_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.collection_synonyms
    ADD CONSTRAINT collection_synonyms_collection_id_fkey FOREIGN KEY (collection_id) REFERENCES public.collections(id) ON DELETE CASCADE;


--
-- Name: collections collections_owner_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.collections
    ADD CONSTRAINT collections_owner_id_fkey FOREIGN KEY (owner_id, organisation_id) REFERENCES public.users(id, organisation_id) ON DELETE CASCADE;


--
-- Name: document_popularity document_popularity_document_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.document_popularity
    ADD CONSTRAINT document_popularity_document_id_fkey FOREIGN KEY (document_id, collection_id) REFERENCES public.documents(id, collection_id) ON DELETE CASCADE;


--
-- Name: document_versions document_versions_document_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.document_versions
    ADD CONSTRAINT document_versions_document_id_fkey FOREIGN KEY (document_id, collection_id) REFERENCES public.documents(id, collection_id) ON DELETE CASCADE;


--
-- Name: documents documents_collection_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.documents
    ADD CONSTRAINT documents_collection_id_fkey FOREIGN KEY (collection_id) REFERENCES public.collections(id) ON DELETE CASCADE;


--
-- Name: documents documents_current_version_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.documents
    ADD CONSTRAINT documents_current_version_id_fkey FOREIGN KEY (current_version_id, id) REFERENCES public.document_versions(id, document_id) DEFERRABLE INITIALLY DEFERRED;


--
-- Name: embeddings embeddings_chunk_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE public.embeddings
    ADD CONSTRAINT embeddings_chunk_id_fkey FOREIGN KEY (chunk_id) REFERENCES public.chunks(id) ON DELETE CASCADE;


--
-- Name: embeddings embeddings_model_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE public.embeddings
    ADD CONSTRAINT embeddings_model_id_fkey FOREIGN KEY (model_id) REFERENCES public.embedding_models(id);


--
-- Name: invitations invitations_invited_by_fkey; Type: FK CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT invitations_invited_by_fkey FOREIGN KEY (invited_by) REFERENCES public.users(id) ON DELETE CASCADE;


--
-- Name: invitations invitations_organisation_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT invitations_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES public.organisations(id) ON DELETE CASCADE;


--
-- Name: jobs jobs_collection_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.jobs
    ADD CONSTRAINT jobs_collection_id_fkey FOREIGN KEY (collection_id) REFERENCES public.collections(id) ON DELETE CASCADE;


--
-- Name: jobs jobs_document_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.jobs
    ADD CONSTRAINT jobs_document_id_fkey FOREIGN KEY (document_id, collection_id) REFERENCES public.documents(id, collection_id) ON DELETE SET NULL (document_id);


--
-- Name: jobs jobs_version_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.jobs
    ADD CONSTRAINT jobs_version_id_fkey FOREIGN KEY (version_id, collection_id) REFERENCES public.document_versions(id, collection_id) ON DELETE SET NULL (version_id);


--
-- Name: lexemes lexemes_collection_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.lexemes
    ADD CONSTRAINT lexemes_collection_id_fkey FOREIGN KEY (collection_id) REFERENCES public.collections(id) ON DELETE CASCADE;


--
-- Name: lexical_statistics lexical_statistics_collection_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.lexical_statistics
    ADD CONSTRAINT lexical_statistics_collection_id_fkey FOREIGN KEY (collection_id) REFERENCES public.collections(id) ON DELETE CASCADE;


--
-- Name: login_tokens login_tokens_login_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.login_tokens
    ADD CONSTRAINT login_tokens_login_id_fkey FOREIGN KEY (login_id) REFERENCES public.logins(id) ON DELETE CASCADE;


--
-- Name: logins logins_user_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.logins
    ADD CONSTRAINT logins_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;


--
-- Name: organisation_usage organisation_usage_organisation_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.organisation_usage
    ADD CONSTRAINT organisation_usage_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES public.organisations(id) ON DELETE CASCADE;


--
-- Name: users users_organisation_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES public.organisations(id) ON DELETE CASCADE;


--
-- Name: version_contents version_contents_version_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.version_contents
    ADD CONSTRAINT version_contents_version_id_fkey FOREIGN KEY (version_id) REFERENCES public.document_versions(id) ON DELETE CASCADE;


--
-- Name: version_texts version_texts_version_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: rag
--

ALTER TABLE ONLY public.version_texts
    ADD CONSTRAINT version_texts_version_id_fkey FOREIGN KEY (version_id) REFERENCES public.document_versions(id) ON DELETE CASCADE;


--
-- Name: collections adds; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY adds ON public.collections FOR INSERT TO rag_user WITH CHECK (((owner_id = ( SELECT public.asker() AS asker)) AND (organisation_id = ( SELECT public.asker_organisation() AS asker_organisation))));


--
-- Name: document_versions adds; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY adds ON public.document_versions FOR INSERT TO rag_user WITH CHECK ((collection_id = ANY (( SELECT public.writable() AS writable)::uuid[])));


--
-- Name: documents adds; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY adds ON public.documents FOR INSERT TO rag_user WITH CHECK ((collection_id = ANY (( SELECT public.writable() AS writable)::uuid[])));


--
-- Name: jobs adds; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY adds ON public.jobs FOR INSERT TO rag_user WITH CHECK ((collection_id = ANY (( SELECT public.writable() AS writable)::uuid[])));


--
-- Name: version_contents adds; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY adds ON public.version_contents FOR INSERT TO rag_user WITH CHECK ((EXISTS ( SELECT
   FROM public.document_versions v
  WHERE ((v.id = version_contents.version_id) AND (v.collection_id = ANY (( SELECT public.writable() AS writable)::uuid[]))))));


--
-- Name: api_keys; Type: ROW SECURITY; Schema: public; Owner: rag
--

ALTER TABLE public.api_keys ENABLE ROW LEVEL SECURITY;

--
-- Name: audit_events; Type: ROW SECURITY; Schema: public; Owner: rag
--

ALTER TABLE public.audit_events ENABLE ROW LEVEL SECURITY;

--
-- Name: api_keys behind; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY behind ON public.api_keys TO rag_worker, rag_rules USING (true);


--
-- Name: audit_events behind; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY behind ON public.audit_events TO rag_worker, rag_rules USING (true);


--
-- Name: chat_messages behind; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY behind ON public.chat_messages TO rag_worker, rag_rules USING (true);


--
-- Name: chat_sessions behind; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY behind ON public.chat_sessions TO rag_worker, rag_rules USING (true);


--
-- Name: chunk_lexemes behind; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY behind ON public.chunk_lexemes TO rag_worker, rag_rules USING (true);


--
-- Name: chunks behind; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY behind ON public.chunks TO rag_worker, rag_rules USING (true);


--
-- Name: collection_links behind; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY behind ON public.collection_links TO rag_worker, rag_rules USING (true);


--
-- Name: collection_members behind; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY behind ON public.collection_members TO rag_worker, rag_rules USING (true);


--
-- Name: collection_synonyms behind; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY behind ON public.collection_synonyms TO rag_worker, rag_rules USING (true);


--
-- Name: collections behind; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY behind ON public.collections TO rag_worker, rag_rules USING (true);


--
-- Name: document_popularity behind; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY behind ON public.document_popularity TO rag_worker, rag_rules USING (true);


--
-- Name: document_versions behind; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY behind ON public.document_versions TO rag_worker, rag_rules USING (true);


--
-- Name: documents behind; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY behind ON public.documents TO rag_worker, rag_rules USING (true);


--
-- Name: embeddings behind; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY behind ON public.embeddings TO rag_worker, rag_rules USING (true);


--
-- Name: invitations behind; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY behind ON public.invitations TO rag_worker, rag_rules USING (true);


--
-- Name: jobs behind; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY behind ON public.jobs TO rag_worker, rag_rules USING (true);


--
-- Name: lexemes behind; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY behind ON public.lexemes TO rag_worker, rag_rules USING (true);


--
-- Name: lexical_statistics behind; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY behind ON public.lexical_statistics TO rag_worker, rag_rules USING (true);


--
-- Name: login_tokens behind; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY behind ON public.login_tokens TO rag_worker, rag_rules USING (true);


--
-- Name: logins behind; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY behind ON public.logins TO rag_worker, rag_rules USING (true);


--
-- Name: organisation_usage behind; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY behind ON public.organisation_usage TO rag_worker, rag_rules USING (true);


--
-- Name: organisations behind; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY behind ON public.organisations TO rag_worker, rag_rules USING (true);


--
-- Name: users behind; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY behind ON public.users TO rag_worker, rag_rules USING (true);


--
-- Name: version_contents behind; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY behind ON public.version_contents TO rag_worker, rag_rules USING (true);


--
-- Name: version_texts behind; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY behind ON public.version_texts TO rag_worker, rag_rules USING (true);


--
-- Name: collections changes; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY changes ON public.collections FOR UPDATE TO rag_user USING ((owner_id = ( SELECT public.asker() AS asker))) WITH CHECK ((organisation_id = ( SELECT public.asker_organisation() AS asker_organisation)));


--
-- Name: jobs changes; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY changes ON public.jobs FOR UPDATE TO rag_user USING ((collection_id = ANY (( SELECT public.writable() AS writable)::uuid[])));


--
-- Name: organisations changes; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY changes ON public.organisations FOR UPDATE TO rag_user USING (((id = ( SELECT public.asker_organisation() AS asker_organisation)) AND ( SELECT public.administers() AS administers)));


--
-- Name: users changes; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY changes ON public.users FOR UPDATE TO rag_user USING (((organisation_id = ( SELECT public.asker_organisation() AS asker_organisation)) AND ( SELECT public.administers() AS administers)));


--
-- Name: chat_messages; Type: ROW SECURITY; Schema: public; Owner: rag
--

ALTER TABLE public.chat_messages ENABLE ROW LEVEL SECURITY;

--
-- Name: chat_sessions; Type: ROW SECURITY; Schema: public; Owner: rag
--

ALTER TABLE public.chat_sessions ENABLE ROW LEVEL SECURITY;

--
-- Name: chunk_lexemes; Type: ROW SECURITY; Schema: public; Owner: rag
--

ALTER TABLE public.chunk_lexemes ENABLE ROW LEVEL SECURITY;

--
-- Name: chunks; Type: ROW SECURITY; Schema: public; Owner: rag
--

ALTER TABLE public.chunks ENABLE ROW LEVEL SECURITY;

--
-- Name: collection_links; Type: ROW SECURITY; Schema: public; Owner: rag
--

ALTER TABLE public.collection_links ENABLE ROW LEVEL SECURITY;

--
-- Name: collection_members; Type: ROW SECURITY; Schema: public; Owner: rag
--

ALTER TABLE public.collection_members ENABLE ROW LEVEL SECURITY;

--
-- Name: collection_synonyms; Type: ROW SECURITY; Schema: public; Owner: rag
--

ALTER TABLE public.collection_synonyms ENABLE ROW LEVEL SECURITY;

--
-- Name: collections; Type: ROW SECURITY; Schema: public; Owner: rag
--

ALTER TABLE public.collections ENABLE ROW LEVEL SECURITY;

--
-- Name: chunk_lexemes deletes; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY deletes ON public.chunk_lexemes FOR DELETE TO rag_user USING ((collection_id = ANY (( SELECT public.writable() AS writable)::uuid[])));


--
-- Name: collections deletes; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY deletes ON public.collections FOR DELETE TO rag_user USING ((owner_id = ( SELECT public.asker() AS asker)));


--
-- Name: documents deletes; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY deletes ON public.documents FOR DELETE TO rag_user USING ((collection_id = ANY (( SELECT public.writable() AS writable)::uuid[])));


--
-- Name: embeddings deletes; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY deletes ON public.embeddings FOR DELETE TO rag_user USING ((collection_id = ANY (( SELECT public.writable() AS writable)::uuid[])));


--
-- Name: document_popularity; Type: ROW SECURITY; Schema: public; Owner: rag
--

ALTER TABLE public.document_popularity ENABLE ROW LEVEL SECURITY;

--
-- Name: document_versions; Type: ROW SECURITY; Schema: public; Owner: rag
--

ALTER TABLE public.document_versions ENABLE ROW LEVEL SECURITY;

--
-- Name: documents; Type: ROW SECURITY; Schema: public; Owner: rag
--

ALTER TABLE public.documents ENABLE ROW LEVEL SECURITY;

--
-- Name: embeddings; Type: ROW SECURITY; Schema: public; Owner: rag
--

ALTER TABLE public.embeddings ENABLE ROW LEVEL SECURITY;

--
-- Name: logins ends; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY ends ON public.logins FOR UPDATE TO rag_user USING ((user_id = ( SELECT public.asker() AS asker))) WITH CHECK (((user_id = ( SELECT public.asker() AS asker)) AND (revoked_at IS NOT NULL)));


--
-- Name: api_keys holds; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY holds ON public.api_keys TO rag_user USING ((user_id = ( SELECT public.asker() AS asker)));


--
-- Name: chat_messages holds; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY holds ON public.chat_messages TO rag_user USING ((EXISTS ( SELECT
   FROM public.chat_sessions s
  WHERE (s.id = chat_messages.session_id))));


--
-- Name: chat_sessions holds; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY holds ON public.chat_sessions TO rag_user USING ((user_id = ( SELECT public.asker() AS asker)));


--
-- Name: invitations; Type: ROW SECURITY; Schema: public; Owner: rag
--

ALTER TABLE public.invitations ENABLE ROW LEVEL SECURITY;

--
-- Name: jobs; Type: ROW SECURITY; Schema: public; Owner: rag
--

ALTER TABLE public.jobs ENABLE ROW LEVEL SECURITY;

--
-- Name: collection_members leaves; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY leaves ON public.collection_members FOR DELETE TO rag_user USING ((user_id = ( SELECT public.asker() AS asker)));


--
-- Name: lexemes; Type: ROW SECURITY; Schema: public; Owner: rag
--

ALTER TABLE public.lexemes ENABLE ROW LEVEL SECURITY;

--
-- Name: lexical_statistics; Type: ROW SECURITY; Schema: public; Owner: rag
--

ALTER TABLE public.lexical_statistics ENABLE ROW LEVEL SECURITY;

--
-- Name: login_tokens; Type: ROW SECURITY; Schema: public; Owner: rag
--

ALTER TABLE public.login_tokens ENABLE ROW LEVEL SECURITY;

--
-- Name: logins; Type: ROW SECURITY; Schema: public; Owner: rag
--

ALTER TABLE public.logins ENABLE ROW LEVEL SECURITY;

--
-- Name: invitations manages; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY manages ON public.invitations TO rag_user USING (((organisation_id = ( SELECT public.asker_organisation() AS asker_organisation)) AND ( SELECT public.administers() AS administers)));


--
-- Name: api_keys opens; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY opens ON public.api_keys TO rag_door USING (true);


--
-- Name: collection_links opens; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY opens ON public.collection_links TO rag_door USING (true);


--
-- Name: invitations opens; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY opens ON public.invitations TO rag_door USING (true);


--
-- Name: login_tokens opens; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY opens ON public.login_tokens TO rag_door USING (true);


--
-- Name: logins opens; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY opens ON public.logins TO rag_door USING (true);


--
-- Name: organisations opens; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY opens ON public.organisations TO rag_door USING (true);


--
-- Name: users opens; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY opens ON public.users TO rag_door USING (true);


--
-- Name: organisation_usage; Type: ROW SECURITY; Schema: public; Owner: rag
--

ALTER TABLE public.organisation_usage ENABLE ROW LEVEL SECURITY;

--
-- Name: organisations; Type: ROW SECURITY; Schema: public; Owner: rag
--

ALTER TABLE public.organisations ENABLE ROW LEVEL SECURITY;

--
-- Name: audit_events reads; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY reads ON public.audit_events FOR SELECT TO rag_user USING (((organisation_id = ( SELECT public.asker_organisation() AS asker_organisation)) AND ( SELECT public.administers() AS administers)));


--
-- Name: chunk_lexemes reads; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY reads ON public.chunk_lexemes FOR SELECT TO rag_user USING ((collection_id = ANY (( SELECT public.visible() AS visible)::uuid[])));


--
-- Name: chunks reads; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY reads ON public.chunks FOR SELECT TO rag_user USING ((collection_id = ANY (( SELECT public.visible() AS visible)::uuid[])));


--
-- Name: collection_members reads; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY reads ON public.collection_members FOR SELECT TO rag_user USING ((collection_id = ANY (( SELECT public.visible() AS visible)::uuid[])));


--
-- Name: collection_synonyms reads; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY reads ON public.collection_synonyms FOR SELECT TO rag_user USING ((collection_id = ANY (( SELECT public.visible() AS visible)::uuid[])));


--
-- Name: collections reads; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY reads ON public.collections FOR SELECT TO rag_user USING (((id = ANY (( SELECT public.visible() AS visible)::uuid[])) OR (owner_id = ( SELECT public.asker() AS asker))));


--
-- Name: document_popularity reads; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY reads ON public.document_popularity FOR SELECT TO rag_user USING ((collection_id = ANY (( SELECT public.visible() AS visible)::uuid[])));


--
-- Name: document_versions reads; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY reads ON public.document_versions FOR SELECT TO rag_user USING ((collection_id = ANY (( SELECT public.visible() AS visible)::uuid[])));


--
-- Name: documents reads; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY reads ON public.documents FOR SELECT TO rag_user USING ((collection_id = ANY (( SELECT public.visible() AS visible)::uuid[])));


--
-- Name: embeddings reads; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY reads ON public.embeddings FOR SELECT TO rag_user USING ((collection_id = ANY (( SELECT public.visible() AS visible)::uuid[])));


--
-- Name: jobs reads; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY reads ON public.jobs FOR SELECT TO rag_user USING ((collection_id = ANY (( SELECT public.visible() AS visible)::uuid[])));


--
-- Name: lexemes reads; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY reads ON public.lexemes FOR SELECT TO rag_user USING ((collection_id = ANY (( SELECT public.visible() AS visible)::uuid[])));


--
-- Name: lexical_statistics reads; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY reads ON public.lexical_statistics FOR SELECT TO rag_user USING ((collection_id = ANY (( SELECT public.visible() AS visible)::uuid[])));


--
-- Name: logins reads; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY reads ON public.logins FOR SELECT TO rag_user USING ((user_id = ( SELECT public.asker() AS asker)));


--
-- Name: organisation_usage reads; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY reads ON public.organisation_usage FOR SELECT TO rag_user USING ((organisation_id = ( SELECT public.asker_organisation() AS asker_organisation)));


--
-- Name: organisations reads; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY reads ON public.organisations FOR SELECT TO rag_user USING ((id = ( SELECT public.asker_organisation() AS asker_organisation)));


--
-- Name: users reads; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY reads ON public.users FOR SELECT TO rag_user USING ((organisation_id = ( SELECT public.asker_organisation() AS asker_organisation)));


--
-- Name: version_contents reads; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY reads ON public.version_contents FOR SELECT TO rag_user USING ((EXISTS ( SELECT
   FROM public.document_versions v
  WHERE (v.id = version_contents.version_id))));


--
-- Name: version_texts reads; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY reads ON public.version_texts FOR SELECT TO rag_user USING ((EXISTS ( SELECT
   FROM public.document_versions v
  WHERE (v.id = version_texts.version_id))));


--
-- Name: collection_synonyms sets; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY sets ON public.collection_synonyms TO rag_user USING ((EXISTS ( SELECT
   FROM public.collections c
  WHERE ((c.id = collection_synonyms.collection_id) AND (c.owner_id = ( SELECT public.asker() AS asker))))));


--
-- Name: collection_links shares; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY shares ON public.collection_links TO rag_user USING ((EXISTS ( SELECT
   FROM public.collections c
  WHERE ((c.id = collection_links.collection_id) AND (c.owner_id = ( SELECT public.asker() AS asker))))));


--
-- Name: collection_members shares; Type: POLICY; Schema: public; Owner: rag
--

CREATE POLICY shares ON public.collection_members TO rag_user USING ((EXISTS ( SELECT
   FROM public.collections c
  WHERE ((c.id = collection_members.collection_id) AND (c.owner_id = ( SELECT public.asker() AS asker))))));


--
-- Name: users; Type: ROW SECURITY; Schema: public; Owner: rag
--

ALTER TABLE public.users ENABLE ROW LEVEL SECURITY;

--
-- Name: version_contents; Type: ROW SECURITY; Schema: public; Owner: rag
--

ALTER TABLE public.version_contents ENABLE ROW LEVEL SECURITY;

--
-- Name: version_texts; Type: ROW SECURITY; Schema: public; Owner: rag
--

ALTER TABLE public.version_texts ENABLE ROW LEVEL SECURITY;

--
-- Name: SCHEMA public; Type: ACL; Schema: -; Owner: pg_database_owner
--

GRANT USAGE ON SCHEMA public TO rag_user;
GRANT USAGE ON SCHEMA public TO rag_door;
GRANT USAGE ON SCHEMA public TO rag_worker;
GRANT USAGE ON SCHEMA public TO rag_rules;


--
-- Name: SCHEMA search; Type: ACL; Schema: -; Owner: rag
--

GRANT USAGE ON SCHEMA search TO rag_user;
GRANT USAGE ON SCHEMA search TO rag_rules;


--
-- Name: FUNCTION add_tokens(p_organisation uuid, p_tokens bigint); Type: ACL; Schema: public; Owner: rag_rules
--

REVOKE ALL ON FUNCTION public.add_tokens(p_organisation uuid, p_tokens bigint) FROM PUBLIC;


--
-- Name: FUNCTION audit_change(); Type: ACL; Schema: public; Owner: rag_rules
--

REVOKE ALL ON FUNCTION public.audit_change() FROM PUBLIC;


--
-- Name: FUNCTION build_embedding_index(p_model integer); Type: ACL; Schema: public; Owner: rag
--

REVOKE ALL ON FUNCTION public.build_embedding_index(p_model integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.build_embedding_index(p_model integer) TO rag_worker;
GRANT ALL ON FUNCTION public.build_embedding_index(p_model integer) TO rag_rules;


--
-- Name: FUNCTION count_citations(); Type: ACL; Schema: public; Owner: rag_rules
--

REVOKE ALL ON FUNCTION public.count_citations() FROM PUBLIC;


--
-- Name: FUNCTION count_deleted(); Type: ACL; Schema: public; Owner: rag_rules
--

REVOKE ALL ON FUNCTION public.count_deleted() FROM PUBLIC;


--
-- Name: FUNCTION count_deleted_collection(); Type: ACL; Schema: public; Owner: rag_rules
--

REVOKE ALL ON FUNCTION public.count_deleted_collection() FROM PUBLIC;


--
-- Name: FUNCTION count_stored(); Type: ACL; Schema: public; Owner: rag_rules
--

REVOKE ALL ON FUNCTION public.count_stored() FROM PUBLIC;


--
-- Name: FUNCTION count_tokens(); Type: ACL; Schema: public; Owner: rag_rules
--

REVOKE ALL ON FUNCTION public.count_tokens() FROM PUBLIC;


--
-- Name: PROCEDURE enter(IN p_user uuid, IN p_link uuid, IN p_writes boolean, IN p_request uuid); Type: ACL; Schema: public; Owner: rag_rules
--

REVOKE ALL ON PROCEDURE public.enter(IN p_user uuid, IN p_link uuid, IN p_writes boolean, IN p_request uuid) FROM PUBLIC;
GRANT ALL ON PROCEDURE public.enter(IN p_user uuid, IN p_link uuid, IN p_writes boolean, IN p_request uuid) TO rag_user;


--
-- Name: FUNCTION forget_chunk_lexemes(); Type: ACL; Schema: public; Owner: rag_rules
--

REVOKE ALL ON FUNCTION public.forget_chunk_lexemes() FROM PUBLIC;


--
-- Name: FUNCTION index_chunk_lexemes(p_version uuid, p_first integer, p_last integer); Type: ACL; Schema: public; Owner: rag_rules
--

REVOKE ALL ON FUNCTION public.index_chunk_lexemes(p_version uuid, p_first integer, p_last integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.index_chunk_lexemes(p_version uuid, p_first integer, p_last integer) TO rag_worker;


--
-- Name: FUNCTION open_usage(); Type: ACL; Schema: public; Owner: rag_rules
--

REVOKE ALL ON FUNCTION public.open_usage() FROM PUBLIC;


--
-- Name: FUNCTION register_embedding_model(p_name text, p_dimensions integer, p_metric text, p_index_kind text, p_hnsw_m integer, p_hnsw_ef_construction integer, p_ivfflat_lists integer); Type: ACL; Schema: public; Owner: rag
--

REVOKE ALL ON FUNCTION public.register_embedding_model(p_name text, p_dimensions integer, p_metric text, p_index_kind text, p_hnsw_m integer, p_hnsw_ef_construction integer, p_ivfflat_lists integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.register_embedding_model(p_name text, p_dimensions integer, p_metric text, p_index_kind text, p_hnsw_m integer, p_hnsw_ef_construction integer, p_ivfflat_lists integer) TO rag_worker;
GRANT ALL ON FUNCTION public.register_embedding_model(p_name text, p_dimensions integer, p_metric text, p_index_kind text, p_hnsw_m integer, p_hnsw_ef_construction integer, p_ivfflat_lists integer) TO rag_rules;


--
-- Name: FUNCTION reindex_version(p_version uuid); Type: ACL; Schema: public; Owner: rag
--

REVOKE ALL ON FUNCTION public.reindex_version(p_version uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.reindex_version(p_version uuid) TO rag_worker;
GRANT ALL ON FUNCTION public.reindex_version(p_version uuid) TO rag_rules;


--
-- Name: FUNCTION spend_tokens(p_tokens bigint); Type: ACL; Schema: public; Owner: rag_rules
--

REVOKE ALL ON FUNCTION public.spend_tokens(p_tokens bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION public.spend_tokens(p_tokens bigint) TO rag_user;


--
-- Name: FUNCTION writable(); Type: ACL; Schema: public; Owner: rag_rules
--

REVOKE ALL ON FUNCTION public.writable() FROM PUBLIC;
GRANT ALL ON FUNCTION public.writable() TO rag_user;


--
-- Name: TABLE api_keys; Type: ACL; Schema: public; Owner: rag
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.api_keys TO rag_rules;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.api_keys TO rag_worker;
GRANT INSERT,DELETE ON TABLE public.api_keys TO rag_user;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.api_keys TO rag_door;


--
-- Name: COLUMN api_keys.id; Type: ACL; Schema: public; Owner: rag
--

GRANT SELECT(id) ON TABLE public.api_keys TO rag_user;


--
-- Name: COLUMN api_keys.user_id; Type: ACL; Schema: public; Owner: rag
--

GRANT SELECT(user_id) ON TABLE public.api_keys TO rag_user;


--
-- Name: COLUMN api_keys.name; Type: ACL; Schema: public; Owner: rag
--

GRANT SELECT(name) ON TABLE public.api_keys TO rag_user;


--
-- Name: COLUMN api_keys.prefix; Type: ACL; Schema: public; Owner: rag
--

GRANT SELECT(prefix) ON TABLE public.api_keys TO rag_user;


--
-- Name: COLUMN api_keys.scopes; Type: ACL; Schema: public; Owner: rag
--

GRANT SELECT(scopes) ON TABLE public.api_keys TO rag_user;


--
-- Name: COLUMN api_keys.created_at; Type: ACL; Schema: public; Owner: rag
--

GRANT SELECT(created_at) ON TABLE public.api_keys TO rag_user;


--
-- Name: COLUMN api_keys.expires_at; Type: ACL; Schema: public; Owner: rag
--

GRANT SELECT(expires_at) ON TABLE public.api_keys TO rag_user;


--
-- Name: COLUMN api_keys.last_used_at; Type: ACL; Schema: public; Owner: rag
--

GRANT SELECT(last_used_at) ON TABLE public.api_keys TO rag_user;


--
-- Name: TABLE audit_events; Type: ACL; Schema: public; Owner: rag
--

GRANT SELECT,INSERT ON TABLE public.audit_events TO rag_rules;
GRANT SELECT ON TABLE public.audit_events TO rag_worker;
GRANT SELECT ON TABLE public.audit_events TO rag_user;


--
-- Name: TABLE chat_messages; Type: ACL; Schema: public; Owner: rag
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.chat_messages TO rag_rules;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.chat_messages TO rag_worker;
GRANT SELECT,INSERT ON TABLE public.chat_messages TO rag_user;


--
-- Name: TABLE chat_sessions; Type: ACL; Schema: public; Owner: rag
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.chat_sessions TO rag_rules;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.chat_sessions TO rag_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.chat_sessions TO rag_user;


--
-- Name: TABLE chunk_lexemes; Type: ACL; Schema: public; Owner: rag
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.chunk_lexemes TO rag_rules;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.chunk_lexemes TO rag_worker;
GRANT SELECT,DELETE ON TABLE public.chunk_lexemes TO rag_user;


--
-- Name: TABLE chunks; Type: ACL; Schema: public; Owner: rag
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.chunks TO rag_rules;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.chunks TO rag_worker;
GRANT SELECT ON TABLE public.chunks TO rag_user;


--
-- Name: TABLE collection_links; Type: ACL; Schema: public; Owner: rag
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.collection_links TO rag_rules;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.collection_links TO rag_worker;
GRANT INSERT,DELETE ON TABLE public.collection_links TO rag_user;
GRANT SELECT ON TABLE public.collection_links TO rag_door;


--
-- Name: COLUMN collection_links.id; Type: ACL; Schema: public; Owner: rag
--

GRANT SELECT(id) ON TABLE public.collection_links TO rag_user;


--
-- Name: COLUMN collection_links.collection_id; Type: ACL; Schema: public; Owner: rag
--

GRANT SELECT(collection_id) ON TABLE public.collection_links TO rag_user;


--
-- Name: COLUMN collection_links.created_at; Type: ACL; Schema: public; Owner: rag
--

GRANT SELECT(created_at) ON TABLE public.collection_links TO rag_user;


--
-- Name: COLUMN collection_links.expires_at; Type: ACL; Schema: public; Owner: rag
--

GRANT SELECT(expires_at) ON TABLE public.collection_links TO rag_user;


--
-- Name: TABLE collection_members; Type: ACL; Schema: public; Owner: rag
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.collection_members TO rag_rules;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.collection_members TO rag_worker;
GRANT SELECT,INSERT,DELETE ON TABLE public.collection_members TO rag_user;


--
-- Name: COLUMN collection_members.role; Type: ACL; Schema: public; Owner: rag
--

GRANT UPDATE(role) ON TABLE public.collection_members TO rag_user;


--
-- Name: TABLE collection_synonyms; Type: ACL; Schema: public; Owner: rag
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.collection_synonyms TO rag_rules;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.collection_synonyms TO rag_worker;
GRANT SELECT,INSERT,DELETE ON TABLE public.collection_synonyms TO rag_user;


--
-- Name: TABLE collections; Type: ACL; Schema: public; Owner: rag
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.collections TO rag_rules;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.collections TO rag_worker;
GRANT SELECT,INSERT,DELETE ON TABLE public.collections TO rag_user;


--
-- Name: COLUMN collections.name; Type: ACL; Schema: public; Owner: rag
--

GRANT UPDATE(name) ON TABLE public.collections TO rag_user;


--
-- Name: COLUMN collections.description; Type: ACL; Schema: public; Owner: rag
--

GRANT UPDATE(description) ON TABLE public.collections TO rag_user;


--
-- Name: TABLE document_popularity; Type: ACL; Schema: public; Owner: rag
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.document_popularity TO rag_rules;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.document_popularity TO rag_worker;
GRANT SELECT ON TABLE public.document_popularity TO rag_user;


--
-- Name: TABLE document_versions; Type: ACL; Schema: public; Owner: rag
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.document_versions TO rag_rules;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.document_versions TO rag_worker;
GRANT SELECT ON TABLE public.document_versions TO rag_user;


--
-- Name: COLUMN document_versions.id; Type: ACL; Schema: public; Owner: rag
--

GRANT INSERT(id) ON TABLE public.document_versions TO rag_user;


--
-- Name: COLUMN document_versions.document_id; Type: ACL; Schema: public; Owner: rag
--

GRANT INSERT(document_id) ON TABLE public.document_versions TO rag_user;


--
-- Name: COLUMN document_versions.number; Type: ACL; Schema: public; Owner: rag
--

GRANT INSERT(number) ON TABLE public.document_versions TO rag_user;


--
-- Name: COLUMN document_versions.content_sha256; Type: ACL; Schema: public; Owner: rag
--

GRANT INSERT(content_sha256) ON TABLE public.document_versions TO rag_user;


--
-- Name: COLUMN document_versions.size_bytes; Type: ACL; Schema: public; Owner: rag
--

GRANT INSERT(size_bytes) ON TABLE public.document_versions TO rag_user;


--
-- Name: COLUMN document_versions.collection_id; Type: ACL; Schema: public; Owner: rag
--

GRANT INSERT(collection_id) ON TABLE public.document_versions TO rag_user;


--
-- Name: TABLE documents; Type: ACL; Schema: public; Owner: rag
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.documents TO rag_rules;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.documents TO rag_worker;
GRANT SELECT,DELETE ON TABLE public.documents TO rag_user;


--
-- Name: COLUMN documents.id; Type: ACL; Schema: public; Owner: rag
--

GRANT INSERT(id) ON TABLE public.documents TO rag_user;


--
-- Name: COLUMN documents.collection_id; Type: ACL; Schema: public; Owner: rag
--

GRANT INSERT(collection_id) ON TABLE public.documents TO rag_user;


--
-- Name: COLUMN documents.title; Type: ACL; Schema: public; Owner: rag
--

GRANT INSERT(title) ON TABLE public.documents TO rag_user;


--
-- Name: COLUMN documents.source; Type: ACL; Schema: public; Owner: rag
--

GRANT INSERT(source) ON TABLE public.documents TO rag_user;


--
-- Name: COLUMN documents.media_type; Type: ACL; Schema: public; Owner: rag
--

GRANT INSERT(media_type) ON TABLE public.documents TO rag_user;


--
-- Name: COLUMN documents.metadata; Type: ACL; Schema: public; Owner: rag
--

GRANT INSERT(metadata) ON TABLE public.documents TO rag_user;


--
-- Name: COLUMN documents.content_sha256; Type: ACL; Schema: public; Owner: rag
--

GRANT INSERT(content_sha256) ON TABLE public.documents TO rag_user;


--
-- Name: TABLE embedding_models; Type: ACL; Schema: public; Owner: rag
--

GRANT SELECT ON TABLE public.embedding_models TO rag_user;
GRANT SELECT,UPDATE ON TABLE public.embedding_models TO rag_worker;
GRANT SELECT ON TABLE public.embedding_models TO rag_rules;


--
-- Name: SEQUENCE embedding_models_id_seq; Type: ACL; Schema: public; Owner: rag
--

GRANT USAGE ON SEQUENCE public.embedding_models_id_seq TO rag_rules;
GRANT USAGE ON SEQUENCE public.embedding_models_id_seq TO rag_worker;


--
-- Name: TABLE embeddings; Type: ACL; Schema: public; Owner: rag
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.embeddings TO rag_rules;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.embeddings TO rag_worker;
GRANT SELECT,DELETE ON TABLE public.embeddings TO rag_user;


--
-- Name: TABLE invitations; Type: ACL; Schema: public; Owner: rag
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.invitations TO rag_rules;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.invitations TO rag_worker;
GRANT INSERT,DELETE ON TABLE public.invitations TO rag_user;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.invitations TO rag_door;


--
-- Name: COLUMN invitations.id; Type: ACL; Schema: public; Owner: rag
--

GRANT SELECT(id) ON TABLE public.invitations TO rag_user;


--
-- Name: COLUMN invitations.organisation_id; Type: ACL; Schema: public; Owner: rag
--

GRANT SELECT(organisation_id) ON TABLE public.invitations TO rag_user;


--
-- Name: COLUMN invitations.email; Type: ACL; Schema: public; Owner: rag
--

GRANT SELECT(email) ON TABLE public.invitations TO rag_user;


--
-- Name: COLUMN invitations.role; Type: ACL; Schema: public; Owner: rag
--

GRANT SELECT(role) ON TABLE public.invitations TO rag_user;


--
-- Name: COLUMN invitations.expires_at; Type: ACL; Schema: public; Owner: rag
--

GRANT SELECT(expires_at) ON TABLE public.invitations TO rag_user;


--
-- Name: COLUMN invitations.created_at; Type: ACL; Schema: public; Owner: rag
--

GRANT SELECT(created_at) ON TABLE public.invitations TO rag_user;


--
-- Name: TABLE jobs; Type: ACL; Schema: public; Owner: rag
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.jobs TO rag_rules;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.jobs TO rag_worker;
GRANT SELECT ON TABLE public.jobs TO rag_user;


--
-- Name: COLUMN jobs.id; Type: ACL; Schema: public; Owner: rag
--

GRANT INSERT(id) ON TABLE public.jobs TO rag_user;


--
-- Name: COLUMN jobs.kind; Type: ACL; Schema: public; Owner: rag
--

GRANT INSERT(kind) ON TABLE public.jobs TO rag_user;


--
-- Name: COLUMN jobs.state; Type: ACL; Schema: public; Owner: rag
--

GRANT UPDATE(state) ON TABLE public.jobs TO rag_user;


--
-- Name: COLUMN jobs.collection_id; Type: ACL; Schema: public; Owner: rag
--

GRANT INSERT(collection_id) ON TABLE public.jobs TO rag_user;


--
-- Name: COLUMN jobs.document_id; Type: ACL; Schema: public; Owner: rag
--

GRANT INSERT(document_id) ON TABLE public.jobs TO rag_user;


--
-- Name: COLUMN jobs.version_id; Type: ACL; Schema: public; Owner: rag
--

GRANT INSERT(version_id) ON TABLE public.jobs TO rag_user;


--
-- Name: COLUMN jobs.title; Type: ACL; Schema: public; Owner: rag
--

GRANT INSERT(title) ON TABLE public.jobs TO rag_user;


--
-- Name: COLUMN jobs.size_bytes; Type: ACL; Schema: public; Owner: rag
--

GRANT INSERT(size_bytes) ON TABLE public.jobs TO rag_user;


--
-- Name: COLUMN jobs.run_after; Type: ACL; Schema: public; Owner: rag
--

GRANT UPDATE(run_after) ON TABLE public.jobs TO rag_user;


--
-- Name: COLUMN jobs.leased_until; Type: ACL; Schema: public; Owner: rag
--

GRANT UPDATE(leased_until) ON TABLE public.jobs TO rag_user;


--
-- Name: COLUMN jobs.stage; Type: ACL; Schema: public; Owner: rag
--

GRANT UPDATE(stage) ON TABLE public.jobs TO rag_user;


--
-- Name: COLUMN jobs.problem; Type: ACL; Schema: public; Owner: rag
--

GRANT UPDATE(problem) ON TABLE public.jobs TO rag_user;


--
-- Name: COLUMN jobs.finished_at; Type: ACL; Schema: public; Owner: rag
--

GRANT UPDATE(finished_at) ON TABLE public.jobs TO rag_user;


--
-- Name: TABLE lexemes; Type: ACL; Schema: public; Owner: rag
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.lexemes TO rag_rules;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.lexemes TO rag_worker;
GRANT SELECT ON TABLE public.lexemes TO rag_user;


--
-- Name: SEQUENCE lexemes_id_seq; Type: ACL; Schema: public; Owner: rag
--

GRANT USAGE ON SEQUENCE public.lexemes_id_seq TO rag_rules;
GRANT USAGE ON SEQUENCE public.lexemes_id_seq TO rag_worker;


--
-- Name: TABLE lexical_statistics; Type: ACL; Schema: public; Owner: rag
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.lexical_statistics TO rag_rules;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.lexical_statistics TO rag_worker;
GRANT SELECT ON TABLE public.lexical_statistics TO rag_user;


--
-- Name: TABLE login_tokens; Type: ACL; Schema: public; Owner: rag
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.login_tokens TO rag_rules;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.login_tokens TO rag_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.login_tokens TO rag_door;


--
-- Name: TABLE logins; Type: ACL; Schema: public; Owner: rag
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.logins TO rag_rules;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.logins TO rag_worker;
GRANT SELECT ON TABLE public.logins TO rag_user;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.logins TO rag_door;


--
-- Name: COLUMN logins.revoked_at; Type: ACL; Schema: public; Owner: rag
--

GRANT UPDATE(revoked_at) ON TABLE public.logins TO rag_user;


--
-- Name: TABLE organisation_usage; Type: ACL; Schema: public; Owner: rag
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.organisation_usage TO rag_rules;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.organisation_usage TO rag_worker;
GRANT SELECT ON TABLE public.organisation_usage TO rag_user;


--
-- Name: TABLE organisations; Type: ACL; Schema: public; Owner: rag
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.organisations TO rag_rules;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.organisations TO rag_worker;
GRANT SELECT ON TABLE public.organisations TO rag_user;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.organisations TO rag_door;


--
-- Name: COLUMN organisations.name; Type: ACL; Schema: public; Owner: rag
--

GRANT UPDATE(name) ON TABLE public.organisations TO rag_user;


--
-- Name: TABLE users; Type: ACL; Schema: public; Owner: rag
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.users TO rag_rules;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.users TO rag_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.users TO rag_door;


--
-- Name: COLUMN users.id; Type: ACL; Schema: public; Owner: rag
--

GRANT SELECT(id) ON TABLE public.users TO rag_user;


--
-- Name: COLUMN users.email; Type: ACL; Schema: public; Owner: rag
--

GRANT SELECT(email) ON TABLE public.users TO rag_user;


--
-- Name: COLUMN users.display_name; Type: ACL; Schema: public; Owner: rag
--

GRANT SELECT(display_name) ON TABLE public.users TO rag_user;


--
-- Name: COLUMN users.created_at; Type: ACL; Schema: public; Owner: rag
--

GRANT SELECT(created_at) ON TABLE public.users TO rag_user;


--
-- Name: COLUMN users.updated_at; Type: ACL; Schema: public; Owner: rag
--

GRANT SELECT(updated_at) ON TABLE public.users TO rag_user;


--
-- Name: COLUMN users.organisation_id; Type: ACL; Schema: public; Owner: rag
--

GRANT SELECT(organisation_id) ON TABLE public.users TO rag_user;


--
-- Name: COLUMN users.role; Type: ACL; Schema: public; Owner: rag
--

GRANT SELECT(role),UPDATE(role) ON TABLE public.users TO rag_user;


--
-- Name: COLUMN users.state; Type: ACL; Schema: public; Owner: rag
--

GRANT SELECT(state),UPDATE(state) ON TABLE public.users TO rag_user;


--
-- Name: TABLE version_contents; Type: ACL; Schema: public; Owner: rag
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.version_contents TO rag_rules;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.version_contents TO rag_worker;
GRANT SELECT,INSERT ON TABLE public.version_contents TO rag_user;


--
-- Name: TABLE version_texts; Type: ACL; Schema: public; Owner: rag
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.version_texts TO rag_rules;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.version_texts TO rag_worker;
GRANT SELECT ON TABLE public.version_texts TO rag_user;


--
-- Name: TABLE chunk_lexemes; Type: ACL; Schema: search; Owner: rag_rules
--

GRANT SELECT ON TABLE search.chunk_lexemes TO rag_user;


--
-- Name: TABLE documents; Type: ACL; Schema: search; Owner: rag_rules
--

GRANT SELECT ON TABLE search.documents TO rag_user;


--
-- Name: TABLE embeddings; Type: ACL; Schema: search; Owner: rag_rules
--

GRANT SELECT ON TABLE search.embeddings TO rag_user;


--
-- PostgreSQL database dump complete
--


