//! `/librechat`: the requests that LibreChat sends to its `RAG_API_URL`, replayed.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rag_api::{ApiSettings, LibreChatSettings};
use rag_engine::Actor;
use rag_repo::{
    Page,
    users::{self, UserChange},
};
use rag_schema::enums::UserState;
use rag_testkit::{Answer, Client, Setup, TestApp};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::routes::text;

const SECRET: &str = "the secret of both servers";
const ADA: &str = "64f1c0ffee0000000000000a";
const BOB: &str = "64f1c0ffee0000000000000b";
const FILE: &str = "5b0c1bd1-64a7-4f4b-8a8e-3f2f0c7a9d10";
const FACT: &[u8] = b"The capital of France is Paris.\n";
/// The end of the tokens' life, in the year 2100.
const LATE: i64 = 4_102_444_800;

/// A token as LibreChat signs it; its secret is shorter than a block of SHA-256.
fn token(secret: &str, algorithm: &str, user: &str, expires: i64) -> String {
    let encode = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!(
        "{}.{}",
        encode(json!({"alg": algorithm, "typ": "JWT"})),
        encode(json!({"id": user, "iat": 1, "exp": expires}))
    );
    let mut block = [0; 64];
    block[..secret.len()].copy_from_slice(secret.as_bytes());
    let inner = Sha256::new().chain_update(block.map(|byte| byte ^ 0x36)).chain_update(&signed).finalize();
    let outer = Sha256::new().chain_update(block.map(|byte| byte ^ 0x5c)).chain_update(inner).finalize();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(outer))
}

fn start() -> TestApp {
    let setup = Setup::default();
    let librechat = LibreChatSettings { jwt_secret: SECRET.to_owned(), organisation: "Chat".to_owned() };
    let api = ApiSettings { librechat: Some(librechat), attempts_per_minute: 0, ..setup.api.clone() };
    TestApp::with(Setup { api, ..setup })
}

fn user(app: &TestApp, id: &str) -> Client {
    app.bearing(&token(SECRET, "HS256", id, LATE))
}

