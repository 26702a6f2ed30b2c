//! Accounts from invitation to erasure: what opens, what closes, and what stays closed.

use std::{
    io::Read,
    sync::Arc,
    time::{Duration, Instant},
};

use rag_api::ApiSettings;
use rag_engine::{Actor, FetchJobSettings};
use rag_repo::{organisations, users, users::UserChange};
use rag_schema::enums::{Role, Scope, UserState};
use rag_testkit::{Answer, Client, Setup, StallingModel, TestApp};
use reqwest::header::HeaderValue;
use serde_json::{Value, json};

use super::cast::{Cast, new_key};
use crate::flows::site::Site;

pub(super) const PASSWORD: &str = "correct horse battery";

/// Somebody who accepted an invitation: address and first tokens.
fn enrolled(app: &TestApp, role: Role) -> (String, Value) {
    let engine = app.engine();
    let organisation = engine.local_user().organisation_id;
    let email = format!("{}@example.org", rag_schema::ids::UserId::new());
    let invited = engine.invite(Actor::System, organisation, &email, role).unwrap();
    let body = json!({"token": invited.token, "display_name": "Ada", "password": PASSWORD});
    let accepted = app.anonymous().post("/v1/invitations/accept", &body).expect(201);
    assert_eq!(app.anonymous().post("/v1/invitations/accept", &body).problem(401), "unauthorized");
    (email, accepted["tokens"].clone())
}

/// A caller with the access token of a login.
pub(super) fn bearing(app: &TestApp, tokens: &Value) -> Client {
    app.bearing(tokens["access_token"].as_str().unwrap())
}

#[test]
fn an_invitation_becomes_an_account_and_a_login_and_ends_with_signing_out() {
    let app = TestApp::start();
    let (email, tokens) = enrolled(&app, Role::Member);
    assert_eq!(bearing(&app, &tokens).get("/v1/me").expect(200)["email"], json!(email));
    let wrong = json!({"email": email, "password": "wrong horse battery"});
    let nobody = json!({"email": "nobody@example.org", "password": PASSWORD});
    let [wrong, nobody] = [wrong, nobody].map(|body| {
        let mut answer = app.anonymous().post("/v1/login", &body).expect(401);
        answer["instance"] = Value::Null;
        answer
    });
    assert_eq!(wrong, nobody, "an answer tells who has an account");
    let again =
        app.anonymous().post("/v1/login", &json!({"email": email.to_uppercase(), "password": PASSWORD}));
    let client = bearing(&app, &again.expect(200));
    client.get("/v1/collections").expect(200);
    client.post("/v1/logout", &json!({})).expect(204);
    assert_eq!(client.get("/v1/collections").problem(401), "unauthorized");
    bearing(&app, &tokens).get("/v1/me").expect(200);
}

#[test]
fn a_refresh_token_that_comes_back_ends_its_login() {
    let app = TestApp::start();
    let (_, first) = enrolled(&app, Role::Member);
    let refresh = |tokens: &Value| {
        app.anonymous().post("/v1/login/refresh", &json!({"refresh_token": tokens["refresh_token"]}))
    };
    let second = refresh(&first).expect(200);
    assert_eq!(bearing(&app, &first).get("/v1/me").status, 401, "an access token outlives its refresh token");
    bearing(&app, &second).get("/v1/me").expect(200);
    refresh(&first).expect(401);
    assert_eq!(bearing(&app, &second).get("/v1/me").status, 401, "the thief stays signed in");
    refresh(&second).expect(401);
}

