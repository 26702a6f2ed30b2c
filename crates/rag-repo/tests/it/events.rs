//! Events: who sees them, how long they stay, and what happens to them when somebody is erased.

use std::{collections::HashSet, thread};

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{
    Connection, PgConnection, QueryableByName, RunQueryDsl, connection::SimpleConnection, sql_types::Text,
};
use rag_repo::{
    Actor, Page, RepoError, clock, events,
    events::{Kept, Source},
    links, migrations, server, sessions, users,
};
use rag_schema::{
    enums::{EventKind, Outcome, Role, SessionMemory},
    ids::{EventId, LinkId, MessageId, SessionId, UserId},
    models::{AnswerFacts, DocumentFacts, Event, NewChatSession, NewUser, SearchFacts},
};

use crate::{
    fixture::{Fixture, as_user, connect, new_user},
    own_database::OwnDatabase,
};

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    text: String,
}

fn texts(conn: &mut PgConnection, sql: &str) -> Vec<String> {
    let rows: Vec<Row> = diesel::sql_query(sql).load(conn).expect(sql);
    rows.into_iter().map(|row| row.text).collect()
}

/// A search by `user`.
pub(crate) fn search(conn: &mut PgConnection, user: UserId, occurred_at: DateTime<Utc>) -> Event {
    Event {
        id: EventId::new(),
        occurred_at,
        kind: EventKind::Search,
        organisation_id: users::find(conn, user).unwrap().organisation_id,
        user_id: Some(user),
        collection_ids: Vec::new(),
        question: None,
        document: DocumentFacts::default(),
        answer: AnswerFacts::default(),
        search: SearchFacts { result_count: Some(0), ..SearchFacts::default() },
    }
}

fn store_search(conn: &mut PgConnection, user: UserId, occurred_at: DateTime<Utc>) -> EventId {
    let row = search(conn, user, occurred_at);
    assert_eq!(events::insert(conn, std::slice::from_ref(&row)).unwrap(), 1);
    row.id
}

fn seen(conn: &mut PgConnection) -> usize {
    texts(conn, "SELECT id::text AS text FROM events").len()
}

