//! Row-level security by itself: queries that forget to ask whose a row is show nothing that is not the asker's.

use std::collections::BTreeMap;

use diesel::{
    Connection, PgConnection, QueryableByName, RunQueryDsl,
    connection::SimpleConnection,
    sql_types::{BigInt, Text},
};
use rag_repo::{
    Actor, RepoError, api_keys, chunk_parts, clock, documents, events, invitations,
    invitations::NewInvitation,
    jobs, links, logins,
    logins::NewLogin,
    members, messages,
    search::{Corpus, DensePlan, LexicalQuery, Scope, similarities, word_scores},
    sessions, synonyms, users,
};
use rag_schema::{
    enums::{
        JobKind, MemberRole, Outcome, Role, Scope as KeyScope, Sender, SessionMemory, TokenKind, UserState,
    },
    ids::{ApiKeyId, DocumentId, JobId, MessageId, SessionId, UserId},
    models::{
        ChunkParts, CollectionMember, NewApiKey, NewChatMessage, NewChatSession, NewDocument, NewJob,
        NewUser, Scopes,
    },
};
use serde_json::json;

use crate::fixture::{
    APPROXIMATE, Fixture, Stored, as_user, best_by_words, nearest, new_user, parse_words, vector_of,
};

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

fn names(conn: &mut PgConnection, sql: &str) -> Vec<String> {
    let rows: Vec<Name> = diesel::sql_query(sql).load(conn).expect(sql);
    rows.into_iter().map(|row| row.name).collect()
}

/// Every table and view that the app's role may read at least a column of.
fn readable(conn: &mut PgConnection) -> Vec<String> {
    names(
        conn,
        "SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname IN ('public', 'search') AND c.relkind IN ('r', 'p', 'v') AND NOT c.relispartition
           AND has_any_column_privilege('rag_user', c.oid, 'SELECT') ORDER BY 1",
    )
}

/// Rows that `user` sees in each, asked without any condition.
fn seen(conn: &mut PgConnection, user: UserId) -> BTreeMap<String, i64> {
    let tables = readable(conn);
    as_user(conn, user, |conn| {
        let count = |table: String| {
            let counted: Count =
                diesel::sql_query(format!("SELECT count(*) FROM {table}")).get_result(conn).expect(&table);
            (table, counted.count)
        };
        tables.into_iter().map(count).collect()
    })
}

/// A fixture whose owner has a row in every table.
fn furnished() -> (Fixture, Stored) {
    let mut fixture = Fixture::new();
    let stored = fixture.store(&["granite hill", "slate roof"]);
    let (user, collection, model_id) = (fixture.user, fixture.collection, fixture.model.id);
    let organisation = users::find(&mut fixture.conn, user).unwrap().organisation_id;
    let conn = &mut fixture.conn;
    let colleague = colleague(conn, user);
    let member = CollectionMember {
        collection_id: collection,
        user_id: colleague,
        organisation_id: organisation,
        role: MemberRole::Reader,
    };
    members::upsert(conn, &member).unwrap();
    links::insert(conn, collection, &[1; 32], None).unwrap();
    let key = NewApiKey {
        id: ApiKeyId::new(),
        user_id: user,
        name: "-",
        prefix: "rag_abcdef",
        sha256: &unique(),
        scopes: Scopes(vec![KeyScope::Read]),
        expires_at: None,
    };
    api_keys::insert(conn, &key).unwrap();
    let login = logins::insert(conn, &NewLogin { user, device: "-", address: None, days: 1 }).unwrap();
    logins::insert_token(conn, login, TokenKind::Access, &unique(), 60).unwrap();
    let invitation = NewInvitation {
        organisation_id: organisation,
        email: "somebody@test",
        role: Role::Member,
        invited_by: Some(user),
        token_sha256: &unique(),
        days: 1,
    };
    invitations::insert(conn, &invitation).unwrap();
    let session = sessions::insert(
        conn,
        &NewChatSession { id: SessionId::new(), user_id: user, title: "-", memory: SessionMemory::Off },
    )
    .unwrap();
    messages::append(conn, &question(session.id)).unwrap();
    as_user(conn, user, |conn| messages::append(conn, &answer(session.id, stored.document))).unwrap();
    let parts = ChunkParts {
        chunk_id: *stored.chunks.first().unwrap(),
        collection_id: collection,
        model_id,
        parts: json!([]),
        vectors: Vec::new(),
    };
    chunk_parts::insert(conn, &[parts]).unwrap();
    let now = clock::now(conn).unwrap();
    let event = crate::events::search(conn, user, now);
    events::insert(conn, &[event]).unwrap();
    synonyms::replace(conn, collection, &[vec!["granite".to_owned(), "rock".to_owned()]]).unwrap();
    let job = NewJob {
        id: JobId::new(),
        kind: JobKind::Ingest,
        collection_id: Some(collection),
        document_id: None,
        version_id: None,
        title: "-",
        size_bytes: 1,
        payload: &serde_json::json!({}),
        model_id: Some(model_id),
        user_id: None,
    };
    jobs::insert(conn, &job).unwrap();
    conn.batch_execute(&format!(
        "INSERT INTO version_contents SELECT 0, 'x', collection_id, content_sha256 FROM document_versions WHERE id = '{0}'; INSERT INTO version_texts VALUES ('{0}', 0, 'x')",
        stored.version
    ))
    .unwrap();
    crate::private_rows::insert_private_rows(conn, user);
    (fixture, stored)
}