#[test]
fn the_refresh_token_of_a_browser_stays_in_its_cookie() {
    let app = TestApp::start();
    let (email, _) = enrolled(&app, Role::Member);
    let send = |path: &str, headers: &[(&str, &str)], body: Value| {
        let request = app.anonymous().request("POST", path).json(&body);
        Answer::of(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value)))
    };
    let body = json!({"email": email, "password": PASSWORD, "cookie": true});
    let signed_in = send("/v1/login", &[("origin", "https://rag.example")], body.clone());
    let cookie = signed_in.header("set-cookie").to_owned();
    for attribute in
        ["rag_login=ragr_", "; HttpOnly", "; SameSite=Strict", "; Secure", "; Path=/v1/login", "; Max-Age="]
    {
        assert!(cookie.contains(attribute), "{attribute} in {cookie}");
    }
    assert!(signed_in.expect(200).get("refresh_token").is_none(), "a script can read the token");
    // Over plain HTTP, a browser would not send back a cookie that is Secure.
    assert!(
        !send("/v1/login", &[("origin", "http://127.0.0.1")], body).header("set-cookie").contains("Secure")
    );

    let kept = cookie.split(';').next().unwrap();
    let refresh = |site: &str, cookie: &str| {
        send("/v1/login/refresh", &[("sec-fetch-site", site), ("cookie", cookie)], json!({}))
    };
    for foreign in ["cross-site", "same-site"] {
        assert_eq!(refresh(foreign, kept).problem(401), "unauthorized");
    }
    let refreshed = refresh("same-origin", kept);
    let next = refreshed.header("set-cookie").split(';').next().unwrap().to_owned();
    assert_ne!(next, kept);
    let tokens = refreshed.expect(200);
    assert!(tokens.get("refresh_token").is_none());
    assert_eq!(
        Answer::of(app.anonymous().request("GET", "/v1/me").header("cookie", &next)).problem(401),
        "unauthorized"
    );

    let client = bearing(&app, &tokens);
    let signed_out = client.post("/v1/logout", &json!({}));
    assert!(signed_out.header("set-cookie").contains("Max-Age=0"), "the browser keeps the cookie");
    assert_eq!(refresh("same-origin", &next).problem(401), "unauthorized");
    assert_eq!(send("/v1/login/refresh", &[], json!({})).problem(401), "unauthorized");
}

#[test]
fn a_new_password_ends_other_logins() {
    let app = TestApp::start();
    let (email, here) = enrolled(&app, Role::Member);
    let elsewhere =
        app.anonymous().post("/v1/login", &json!({"email": email, "password": PASSWORD})).expect(200);
    let change = |current: &str| {
        let body = json!({"password": "another good password", "current_password": current});
        Answer::of(bearing(&app, &here).request("PATCH", "/v1/me").json(&body))
    };
    assert_eq!(change("wrong horse battery").status, 401);
    change(PASSWORD).expect(200);
    bearing(&app, &here).get("/v1/me").expect(200);
    assert_eq!(bearing(&app, &elsewhere).get("/v1/me").status, 401);
    assert_eq!(app.anonymous().post("/v1/login", &json!({"email": email, "password": PASSWORD})).status, 401);
}

#[test]
fn this_machine_needs_no_proof_until_somebody_has_an_account() {
    let api = ApiSettings { bearer_key: None, ..Setup::default().api };
    let app = TestApp::with(Setup { api, ..Setup::default() });
    app.anonymous().get("/v1/collections").expect(200);
    // Many clients send a key always. One that looks like ours is checked.
    app.bearing("none").get("/v1/collections").expect(200);
    assert_eq!(app.bearing("rag_none").get("/v1/collections").problem(401), "unauthorized");
    let from_a_page =
        app.anonymous().request("GET", "/v1/collections").header("origin", "https://evil.example");
    assert_eq!(Answer::of(from_a_page).status, 401);
    let by_another_name = app.anonymous().request("GET", "/v1/collections").header("host", "evil.example");
    assert_eq!(Answer::of(by_another_name).status, 401);
    enrolled(&app, Role::Admin);
    assert_eq!(app.anonymous().get("/v1/collections").problem(401), "unauthorized");
    assert_eq!(app.bearing("none").get("/v1/collections").problem(401), "unauthorized");
}

#[test]
fn a_server_that_had_accounts_never_opens_again() {
    let api = ApiSettings { bearer_key: None, ..Setup::default().api };
    let app = TestApp::with(Setup { api, ..Setup::default() });
    let organisation =
        app.engine().db().transaction(Actor::System, |conn| organisations::insert(conn, "Small"));
    let invited = app.engine().invite(Actor::System, organisation.unwrap(), "ada@example.org", Role::Admin);
    let body = json!({"token": invited.unwrap().token, "display_name": "Ada", "password": PASSWORD});
    let accepted = app.anonymous().post("/v1/invitations/accept", &body).expect(201);
    bearing(&app, &accepted["tokens"]).send("DELETE", "/v1/me").expect(200);
    assert!(!app.engine().has_accounts().unwrap());
    let refused = app.anonymous().get("/v1/collections");
    assert_eq!(refused.problem(401), "unauthorized");
    assert!(refused.json()["detail"].as_str().unwrap().contains("rag user add"), "{}", refused.json());
}

