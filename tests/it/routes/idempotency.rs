//! Requests with an idempotency key: sent again, they do their work once.

use std::{sync::mpsc, thread};

use diesel::{QueryableByName, RunQueryDsl, connection::SimpleConnection, sql_query, sql_types::BigInt};
use rag_engine::{EngineError, KeyState};
use rag_repo::{
    idempotency::{Attempt, Known, MAX_KEYS, begin},
    server,
};
use rag_testkit::{Answer, Client, TestApp};
use serde_json::{Value, json};
use uuid::Uuid;

use super::text;

fn create(client: &Client, key: &str, body: &Value) -> Answer {
    Answer::of(client.request("POST", "/v1/collections").header("idempotency-key", key).json(body))
}

#[test]
fn the_same_request_gets_the_same_answer_and_another_one_is_refused() {
    let app = TestApp::start();
    let client = app.client();
    let law = json!({"name": "law"});
    let first = create(&client, "a-key", &law);
    assert_eq!(first.header("idempotency-replayed"), "");
    let again = create(&client, "a-key", &law);
    assert_eq!(again.expect(201), first.expect(201));
    assert_eq!(
        (again.header("idempotency-replayed"), again.header("location")),
        ("true", first.header("location"))
    );
    assert_eq!(create(&client, "a-key", &json!({"name": "art"})).problem(422), "invalid");
    // Without the stored answer the name would be taken.
    assert_eq!(create(&client, "another-key", &law).problem(409), "conflict");
    assert_eq!(create(&client, " ", &law).problem(400), "malformed");
    assert_eq!(create(&client, &"k".repeat(256), &law).problem(400), "malformed");
}

#[test]
fn a_request_that_fails_frees_its_key() {
    let app = TestApp::start();
    let client = app.client();
    assert_eq!(create(&client, "a-key", &json!({"name": ""})).problem(422), "invalid");
    create(&client, "a-key", &json!({"name": "law"})).expect(201);
}

#[test]
fn a_request_whose_key_is_in_use_is_refused_until_that_has_ended() {
    let app = TestApp::start();
    let (client, engine) = (app.client(), app.engine());
    let (actor, user) = (engine.local_actor(), engine.local_user().id);
    let KeyState::Held(held) = engine.begin_key(actor, user, "a-key".to_owned()).unwrap() else {
        panic!("the key is new")
    };
    let refused = create(&client, "a-key", &json!({"name": "law"}));
    assert_eq!(refused.problem(409), "conflict");
    assert_eq!(refused.header("retry-after"), "1");
    engine.release_key(&held).unwrap();
    create(&client, "a-key", &json!({"name": "law"})).expect(201);
}

#[test]
fn of_equal_requests_at_the_same_time_one_does_the_work() {
    let app = TestApp::start();
    let client = app.client();
    let answers: Vec<Answer> = std::thread::scope(|scope| {
        let all: Vec<_> =
            (0..8).map(|_| scope.spawn(|| create(&client, "a-key", &json!({"name": "law"})))).collect();
        all.into_iter().map(|one| one.join().unwrap()).collect()
    });
    let created: Vec<Value> =
        answers.iter().filter(|answer| answer.status == 201).map(Answer::json).collect();
    assert!(!created.is_empty() && created.iter().all(|one| one["id"] == created[0]["id"]));
    for other in answers.iter().filter(|answer| answer.status != 201) {
        let detail = other.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains("idempotency key is in progress"), "{detail}");
    }
}

#[test]
fn an_upload_is_the_same_whatever_the_boundary_of_its_form() {
    let app = TestApp::start();
    let client = app.client();
    let path = format!("/v1/collections/{}/documents", client.collection("c"));
    let send = |boundary: &str, bytes: &str| {
        let body = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\n{bytes}\r\n--{boundary}--\r\n"
        );
        let request = client.request("POST", &path).header("idempotency-key", "upload-1");
        Answer::of(
            request.header("content-type", format!("multipart/form-data; boundary={boundary}")).body(body),
        )
    };
    let first = send("edge", "Zirconium is a metal.").expect(202);
    // It is not even called a duplicate: the answer is the first one.
    let again = send("brink", "Zirconium is a metal.").expect(202);
    assert_eq!(text(&again, "/job/id"), text(&first, "/job/id"));
    assert_eq!(again["duplicate"], false);
    assert_eq!(send("edge", "Granite is a rock.").problem(422), "invalid");
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

#[test]
fn the_last_free_key_is_given_once_to_requests_at_the_same_time() {
    let app = TestApp::start();
    let (client, engine) = (app.client(), app.engine());
    let (actor, user) = (engine.local_actor(), engine.local_user().id);
    let mut conn = server::connect(app.database_url()).unwrap();
    conn.batch_execute(&format!(
        "INSERT INTO idempotency_keys (user_id, key, holder, held_until)
         SELECT '{user}', 'old-' || n, gen_random_uuid(), now() + interval '1 hour' FROM generate_series(2, {MAX_KEYS}) AS n"
    ))
    .unwrap();
    let (begun, has_begun) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    thread::scope(|scope| {
        let first = scope.spawn(move || {
            engine.db().transaction(actor, |conn| {
                let attempt = Attempt { user, key: "first", holder: Uuid::new_v4() };
                let known = begin(conn, attempt, 60);
                begun.send(()).unwrap();
                // An error means that the transaction may end.
                let _ = released.recv();
                known
            })
        });
        has_begun.recv().unwrap();
        let second = scope.spawn(move || engine.begin_key(actor, user, "second".to_owned()));
        // The second one waits until the first is counted.
        client.wait(|| {
            let waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted";
            (sql_query(waiting).get_result::<Count>(&mut conn).unwrap().count > 0).then_some(())
        });
        drop(release);
        assert_eq!(first.join().unwrap().unwrap(), Known::New);
        let refused = second.join().unwrap();
        assert!(matches!(refused, Err(EngineError::Exhausted(_))), "{refused:?}");
    });
    let answer = create(&client, "third", &json!({"name": "law"}));
    assert_eq!((answer.problem(429).as_str(), answer.header("retry-after")), ("limit_reached", "3600"));
}