fn unique() -> [u8; 32] {
    let half = UserId::new().uuid().into_bytes();
    [half, half].concat().try_into().unwrap()
}

fn question(session_id: SessionId) -> NewChatMessage<'static> {
    NewChatMessage {
        id: MessageId::new(),
        session_id,
        ordinal: 0,
        sender: Sender::User,
        text: "Why?",
        outcome: None,
        retrieved_chunk_ids: Vec::new(),
        citations: json!([]),
        answered_by: None,
        timings: json!({}),
        prompt_tokens: None,
        completion_tokens: None,
        question_id: None,
        stop_reason: None,
        parent_id: None,
        sentences: json!([]),
        prompt_version: None,
        remembered: json!([]),
        created_at: None,
    }
}

fn answer(session_id: SessionId, cited: DocumentId) -> NewChatMessage<'static> {
    NewChatMessage {
        ordinal: 1,
        sender: Sender::Assistant,
        outcome: Some(Outcome::Answered),
        citations: json!([{"document_id": cited}, {"document_id": cited}, {"document_id": DocumentId::new()}]),
        ..question(session_id)
    }
}

#[test]
fn an_answer_counts_each_document_once_that_it_cites_and_that_is_there() {
    let (mut fixture, stored) = furnished();
    let counted = fixture.as_user(|conn| {
        names(conn, "SELECT document_id || ': ' || citation_count AS name FROM document_popularity")
    });
    assert_eq!(counted, [format!("{}: 1", stored.document)]);
}

/// Somebody of the same organisation.
fn colleague(conn: &mut PgConnection, of: UserId) -> UserId {
    let id = UserId::new();
    let organisation_id = users::find(conn, of).unwrap().organisation_id;
    let email = format!("{id}@test");
    let new = NewUser {
        id,
        organisation_id,
        email: &email,
        display_name: "-",
        role: Role::Member,
        password_hash: None,
    };
    users::insert(conn, &new).unwrap().id
}

#[test]
fn a_query_without_a_condition_shows_nothing_of_another_organisation() {
    let (mut fixture, _) = furnished();
    let (owner, stranger) = (fixture.user, new_user(&mut fixture.conn));
    // Whether the test can fail: the owner sees something everywhere.
    let empty: Vec<String> = seen(&mut fixture.conn, owner)
        .into_iter()
        .filter(|(_, count)| *count == 0)
        .map(|(name, _)| name)
        .collect();
    assert!(empty.is_empty(), "the owner has nothing in {empty:?}");
    let mut shown = seen(&mut fixture.conn, stranger);
    shown.retain(|_, count| *count > 0);
    // A stranger's own: their organisation, its counters, themselves and that they were made; and the models, which are nobody's.
    for own in ["organisations", "organisation_usage", "users", "audit_events"] {
        assert_eq!(shown.remove(own), Some(1), "{own}");
    }
    shown.remove("embedding_models");
    assert!(shown.is_empty(), "a stranger sees {shown:?}");
}