/// Sends a file as LibreChat's form does.
fn send(client: &Client, path: &str, file_id: &str, name: &str, bytes: &[u8]) -> Answer {
    let mut body = format!(
        "--edge\r\nContent-Disposition: form-data; name=\"file_id\"\r\n\r\n{file_id}\r\n\
         --edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
         Content-Type: application/octet-stream\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(bytes);
    body.extend_from_slice(
        b"\r\n--edge\r\nContent-Disposition: form-data; name=\"entity_id\"\r\n\r\nagent_1\r\n--edge--\r\n",
    );
    client.post_raw(path, "multipart/form-data; boundary=edge", body)
}

fn query(client: &Client, file_id: &str) -> Value {
    let body = json!({"file_id": file_id, "query": "What is the capital of France?", "k": 5, "entity_id": "agent_1"});
    client.post("/librechat/query", &body).expect(200)
}

fn delete(client: &Client, ids: &Value) -> Answer {
    Answer::of(client.request("DELETE", "/librechat/documents").json(ids))
}

#[test]
fn a_file_is_stored_searched_read_and_deleted() {
    let app = start();
    assert_eq!(app.anonymous().get("/librechat/health").expect(200), json!({"status": "UP"}));
    let ada = user(&app, ADA);
    let stored = send(&ada, "/librechat/embed", FILE, "france.txt", FACT).expect(200);
    assert_eq!(stored["status"], true);
    assert_eq!(stored["known_type"], true);
    assert_eq!((text(&stored, "/file_id"), text(&stored, "/filename")), (FILE, "france.txt"));
    let hits = query(&ada, FILE);
    assert_eq!(text(&hits, "/0/0/page_content"), "The capital of France is Paris.");
    assert_eq!(hits[0][0]["metadata"], json!({"file_id": FILE, "source": "france.txt", "page": null}));
    assert!(hits[0][1].as_f64().is_some_and(|distance| (0.0..=2.0).contains(&distance)), "{hits}");
    let several = json!({"file_ids": [FILE, "none"], "query": "capital", "k": 4});
    let several = ada.post("/librechat/query_multiple", &several).expect(200);
    assert_eq!(several.as_array().unwrap().len(), 1);
    let context = ada.get(&format!("/librechat/documents/{FILE}/context")).expect(200);
    assert!(context.as_str().unwrap().contains("Paris"), "{context}");
    assert_eq!(ada.get("/librechat/ids").expect(200), json!([FILE]));
    delete(&ada, &json!([FILE])).expect(200);
    assert_eq!(query(&ada, FILE), json!([]));
    assert_eq!(delete(&ada, &json!([FILE])).problem(404), "not_found");
}

#[test]
fn the_same_file_can_have_two_ids() {
    let app = start();
    let ada = user(&app, ADA);
    for id in [FILE, "second"] {
        send(&ada, "/librechat/embed", id, "france.txt", FACT).expect(200);
    }
    delete(&ada, &json!([FILE])).expect(200);
    assert_eq!(query(&ada, "second").as_array().unwrap().len(), 1);
}

#[test]
fn nobody_reaches_the_files_of_another_user() {
    let app = start();
    let (ada, bob) = (user(&app, ADA), user(&app, BOB));
    send(&ada, "/librechat/embed", FILE, "france.txt", FACT).expect(200);
    // The leaks of the original: a search of several files, and deletion, did not look at the owner.
    assert_eq!(query(&bob, FILE), json!([]));
    let several = json!({"file_ids": [FILE], "query": "capital", "k": 4});
    assert_eq!(bob.post("/librechat/query_multiple", &several).expect(200), json!([]));
    assert_eq!(delete(&bob, &json!([FILE])).problem(404), "not_found");
    assert_eq!(bob.get(&format!("/librechat/documents/{FILE}/context")).problem(404), "not_found");
    assert_eq!(bob.get("/librechat/ids").expect(200), json!([]));
    // The same id is another file for another user.
    send(&bob, "/librechat/embed", FILE, "rock.txt", b"Granite is an igneous rock.").expect(200);
    assert_eq!(text(&query(&ada, FILE), "/0/0/metadata/source"), "france.txt");
    assert_eq!(text(&query(&bob, FILE), "/0/0/metadata/source"), "rock.txt");
    // Nor does our own interface show the files to anybody else.
    assert_eq!(app.client().get("/v1/collections").expect(200)["items"], json!([]));
}

#[test]
fn a_file_that_cannot_be_read_says_why_and_leaves_nothing() {
    let app = start();
    let ada = user(&app, ADA);
    let program =
        send(&ada, "/librechat/embed", FILE, "a.exe", b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff")
            .expect(200);
    assert_eq!((&program["status"], &program["known_type"]), (&json!(false), &json!(false)));
    assert_eq!(send(&ada, "/librechat/embed", FILE, "blank.txt", b"  \n").problem(422), "unreadable");
    assert_eq!(ada.get("/librechat/ids").expect(200), json!([]));
    assert_eq!(ada.post("/librechat/embed", &json!({})).status, 400);
}

#[test]
fn a_text_is_read_without_being_stored() {
    let app = start();
    let ada = user(&app, ADA);
    let read = send(&ada, "/librechat/text", FILE, "france.md", b"# France\n\nThe capital is **Paris**.\n")
        .expect(200);
    assert_eq!(text(&read, "/text"), "France\n\nThe capital is Paris.");
    assert_eq!((text(&read, "/file_id"), text(&read, "/filename")), (FILE, "france.md"));
    assert_eq!(ada.get("/librechat/ids").expect(200), json!([]));
}

#[test]
fn only_a_token_that_librechat_signed_is_believed() {
    let app = start();
    let bad = [
        token("another secret", "HS256", ADA, LATE),
        token(SECRET, "HS256", ADA, 301),
        token(SECRET, "none", ADA, LATE),
        "nonsense".to_owned(),
    ];
    for token in bad {
        assert_eq!(app.bearing(&token).get("/librechat/ids").problem(401), "unauthorized", "{token}");
    }
    // A key of ours is no token of LibreChat's, and its token opens nothing else.
    assert_eq!(app.client().get("/librechat/ids").problem(401), "unauthorized");
    assert_eq!(app.anonymous().get("/librechat/ids").problem(401), "unauthorized");
    assert_eq!(user(&app, ADA).get("/v1/collections").problem(401), "unauthorized");
}

#[test]
fn a_suspended_user_is_refused() {
    let app = start();
    let ada = user(&app, ADA);
    send(&ada, "/librechat/embed", FILE, "france.txt", FACT).expect(200);
    let suspended = UserChange { state: Some(UserState::Suspended), ..UserChange::default() };
    let db = app.engine().db();
    let all = db.read(Actor::System, |conn| users::list(conn, Page { limit: 100, after: None })).unwrap();
    let owner = all.iter().find(|user| user.display_name == format!("librechat {ADA}")).unwrap().id;
    db.transaction(Actor::System, |conn| users::update(conn, owner, suspended)).unwrap();
    assert_eq!(ada.get("/librechat/ids").problem(401), "unauthorized");
}

#[test]
fn the_interface_is_off_by_default() {
    let app = TestApp::start();
    assert_eq!(app.anonymous().get("/librechat/health").problem(404), "not_found");
    assert_eq!(user(&app, ADA).get("/librechat/ids").problem(404), "not_found");
}