#[test]
fn an_origin_that_is_no_text_is_not_this_machine() {
    let api = ApiSettings { bearer_key: None, ..Setup::default().api };
    let app = TestApp::with(Setup { api, ..Setup::default() });
    for origin in [&b"http://evil.example/\xff"[..], b"\xff", b"http://localhost\xe9", b""] {
        let asked = app.anonymous().request("GET", "/v1/collections");
        let value = HeaderValue::from_bytes(origin).unwrap();
        let answer = Answer::of(asked.header("origin", value));
        assert!([400, 401].contains(&answer.status), "{origin:?}: {}", answer.status);
    }
    let two = app.anonymous().request("GET", "/v1/collections");
    let two = two.header("origin", "http://localhost").header("origin", "https://evil.example");
    assert!([400, 401].contains(&Answer::of(two).status));
}

#[test]
fn who_guesses_is_slowed_down() {
    let api = ApiSettings { attempts_per_minute: 5, ..Setup::default().api };
    let app = TestApp::with(Setup { api, ..Setup::default() });
    let guess = |n| app.bearing(&format!("rag_guess{n}")).get("/v1/collections");
    let statuses: Vec<u16> = (0..8).map(|n| guess(n).status).collect();
    assert_eq!(statuses, [401, 401, 401, 401, 401, 429, 429, 429]);
    assert!(guess(9).header("retry-after").parse::<u32>().unwrap() >= 1);
    app.client().get("/v1/collections").expect(200);
}

#[test]
fn a_key_makes_no_key_that_may_do_more() {
    let cast = Cast::new();
    let owner = cast.users[3];
    let key = cast.app.bearing(&new_key(cast.engine(), owner, &[Scope::Read, Scope::Manage]));
    key.post("/v1/keys", &json!({"name": "less", "scopes": ["read"]})).expect(201);
    assert_eq!(key.post("/v1/keys", &json!({"name": "more", "scopes": ["write"]})).problem(403), "forbidden");
}

#[test]
fn the_last_admin_stays() {
    let cast = Cast::new();
    let (admin, id) = (&cast.clients[5], cast.users[4]);
    let change = |body: Value| Answer::of(admin.request("PATCH", &format!("/v1/users/{id}")).json(&body));
    assert_eq!(change(json!({"role": "member"})).problem(409), "conflict");
    assert_eq!(change(json!({"state": "suspended"})).problem(409), "conflict");
    assert_eq!(admin.send("DELETE", "/v1/me").problem(409), "conflict");
}

#[test]
fn an_erased_person_leaves_nothing_but_the_audit_log() {
    let cast = Cast::new();
    let receipt = cast.clients[5].send("DELETE", &format!("/v1/users/{}", cast.users[3])).expect(200);
    assert_eq!(receipt["collections"], 1);
    assert_eq!(receipt["documents"], 1);
    assert_eq!(receipt["sessions"], 1);
    assert_eq!(cast.owner().get("/v1/me").status, 401);
    assert_eq!(cast.clients[3].get(&format!("/v1/documents/{}", cast.document)).status, 404);
    let usage = cast.clients[5].get("/v1/organisation").expect(200);
    assert_eq!(usage["usage"]["documents"], 0, "{usage}");
    let events = cast.clients[5].get("/v1/audit?action=user.delete").expect(200);
    assert_eq!(events["items"][0]["object_id"], json!(cast.users[3]));
    assert_eq!(events["items"][0]["actor_id"], json!(cast.users[4]));
}

#[test]
fn an_admin_sees_in_the_audit_log_that_limits_and_names_change() {
    let cast = Cast::new();
    let organisation = cast.organisation;
    let limits = rag_repo::organisations::OwnLimits { max_documents: Some(7), ..Default::default() };
    cast.engine()
        .db()
        .transaction(Actor::System, |conn| rag_repo::organisations::limit(conn, organisation, limits))
        .unwrap();
    let events = cast.clients[5].get("/v1/audit?action=organisation.update").expect(200);
    assert_eq!(events["items"][0]["details"]["max_documents"], 7);
    assert_eq!(cast.clients[1].get("/v1/audit?action=organisation.update").expect(200)["items"], json!([]));
}

#[test]
fn what_somebody_does_is_in_the_audit_log_with_its_request() {
    let cast = Cast::new();
    let document = cast.fresh_document();
    let deleted = cast.clients[3].send("DELETE", &format!("/v1/documents/{document}"));
    deleted.expect(204);
    let events = cast.clients[5].get(&format!("/v1/audit?object_id={document}")).expect(200);
    let [latest, first] = &events["items"].as_array().unwrap()[..] else { panic!("{events}") };
    assert_eq!((&latest["action"], &first["action"]), (&json!("document.delete"), &json!("document.insert")));
    assert_eq!(latest["actor_id"], json!(cast.users[2]));
    assert_eq!(latest["request_id"].as_str().unwrap(), deleted.header("x-request-id"));
    assert_eq!(
        cast.clients[1].get(&format!("/v1/audit?object_id={document}")).expect(200)["items"],
        json!([])
    );
}