#[test]
fn who_has_not_entered_sees_nothing() {
    let (mut fixture, _) = furnished();
    let tables = readable(&mut fixture.conn);
    fixture.conn.batch_execute("SET LOCAL ROLE rag_user; SET LOCAL rag.visible = ''; SET LOCAL rag.asker = ''; SET LOCAL rag.organisation = ''; SET LOCAL rag.administers = ''").unwrap();
    for table in tables.into_iter().filter(|table| table != "embedding_models") {
        let counted: Count =
            diesel::sql_query(format!("SELECT count(*) FROM {table}")).get_result(&mut fixture.conn).unwrap();
        assert_eq!(counted.count, 0, "{table}");
    }
}

#[test]
fn a_suspended_person_sees_nothing_of_their_own() {
    let (mut fixture, _) = furnished();
    let user = fixture.user;
    let change = users::UserChange { state: Some(UserState::Suspended), ..users::UserChange::default() };
    users::update(&mut fixture.conn, user, change).unwrap();
    let mut shown = seen(&mut fixture.conn, user);
    shown.retain(|table, count| *count > 0 && table != "embedding_models");
    assert!(shown.is_empty(), "{shown:?}");
}

#[test]
fn every_table_of_somebodys_data_is_under_forced_row_security() {
    let mut fixture = Fixture::new();
    let open = names(
        &mut fixture.conn,
        "SELECT relname AS name FROM pg_class c WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
           AND NOT (relrowsecurity AND relforcerowsecurity) AND relname NOT IN ('__diesel_schema_migrations', 'embedding_models')
           AND (NOT relispartition OR has_table_privilege('rag_user', c.oid, 'SELECT'))",
    );
    assert!(open.is_empty(), "{open:?}");
    let mighty = names(
        &mut fixture.conn,
        "SELECT rolname AS name FROM pg_roles WHERE rolname IN ('rag_user', 'rag_door', 'rag_rules')
           AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcanlogin)",
    );
    assert!(mighty.is_empty(), "{mighty:?}");
    let secrets = names(
        &mut fixture.conn,
        "SELECT attrelid::regclass || '.' || attname AS name FROM pg_attribute
         WHERE attrelid IN ('users'::regclass, 'api_keys'::regclass, 'login_tokens'::regclass, 'invitations'::regclass, 'collection_links'::regclass, 'password_resets'::regclass)
           AND attname IN ('password_hash', 'sha256', 'token_sha256') AND has_column_privilege('rag_user', attrelid, attnum, 'SELECT')",
    );
    assert!(secrets.is_empty(), "the app's role reads {secrets:?}");
}

#[test]
fn a_search_that_names_somebody_elses_collection_finds_nothing() {
    let (mut fixture, stored) = furnished();
    let scope = Scope::in_collections(&[fixture.collection]);
    let owner = fixture.user;
    assert!(!best_by_words(&mut fixture, &scope, "granite", 10).is_empty());
    let plans = [DensePlan::Exact, APPROXIMATE];
    for plan in plans {
        assert_eq!(nearest(&mut fixture, &scope, "granite", plan, 10).len(), 2, "{plan:?}");
    }
    // The connection has planned these queries for the owner, and keeps the plans.
    fixture.user = new_user(&mut fixture.conn);
    assert!(best_by_words(&mut fixture, &scope, "granite", 10).is_empty());
    for plan in plans {
        assert!(nearest(&mut fixture, &scope, "granite", plan, 10).is_empty(), "{plan:?}");
    }
    // Nor does knowing its chunks help.
    let (model, stranger) = (fixture.model.clone(), fixture.user);
    let words = parse_words(&mut fixture.conn, &[fixture.collection], "granite").unwrap().words;
    let query = LexicalQuery::within_budget(words, f64::INFINITY);
    let mut judged = |user| {
        as_user(&mut fixture.conn, user, |conn| {
            let near = similarities(conn, &model, &vector_of("g"), &stored.chunks).unwrap();
            (near.len(), word_scores(conn, &query, &stored.chunks).unwrap().len())
        })
    };
    assert_eq!((judged(owner), judged(stranger)), ((2, 1), (0, 0)));
}

