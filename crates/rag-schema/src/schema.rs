// @generated automatically by Diesel CLI.

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    answer_feedback (message_id) {
        message_id -> Uuid,
        session_id -> Uuid,
        user_id -> Uuid,
        rating -> Text,
        reason -> Nullable<Text>,
        comment -> Nullable<Text>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    api_keys (id) {
        id -> Uuid,
        user_id -> Uuid,
        name -> Text,
        prefix -> Text,
        sha256 -> Bytea,
        scopes -> Array<Nullable<Text>>,
        created_at -> Timestamptz,
        expires_at -> Nullable<Timestamptz>,
        last_used_at -> Nullable<Timestamptz>,
        made_by_key_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    audit_events (id) {
        id -> Uuid,
        organisation_id -> Uuid,
        actor_id -> Nullable<Uuid>,
        action -> Text,
        object_id -> Nullable<Uuid>,
        request_id -> Nullable<Uuid>,
        details -> Jsonb,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    chat_messages (id) {
        id -> Uuid,
        session_id -> Uuid,
        ordinal -> Int4,
        sender -> Text,
        text -> Text,
        outcome -> Nullable<Text>,
        retrieved_chunk_ids -> Array<Nullable<Uuid>>,
        citations -> Jsonb,
        answered_by -> Nullable<Text>,
        timings -> Jsonb,
        prompt_tokens -> Nullable<Int4>,
        completion_tokens -> Nullable<Int4>,
        created_at -> Timestamptz,
        question_id -> Nullable<Uuid>,
        stop_reason -> Nullable<Text>,
        parent_id -> Nullable<Uuid>,
        sentences -> Jsonb,
        prompt_version -> Nullable<Text>,
        has_round -> Bool,
        remembered -> Jsonb,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    chat_sessions (id) {
        id -> Uuid,
        user_id -> Uuid,
        title -> Text,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        active_message_id -> Nullable<Uuid>,
        archived_at -> Nullable<Timestamptz>,
        defaults -> Jsonb,
        memory -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    chat_summaries (message_id) {
        message_id -> Uuid,
        session_id -> Uuid,
        user_id -> Uuid,
        text -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    chunk_parts (chunk_id, model_id) {
        chunk_id -> Uuid,
        collection_id -> Uuid,
        model_id -> Int4,
        parts -> Jsonb,
        vectors -> Bytea,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    chunks (id) {
        id -> Uuid,
        version_id -> Uuid,
        ordinal -> Int4,
        start_offset -> Int8,
        end_offset -> Int8,
        page -> Nullable<Int4>,
        heading_path -> Array<Nullable<Text>>,
        token_count -> Int4,
        text -> Text,
        collection_id -> Uuid,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    collection_links (id) {
        id -> Uuid,
        collection_id -> Uuid,
        sha256 -> Bytea,
        created_at -> Timestamptz,
        expires_at -> Nullable<Timestamptz>,
        made_by_key_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    collection_members (user_id, collection_id) {
        collection_id -> Uuid,
        user_id -> Uuid,
        organisation_id -> Uuid,
        role -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    collection_synonyms (collection_id, ordinal) {
        collection_id -> Uuid,
        ordinal -> Int4,
        terms -> Array<Nullable<Text>>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    collections (id) {
        id -> Uuid,
        owner_id -> Uuid,
        name -> Text,
        description -> Text,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        organisation_id -> Uuid,
        model_id -> Int4,
        kind -> Text,
        defaults -> Jsonb,
        ingest_paused_at -> Nullable<Timestamptz>,
        chunk_max_tokens -> Nullable<Int4>,
        chunk_overlap_tokens -> Nullable<Int4>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    document_fetches (document_id) {
        document_id -> Uuid,
        collection_id -> Uuid,
        url -> Text,
        etag -> Nullable<Text>,
        last_modified -> Nullable<Text>,
        content_sha256 -> Bytea,
        job_id -> Nullable<Uuid>,
        checked_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    document_popularity (document_id, collection_id) {
        document_id -> Uuid,
        collection_id -> Uuid,
        citation_count -> Int8,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    document_versions (id) {
        id -> Uuid,
        document_id -> Uuid,
        number -> Int4,
        state -> Text,
        content_sha256 -> Bytea,
        size_bytes -> Int8,
        page_count -> Nullable<Int4>,
        character_count -> Int8,
        chunk_count -> Int4,
        ingest_settings -> Text,
        created_at -> Timestamptz,
        published_at -> Nullable<Timestamptz>,
        collection_id -> Uuid,
        media_type -> Text,
        superseded_at -> Nullable<Timestamptz>,
        ocr_pages -> Nullable<Jsonb>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    documents (id) {
        id -> Uuid,
        collection_id -> Uuid,
        title -> Text,
        source -> Nullable<Text>,
        media_type -> Text,
        language -> Nullable<Text>,
        text_search_config -> Text,
        metadata -> Jsonb,
        current_version_id -> Nullable<Uuid>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        source_sha256 -> Nullable<Bytea>,
        has_given_title -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    embedding_models (id) {
        id -> Int4,
        name -> Text,
        dimensions -> Int4,
        created_at -> Timestamptz,
        index_kind -> Text,
        hnsw_m -> Int4,
        hnsw_ef_construction -> Int4,
        ivfflat_lists -> Nullable<Int4>,
        search_breadth -> Nullable<Int4>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    embeddings (passage_id, model_id) {
        model_id -> Int4,
        passage_id -> Uuid,
        version_id -> Nullable<Uuid>,
        collection_id -> Uuid,
        embedding -> Halfvec,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    events (id, occurred_at) {
        id -> Uuid,
        occurred_at -> Timestamptz,
        kind -> Text,
        organisation_id -> Uuid,
        user_id -> Nullable<Uuid>,
        collection_ids -> Array<Nullable<Uuid>>,
        document_id -> Nullable<Uuid>,
        session_id -> Nullable<Uuid>,
        message_id -> Nullable<Uuid>,
        outcome -> Nullable<Text>,
        answered_by -> Nullable<Text>,
        prompt_tokens -> Nullable<Int4>,
        completion_tokens -> Nullable<Int4>,
        problem -> Nullable<Text>,
        chunk_count -> Nullable<Int8>,
        result_count -> Nullable<Int4>,
        reranked -> Nullable<Bool>,
        embedding_model -> Nullable<Text>,
        ranking_version -> Nullable<Text>,
        understanding_tokens -> Nullable<Int4>,
        understand_ms -> Nullable<Float8>,
        embed_ms -> Nullable<Float8>,
        database_ms -> Nullable<Float8>,
        rerank_ms -> Nullable<Float8>,
        answer_ms -> Nullable<Float8>,
        total_ms -> Nullable<Float8>,
        question -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    file_parts (file_id, part) {
        file_id -> Uuid,
        user_id -> Uuid,
        part -> Int4,
        bytes -> Bytea,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    files (id) {
        id -> Uuid,
        user_id -> Uuid,
        organisation_id -> Uuid,
        name -> Text,
        purpose -> Text,
        size_bytes -> Int8,
        content_sha256 -> Bytea,
        job_id -> Nullable<Uuid>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    idempotency_keys (user_id, key) {
        user_id -> Uuid,
        key -> Text,
        holder -> Uuid,
        held_until -> Nullable<Timestamptz>,
        request_sha256 -> Nullable<Bytea>,
        status -> Nullable<Int2>,
        location -> Nullable<Text>,
        body -> Nullable<Bytea>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    invitations (id) {
        id -> Uuid,
        organisation_id -> Uuid,
        email -> Text,
        role -> Text,
        invited_by -> Nullable<Uuid>,
        token_sha256 -> Bytea,
        expires_at -> Timestamptz,
        created_at -> Timestamptz,
        made_by_key_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    jobs (id) {
        id -> Uuid,
        kind -> Text,
        state -> Text,
        collection_id -> Nullable<Uuid>,
        document_id -> Nullable<Uuid>,
        version_id -> Nullable<Uuid>,
        title -> Text,
        size_bytes -> Int8,
        lease_number -> Int4,
        run_after -> Timestamptz,
        leased_until -> Nullable<Timestamptz>,
        stage -> Text,
        done_units -> Int8,
        total_units -> Nullable<Int8>,
        problem -> Nullable<Jsonb>,
        created_at -> Timestamptz,
        finished_at -> Nullable<Timestamptz>,
        payload -> Jsonb,
        priority -> Int2,
        turn -> Int8,
        failures -> Int4,
        lost_leases -> Int4,
        postponements -> Int4,
        model_id -> Nullable<Int4>,
        units_per_second -> Nullable<Float4>,
        changed_at -> Timestamptz,
        user_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    judgements (id) {
        id -> Uuid,
        collection_id -> Uuid,
        document_id -> Uuid,
        passage_sha256 -> Bytea,
        user_id -> Uuid,
        message_id -> Nullable<Uuid>,
        question -> Text,
        model_id -> Nullable<Int4>,
        question_vector -> Nullable<Halfvec>,
        weight -> Float4,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    lexemes (id) {
        id -> Int4,
        collection_id -> Uuid,
        lexeme -> Text,
        passage_count -> Int4,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    lexical_statistics (collection_id, text_search_config) {
        collection_id -> Uuid,
        text_search_config -> Text,
        passage_count -> Int8,
        lexeme_total -> Int8,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    login_tokens (sha256) {
        sha256 -> Bytea,
        login_id -> Uuid,
        kind -> Text,
        expires_at -> Timestamptz,
        used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    logins (id) {
        id -> Uuid,
        user_id -> Uuid,
        device -> Text,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        revoked_at -> Nullable<Timestamptz>,
        address -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    memories (id) {
        id -> Uuid,
        user_id -> Uuid,
        kind -> Text,
        source -> Text,
        agent -> Nullable<Text>,
        session_id -> Nullable<Uuid>,
        content -> Text,
        subject -> Nullable<Text>,
        attribute -> Nullable<Text>,
        value -> Nullable<Text>,
        importance -> Float4,
        metadata -> Jsonb,
        valid_from -> Timestamptz,
        valid_until -> Nullable<Timestamptz>,
        expires_at -> Nullable<Timestamptz>,
        is_pinned -> Bool,
        state -> Text,
        superseded_by -> Nullable<Uuid>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    memory_changes (id) {
        id -> Uuid,
        step_id -> Uuid,
        memory_id -> Uuid,
        user_id -> Uuid,
        action -> Text,
        reason -> Text,
        made_by -> Text,
        before -> Nullable<Jsonb>,
        after -> Jsonb,
        seen_added -> Int4,
        undoes -> Nullable<Uuid>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    memory_uses (memory_id) {
        memory_id -> Uuid,
        user_id -> Uuid,
        seen_count -> Int4,
        use_count -> Int4,
        last_used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    model_usage (organisation_id, user_id, day, model, purpose) {
        organisation_id -> Uuid,
        user_id -> Uuid,
        day -> Date,
        model -> Text,
        request_count -> Int8,
        prompt_tokens -> Int8,
        completion_tokens -> Int8,
        estimated_tokens -> Int8,
        cost_micros -> Int8,
        purpose -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    organisation_usage (organisation_id) {
        organisation_id -> Uuid,
        document_count -> Int8,
        size_bytes -> Int8,
        token_day -> Date,
        token_count -> Int8,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    organisations (id) {
        id -> Uuid,
        name -> Text,
        max_documents -> Nullable<Int8>,
        max_bytes -> Nullable<Int8>,
        max_tokens_per_day -> Nullable<Int8>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    passage_lexemes (passage_id) {
        passage_id -> Uuid,
        version_id -> Nullable<Uuid>,
        collection_id -> Uuid,
        text_search_config -> Text,
        length -> Int4,
        lexeme_ids -> Array<Nullable<Int4>>,
        impacts -> Sparsevec,
        tsv -> Tsvector,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    passages (id) {
        id -> Uuid,
        kind -> Text,
        collection_id -> Uuid,
        version_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    password_resets (user_id) {
        user_id -> Uuid,
        organisation_id -> Uuid,
        made_by -> Nullable<Uuid>,
        made_by_key_id -> Nullable<Uuid>,
        token_sha256 -> Bytea,
        expires_at -> Timestamptz,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    recall_measurements (id) {
        id -> Int4,
        model_id -> Int4,
        index_oid -> Int8,
        breadth -> Int4,
        recall -> Float8,
        target -> Float8,
        proposed_breadth -> Nullable<Int4>,
        proposed_recall -> Nullable<Float8>,
        samples -> Int4,
        neighbours -> Int4,
        measured_at -> Timestamptz,
        replaced_breadth -> Nullable<Int4>,
        applied_at -> Nullable<Timestamptz>,
        undone_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    rounds (id) {
        id -> Uuid,
        answer_id -> Uuid,
        session_id -> Uuid,
        user_id -> Uuid,
        said_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    server_marks (name) {
        name -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    tool_counts (tool_id) {
        tool_id -> Uuid,
        collection_id -> Uuid,
        use_count -> Int8,
        success_count -> Int8,
        success_rate -> Float4,
        last_used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    tool_uses (id, used_at) {
        id -> Uuid,
        used_at -> Timestamptz,
        tool_id -> Uuid,
        collection_id -> Uuid,
        user_id -> Uuid,
        session_id -> Nullable<Uuid>,
        outcome -> Text,
        duration_ms -> Nullable<Int4>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    tools (id) {
        id -> Uuid,
        collection_id -> Uuid,
        name -> Text,
        description -> Text,
        parameters -> Jsonb,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    turn_events (message_id, position) {
        message_id -> Uuid,
        position -> Int4,
        user_id -> Uuid,
        names -> Array<Nullable<Text>>,
        data -> Array<Nullable<Text>>,
        text -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    turns (message_id) {
        message_id -> Uuid,
        session_id -> Uuid,
        question_id -> Uuid,
        user_id -> Uuid,
        answered_by -> Text,
        started_at -> Timestamptz,
        alive_until -> Timestamptz,
        is_stop_requested -> Bool,
        ended_at -> Nullable<Timestamptz>,
        event_count -> Nullable<Int4>,
        prompt_tokens -> Nullable<Int4>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    usage_changes (id) {
        id -> Int8,
        organisation_id -> Uuid,
        document_count -> Int8,
        size_bytes -> Int8,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    users (id) {
        id -> Uuid,
        email -> Text,
        display_name -> Text,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        organisation_id -> Uuid,
        role -> Text,
        state -> Text,
        password_hash -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    version_contents (collection_id, content_sha256, part) {
        part -> Int4,
        bytes -> Bytea,
        collection_id -> Uuid,
        content_sha256 -> Bytea,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_types::*;

    version_texts (version_id, start_offset) {
        version_id -> Uuid,
        start_offset -> Int8,
        text -> Text,
    }
}

diesel::joinable!(answer_feedback -> users (user_id));
diesel::joinable!(api_keys -> users (user_id));
diesel::joinable!(audit_events -> organisations (organisation_id));
diesel::joinable!(chat_messages -> chat_sessions (session_id));
diesel::joinable!(chat_sessions -> users (user_id));
diesel::joinable!(chat_summaries -> users (user_id));
diesel::joinable!(chunk_parts -> chunks (chunk_id));
diesel::joinable!(chunks -> passages (id));
diesel::joinable!(collection_links -> api_keys (made_by_key_id));
diesel::joinable!(collection_links -> collections (collection_id));
diesel::joinable!(collection_synonyms -> collections (collection_id));
diesel::joinable!(collections -> embedding_models (model_id));
diesel::joinable!(document_fetches -> jobs (job_id));
diesel::joinable!(documents -> collections (collection_id));
diesel::joinable!(embeddings -> embedding_models (model_id));
diesel::joinable!(embeddings -> passages (passage_id));
diesel::joinable!(events -> organisations (organisation_id));
diesel::joinable!(events -> users (user_id));
diesel::joinable!(files -> jobs (job_id));
diesel::joinable!(idempotency_keys -> users (user_id));
diesel::joinable!(invitations -> api_keys (made_by_key_id));
diesel::joinable!(invitations -> organisations (organisation_id));
diesel::joinable!(invitations -> users (invited_by));
diesel::joinable!(jobs -> collections (collection_id));
diesel::joinable!(jobs -> embedding_models (model_id));
diesel::joinable!(jobs -> users (user_id));
diesel::joinable!(judgements -> answer_feedback (message_id));
diesel::joinable!(judgements -> embedding_models (model_id));
diesel::joinable!(judgements -> users (user_id));
diesel::joinable!(lexemes -> collections (collection_id));
diesel::joinable!(lexical_statistics -> collections (collection_id));
diesel::joinable!(login_tokens -> logins (login_id));
diesel::joinable!(logins -> users (user_id));
diesel::joinable!(memories -> passages (id));
diesel::joinable!(memories -> users (user_id));
diesel::joinable!(memory_changes -> memories (memory_id));
diesel::joinable!(memory_uses -> memories (memory_id));
diesel::joinable!(organisation_usage -> organisations (organisation_id));
diesel::joinable!(passage_lexemes -> passages (passage_id));
diesel::joinable!(passages -> collections (collection_id));
diesel::joinable!(password_resets -> api_keys (made_by_key_id));
diesel::joinable!(recall_measurements -> embedding_models (model_id));
diesel::joinable!(rounds -> passages (id));
diesel::joinable!(rounds -> users (user_id));
diesel::joinable!(tool_counts -> tools (tool_id));
diesel::joinable!(tool_uses -> tools (tool_id));
diesel::joinable!(tool_uses -> users (user_id));
diesel::joinable!(tools -> collections (collection_id));
diesel::joinable!(tools -> passages (id));
diesel::joinable!(turn_events -> turns (message_id));
diesel::joinable!(users -> organisations (organisation_id));
diesel::joinable!(version_contents -> collections (collection_id));
diesel::joinable!(version_texts -> document_versions (version_id));

diesel::allow_tables_to_appear_in_same_query!(
    answer_feedback,
    api_keys,
    audit_events,
    chat_messages,
    chat_sessions,
    chat_summaries,
    chunk_parts,
    chunks,
    collection_links,
    collection_members,
    collection_synonyms,
    collections,
    document_fetches,
    document_popularity,
    document_versions,
    documents,
    embedding_models,
    embeddings,
    events,
    file_parts,
    files,
    idempotency_keys,
    invitations,
    jobs,
    judgements,
    lexemes,
    lexical_statistics,
    login_tokens,
    logins,
    memories,
    memory_changes,
    memory_uses,
    model_usage,
    organisation_usage,
    organisations,
    passage_lexemes,
    passages,
    password_resets,
    recall_measurements,
    rounds,
    server_marks,
    tool_counts,
    tool_uses,
    tools,
    turn_events,
    turns,
    usage_changes,
    users,
    version_contents,
    version_texts,
);