fn date(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Names of the partitions and how many events each holds.
fn partitions(conn: &mut PgConnection) -> Vec<String> {
    texts(
        conn,
        "SELECT c.relname || ' ' || (SELECT count(*) FROM events e WHERE e.tableoid = c.oid) AS text
         FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'events'::regclass ORDER BY c.relname",
    )
}

/// A database in which nobody else holds locks: upkeep waits for those, and tests keep theirs until they end.
fn own_database() -> (OwnDatabase, UserId) {
    let mut database = OwnDatabase::new();
    migrations::run_pending(database.conn()).unwrap();
    let user = new_user(database.conn());
    (database, user)
}

fn keep(conn: &mut PgConnection, ahead: i32, keep: i32, now: &str) -> Kept {
    diesel::sql_query(format!("SELECT * FROM keep_event_partitions({ahead}, {keep}, '{now}')"))
        .get_result(conn)
        .unwrap()
}

#[test]
fn people_see_their_own_events_admins_those_of_the_organisation_and_others_none() {
    let mut fixture = Fixture::new();
    let (admin, stranger) = (fixture.user, new_user(&mut fixture.conn));
    let conn = &mut fixture.conn;
    let organisation_id = users::find(conn, admin).unwrap().organisation_id;
    let member = UserId::new();
    let email = format!("{member}@test");
    let new = NewUser {
        id: member,
        organisation_id,
        email: &email,
        display_name: "-",
        role: Role::Member,
        password_hash: None,
    };
    users::insert(conn, &new).unwrap();
    let now = clock::now(conn).unwrap();
    for user in [admin, member, stranger] {
        store_search(conn, user, now);
    }
    assert_eq!(as_user(conn, admin, seen), 2);
    assert_eq!(as_user(conn, member, seen), 1);
    assert_eq!(as_user(conn, stranger, seen), 1);
    let own = as_user(conn, admin, |conn| {
        events::list_by_user(conn, admin, Page { limit: 10, after: None }).unwrap()
    });
    assert_eq!(own.len(), 1);
    let link = links::insert(conn, fixture.collection, &[7; 32], None).unwrap();
    conn.transaction(|conn| {
        Actor::Link(link.id).enter(conn)?;
        assert_eq!(seen(conn), 0);
        conn.batch_execute("SET LOCAL ROLE NONE")?;
        Ok::<_, RepoError>(())
    })
    .unwrap();
}

#[test]
fn nobody_changes_an_event() {
    let (mut database, user) = own_database();
    let now = clock::now(database.conn()).unwrap();
    store_search(database.conn(), user, now);
    for (role, statement) in [
        ("NONE", "UPDATE events SET result_count = 1"),
        ("NONE", "TRUNCATE events"),
        ("rag_worker", "UPDATE events SET result_count = 1"),
        ("rag_user", "INSERT INTO events SELECT * FROM events"),
        ("rag_user", "DELETE FROM events"),
        ("rag_user", "SELECT keep_event_partitions(0, 1)"),
        ("rag_worker", "SELECT * FROM events_default"),
    ] {
        let done = database
            .conn()
            .transaction(|conn| conn.batch_execute(&format!("SET LOCAL ROLE {role}; {statement}")));
        assert!(done.is_err(), "{role}: {statement}");
    }
}

#[test]
fn an_event_that_is_written_twice_is_stored_once() {
    let mut fixture = Fixture::new();
    let (user, now) = (fixture.user, clock::now(&mut fixture.conn).unwrap());
    let row = search(&mut fixture.conn, user, now);
    assert_eq!(events::insert(&mut fixture.conn, std::slice::from_ref(&row)).unwrap(), 1);
    assert_eq!(events::insert(&mut fixture.conn, &[row]).unwrap(), 0);
}

#[test]
fn an_erased_person_leaves_no_event_and_gets_none_afterwards() {
    let mut fixture = Fixture::new();
    let (user, other) = (fixture.user, new_user(&mut fixture.conn));
    let now = clock::now(&mut fixture.conn).unwrap();
    store_search(&mut fixture.conn, user, now);
    store_search(&mut fixture.conn, user, now - TimeDelta::days(70));
    store_search(&mut fixture.conn, other, now);
    assert_eq!(events::count_by_user(&mut fixture.conn, user).unwrap(), 2);
    users::delete(&mut fixture.conn, user).unwrap();
    assert_eq!(events::count_by_user(&mut fixture.conn, user).unwrap(), 0);
    assert_eq!(events::count_by_user(&mut fixture.conn, other).unwrap(), 1);
    let named = texts(
        &mut fixture.conn,
        &format!("SELECT e::text AS text FROM events e WHERE e::text LIKE '%{user}%'"),
    );
    assert_eq!(named, [""; 0]);
    let sources = [Source::User(user), Source::User(other), Source::Link(LinkId::new())];
    let found = events::organisations(&mut fixture.conn, &sources).unwrap();
    assert_eq!(found.into_keys().collect::<Vec<_>>(), [Source::User(other)]);
}

#[test]
fn the_words_of_a_conversation_go_with_it() {
    let mut fixture = Fixture::new();
    let (user, now) = (fixture.user, clock::now(&mut fixture.conn).unwrap());
    let conn = &mut fixture.conn;
    let mut ask = |question: Option<&str>| {
        let session = sessions::insert(
            conn,
            &NewChatSession { id: SessionId::new(), user_id: user, title: "-", memory: SessionMemory::Off },
        )
        .unwrap()
        .id;
        let answer = AnswerFacts {
            session_id: Some(session),
            message_id: Some(MessageId::new()),
            outcome: Some(Outcome::Answered),
            ..AnswerFacts::default()
        };
        let question = question.map(str::to_owned);
        let row = Event { kind: EventKind::Answer, answer, question, ..search(conn, user, now) };
        events::insert(conn, &[row]).unwrap();
        session
    };
    let (spoken, silent) = (ask(Some("What is a platypus?")), ask(None));
    assert_eq!(
        events::open_sessions(&mut fixture.conn, &[spoken, SessionId::new()]).unwrap(),
        HashSet::from([spoken])
    );
    fixture.as_user(|conn| {
        sessions::delete(conn, spoken).unwrap();
        sessions::delete(conn, silent).unwrap();
    });
    // The event without words still counts.
    assert_eq!(events::count_by_user(&mut fixture.conn, user).unwrap(), 1);
    assert_eq!(
        texts(&mut fixture.conn, "SELECT e::text AS text FROM events e WHERE e::text LIKE '%platypus%'"),
        [""; 0]
    );
}

#[test]
fn facts_that_do_not_fit_the_kind_are_refused() {
    let mut fixture = Fixture::new();
    let (user, now) = (fixture.user, clock::now(&mut fixture.conn).unwrap());
    let row = search(&mut fixture.conn, user, now);
    let refused = [
        (Event { search: SearchFacts::default(), ..row.clone() }, "events_result_count_of_search"),
        (Event { kind: EventKind::Answer, ..row.clone() }, "events_outcome_of_answer"),
        (
            Event { kind: EventKind::DocumentDeleted, search: SearchFacts::default(), ..row.clone() },
            "events_document_id_of_document",
        ),
        (
            Event {
                document: DocumentFacts { problem: Some("x".to_owned()), ..DocumentFacts::default() },
                ..row
            },
            "events_problem_of_refusal",
        ),
    ];
    for (row, constraint) in refused {
        let inserted = fixture.conn.transaction(|conn| events::insert(conn, &[row]));
        assert!(inserted.as_ref().is_err_and(|error| error.hits(constraint)), "{constraint}: {inserted:?}");
    }
}

#[test]
fn upkeep_makes_months_moves_what_had_none_and_drops_what_is_old() {
    let (mut database, user) = own_database();
    let conn = database.conn();
    for at in [
        "2031-02-28T23:59:59.999999Z", // the last moment of a month
        "2031-03-01T00:00:00Z",        // the first of the next
        "2031-12-31T23:59:59Z",
        "2032-01-01T00:00:00Z",
        "2032-06-01T00:00:00Z", // further ahead than partitions are made
    ] {
        store_search(conn, user, date(at));
    }
    let kept = keep(conn, 0, 13, "2031-12-31T23:59:59Z");
    assert_eq!((kept.created, kept.dropped), (3, 0));
    assert_eq!(
        partitions(conn),
        ["events_2031_02 1", "events_2031_03 1", "events_2031_12 1", "events_default 2"]
    );
    let kept = keep(conn, 2, 13, "2032-01-01T00:00:00Z");
    assert_eq!((kept.created, kept.dropped), (3, 0), "January to March");
    assert_eq!(keep(conn, 2, 13, "2032-01-31T23:00:00Z"), Kept { created: 0, dropped: 0 });
    // Ten months before January begin with March.
    let kept = keep(conn, 0, 10, "2032-01-15T00:00:00Z");
    assert_eq!(kept.dropped, 1);
    assert_eq!(
        partitions(conn),
        [
            "events_2031_03 1",
            "events_2031_12 1",
            "events_2032_01 1",
            "events_2032_02 0",
            "events_2032_03 0",
            "events_default 1",
        ]
    );
    // An event without a partition is dropped by age, too.
    store_search(conn, user, date("2031-02-01T00:00:00Z"));
    keep(conn, 0, 10, "2032-01-15T00:00:00Z");
    assert_eq!(seen(conn), 4);
}

#[test]
fn months_end_by_utc_whatever_the_time_zone_of_the_session() {
    let (mut database, user) = own_database();
    let conn = database.conn();
    conn.batch_execute("SET timezone = 'Pacific/Auckland'").unwrap();
    store_search(conn, user, date("2031-02-28T23:30:00Z"));
    keep(conn, 0, 13, "2031-03-01T00:30:00+00");
    assert_eq!(partitions(conn), ["events_2031_02 1", "events_2031_03 0", "events_default 0"]);
}

#[test]
fn upkeep_refuses_to_keep_nothing() {
    for arguments in ["-1, 13", "2, 0", "NULL, 13", "2, NULL"] {
        let refused =
            connect().batch_execute(&format!("SELECT keep_event_partitions({arguments})")).unwrap_err();
        assert!(refused.to_string().starts_with("cannot keep "), "{refused}");
    }
}

#[test]
fn processes_that_do_upkeep_at_once_make_each_month_once_while_events_arrive() {
    let (mut database, user) = own_database();
    let now = clock::now(database.conn()).unwrap();
    let url = database.url().to_owned();
    let worker = || {
        let mut conn = server::connect(&url).unwrap();
        conn.batch_execute("SET ROLE rag_worker").unwrap();
        conn
    };
    let (made, written) = thread::scope(|scope| {
        let writers: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    let mut conn = worker();
                    (0..100).map(|n| store_search(&mut conn, user, now - TimeDelta::days(n))).count()
                })
            })
            .collect();
        let upkeep: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| events::keep_partitions(&mut worker(), 2, 13).unwrap().created))
            .collect();
        let made: i32 = upkeep.into_iter().map(|one| one.join().unwrap()).sum();
        (made, writers.into_iter().map(|one| one.join().unwrap()).sum::<usize>())
    });
    let rest = events::keep_partitions(&mut worker(), 2, 13).unwrap().created;
    let months = partitions(database.conn()).len() - 1;
    assert_eq!(usize::try_from(made + rest).unwrap(), months);
    assert_eq!((seen(database.conn()), written), (200, 200));
    assert!(partitions(database.conn()).contains(&"events_default 0".to_owned()));
}