#[test]
fn readers_change_nothing() {
    let (mut fixture, stored) = furnished();
    let reader = colleague(&mut fixture.conn, fixture.user);
    let (collection, user) = (fixture.collection, fixture.user);
    let organisation_id = users::find(&mut fixture.conn, user).unwrap().organisation_id;
    let member = CollectionMember {
        collection_id: collection,
        user_id: reader,
        organisation_id,
        role: MemberRole::Reader,
    };
    members::upsert(&mut fixture.conn, &member).unwrap();
    as_user(&mut fixture.conn, reader, |conn| {
        documents::find(conn, stored.document).unwrap();
        // Each in a savepoint: what is refused aborts it.
        let deleted = conn.transaction(|conn| documents::delete(conn, stored.document));
        assert!(matches!(deleted, Err(RepoError::Forbidden)), "{deleted:?}");
        let new = NewDocument {
            id: DocumentId::new(),
            collection_id: collection,
            title: "-",
            has_given_title: true,
            source: None,
            media_type: "text/plain",
            metadata: &json!({}),
        };
        let inserted = conn.transaction(|conn| documents::insert(conn, &new));
        assert!(matches!(inserted, Err(RepoError::Forbidden)), "{inserted:?}");
        let raised = CollectionMember { role: MemberRole::Editor, ..member.clone() };
        let raised = conn.transaction(|conn| members::upsert(conn, &raised));
        assert!(matches!(raised, Err(RepoError::Forbidden)), "{raised:?}");
    });
}

#[test]
fn a_key_that_may_not_write_does_not_whatever_its_owner_may() {
    let (mut fixture, stored) = furnished();
    let reading = Actor::User { id: fixture.user, may_write: false, key: None, request: None };
    reading.enter(&mut fixture.conn).unwrap();
    documents::find(&mut fixture.conn, stored.document).unwrap();
    let deleted = documents::delete(&mut fixture.conn, stored.document);
    assert!(matches!(deleted, Err(RepoError::Forbidden)), "{deleted:?}");
}

#[test]
fn a_link_opens_one_collection_for_reading() {
    let (mut fixture, stored) = furnished();
    let other = fixture.another_collection();
    let collection = fixture.collection;
    let link = links::insert(&mut fixture.conn, collection, &unique(), Some(1)).unwrap();
    Actor::Link(link.id).enter(&mut fixture.conn).unwrap();
    let conn = &mut fixture.conn;
    documents::find(conn, stored.document).unwrap();
    assert_eq!(Corpus::find(conn, &[]).unwrap().collections, [collection]);
    assert!(matches!(Corpus::find(conn, &[collection, other]), Err(RepoError::NotFound)));
    for table in ["users", "chat_sessions", "api_keys", "audit_events", "collection_links", "organisations"] {
        let counted: Count =
            diesel::sql_query(format!("SELECT count(*) FROM {table}")).get_result(conn).unwrap();
        assert_eq!(counted.count, 0, "{table}");
    }
    assert!(documents::delete(conn, stored.document).is_err());
}

#[test]
fn a_worker_that_policies_hold_stores_chunks_too() {
    let mut fixture = Fixture::new();
    let role = format!("plain_{}", UserId::new().uuid().simple());
    fixture
        .conn
        .batch_execute(&format!("CREATE ROLE {role} IN ROLE rag_worker; SET LOCAL ROLE {role}"))
        .unwrap();
    let stored = fixture.store(&["granite hill", "slate roof"]);
    fixture.conn.batch_execute("SET LOCAL ROLE NONE").unwrap();
    assert_eq!(stored.chunks.len(), 2);
    let scope = Scope::in_collections(&[fixture.collection]);
    assert_eq!(best_by_words(&mut fixture, &scope, "granite", 10).len(), 1);
}

#[test]
fn the_audit_log_cannot_be_changed() {
    let (mut fixture, _) = furnished();
    for statement in ["UPDATE audit_events SET action = 'x.y'", "TRUNCATE audit_events"] {
        assert!(fixture.conn.transaction(|conn| conn.batch_execute(statement)).is_err(), "{statement}");
    }
}