#[test]
fn an_organisation_stores_no_more_than_it_may() {
    let cast = Cast::new();
    let limits = rag_repo::organisations::OwnLimits { max_documents: Some(2), ..Default::default() };
    let organisation = cast.organisation;
    cast.engine()
        .db()
        .transaction(Actor::System, |conn| rag_repo::organisations::limit(conn, organisation, limits))
        .unwrap();
    cast.fresh_document();
    let third = cast.clients[3].post(
        &format!("/v1/collections/{}/texts", cast.collection),
        &json!({"title": "Third", "text": "One too many."}),
    );
    assert_eq!(third.problem(429), "limit_reached");
    let listed = cast.owner().get(&format!("/v1/collections/{}/documents", cast.collection)).expect(200);
    assert_eq!(listed["items"].as_array().unwrap().len(), 2);
}

#[test]
fn an_export_holds_all_of_ones_own_and_nothing_of_others() {
    let cast = Cast::new();
    cast.owner()
        .post(&format!("/v1/sessions/{}/ask", cast.session), &json!({"question": "What is granite?"}))
        .expect(200);
    let kinds = |client: &Client| -> Vec<String> {
        let body = String::from_utf8(client.get("/v1/me/export").body).unwrap();
        body.lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap()["kind"].as_str().unwrap().to_owned())
            .collect()
    };
    cast.engine().flush_events();
    assert_eq!(
        kinds(cast.owner()),
        ["account", "key", "key", "collection", "document", "session", "message", "message", "event"]
    );
    assert_eq!(kinds(&cast.clients[3]), ["account", "key"]);
}

#[test]
fn a_suspended_persons_open_stream_ends() {
    let chat = Arc::new(StallingModel("Granite is".to_owned()));
    let app = TestApp::with(Setup { chat: Some(chat), ..Setup::default() });
    let engine = app.engine();
    let organisation = engine.local_user().organisation_id;
    let user = super::cast::new_user(engine, organisation, Role::Member);
    let client = app.bearing(&new_key(engine, user, Scope::ALL));
    let collection = client.collection("Stream");
    client.text(&collection, "Granite", "Granite is the rock of this hill.");
    let mut stream = client.ask_streamed("/v1/ask", "What is granite?");
    // Suspended before the answer begins, the caller would find no collection.
    let mut begun = Vec::new();
    while !String::from_utf8_lossy(&begun).contains("Granite is") {
        let mut bytes = [0; 1024];
        let count = stream.read(&mut bytes).unwrap();
        assert_ne!(count, 0, "{}", String::from_utf8_lossy(&begun));
        begun.extend(&bytes[..count]);
    }
    let change = UserChange { state: Some(UserState::Suspended), ..UserChange::default() };
    engine.db().transaction(Actor::System, |conn| users::update(conn, user, change)).unwrap();
    let suspended = Instant::now();
    let frames = Client::frames(stream);
    assert!(suspended.elapsed() < Duration::from_secs(5), "{:?}", suspended.elapsed());
    let last = frames.last().unwrap();
    assert_eq!((last.event.as_str(), &last.data["code"]), ("error", &json!("unauthorized")));
}

#[test]
fn a_fetch_stores_nothing_for_a_person_who_may_no_longer_store() {
    let cast = Cast::new();
    let site = Site::open(&[("/", "<p>Granite is a rock.")]);
    let collection = cast.fresh_collection();
    let (editor, id) = (&cast.clients[3], cast.users[2]);
    // The first server queues, and the second one works on the job.
    let waits = FetchJobSettings { workers: 0, ..site.settings() };
    let waiting = cast.app.beside(Setup { fetch: Some(waits), ..Setup::default() });
    let queueing = waiting.bearing(&new_key(cast.engine(), id, Scope::ALL));
    let path = format!("/v1/collections/{collection}/documents/from-url");
    let job = queueing.post(&path, &json!({"url": site.url("/")})).expect(202);
    cast.owner().send("DELETE", &format!("/v1/collections/{collection}/members/{id}")).expect(204);
    let _fetching = cast.app.beside(Setup { fetch: Some(site.settings()), ..Setup::default() });
    let job = cast.owner().finished(job["id"].as_str().unwrap());
    assert_eq!((&job["state"], &job["problem"]["code"]), (&json!("dead"), &json!("forbidden")), "{job}");
    assert_eq!(site.take_requests(), [], "the page was asked for");
    assert_eq!(editor.get(&format!("/v1/jobs/{}", job["id"].as_str().unwrap())).problem(404), "not_found");
}
