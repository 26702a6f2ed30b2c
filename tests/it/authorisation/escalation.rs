//! Nobody gets more than they have: by links, invitations, keys, other people's accounts, or by being quick.

use std::thread;

use rag_engine::{Actor, EngineError, LOCAL_USER, accounts::NewKey};
use rag_repo::{users, users::UserChange};
use rag_schema::enums::{Role, Scope, UserState};
use rag_testkit::{Answer, Client};
use serde_json::{Value, json};

use super::cast::{Cast, id, new_key, new_user};

/// The admin of the first organisation, by their column.
const ADMIN: usize = 5;
const LINK: usize = 8;

fn patch(client: &Client, user: impl std::fmt::Display, body: &Value) -> Answer {
    Answer::of(client.request("PATCH", &format!("/v1/users/{user}")).json(body))
}

#[test]
fn a_link_of_somebody_suspended_opens_nothing() {
    let cast = Cast::new();
    let path = format!("/v1/documents/{}", cast.document);
    cast.clients[LINK].get(&path).expect(200);
    patch(&cast.clients[ADMIN], cast.users[3], &json!({"state": "suspended"})).expect(200);
    assert_eq!(cast.clients[LINK].get(&path).problem(404), "not_found");
}

#[test]
fn a_key_hands_on_no_more_than_it_has() {
    let cast = Cast::new();
    let key = |scopes: &[Scope]| cast.app.bearing(&new_key(cast.engine(), cast.users[3], scopes));
    let manages = key(&[Scope::Manage]);
    let path = format!("/v1/collections/{}", cast.collection);
    let shares = |client: &Client, role: &str| {
        let member = format!("{path}/members/{}", cast.users[4]);
        Answer::of(client.request("PUT", &member).json(&json!({"role": role}))).status
    };
    assert_eq!(shares(&manages, "reader"), 403);
    assert_eq!(manages.post(&format!("{path}/links"), &json!({})).status, 403);
    let reads = key(&[Scope::Manage, Scope::Read]);
    assert_eq!((shares(&reads, "reader"), shares(&reads, "editor")), (204, 403));
    assert_eq!(reads.post(&format!("{path}/links"), &json!({})).status, 201);
}

/// A key that `client` makes, and its id.
fn child(cast: &Cast, client: &Client, body: &Value) -> (Client, String, Value) {
    let made = client.post("/v1/keys", body).expect(201);
    (cast.app.bearing(made["key"].as_str().unwrap()), id(&made), made)
}

#[test]
fn a_key_ends_no_later_than_the_key_that_made_it() {
    let cast = Cast::new();
    let wanted = |days: Value| json!({"name": "key", "scopes": ["read", "manage"], "days": days});
    let end = |made: &Value| made["expires_at"].as_str().map(str::to_owned);
    let (parent, parent_id, made) = child(&cast, cast.owner(), &wanted(json!(2)));
    let expected = end(&made).unwrap();
    let (middle, _, forever) = child(&cast, &parent, &wanted(Value::Null));
    let (_, _, longer) = child(&cast, &middle, &wanted(json!(3650)));
    let (_, _, shorter) = child(&cast, &middle, &wanted(json!(1)));
    assert_eq!([end(&forever), end(&longer)], [Some(expected.clone()), Some(expected.clone())]);
    assert!(end(&shorter).unwrap() < expected, "{shorter}");
    assert_eq!(forever["made_by_key_id"], json!(parent_id));
    let link = middle.post(&format!("/v1/collections/{}/links", cast.collection), &json!({})).expect(201);
    assert_eq!(end(&link), Some(expected), "a link outlives its key");
}

#[test]
fn what_a_key_made_dies_with_it() {
    let cast = Cast::new();
    let wanted =
        json!({"name": "key", "scopes": Scope::ALL.iter().map(|scope| scope.as_str()).collect::<Vec<_>>()});
    let admin = &cast.clients[ADMIN];
    let (parent, parent_id, _) = child(&cast, admin, &wanted);
    let (middle, _, _) = child(&cast, &parent, &wanted);
    let (last, _, _) = child(&cast, &middle, &wanted);
    let collection = last.collection("Of the last key");
    let link = last.post(&format!("/v1/collections/{collection}/links"), &json!({})).expect(201);
    let bearer = cast.app.bearing(link["secret"].as_str().unwrap());
    let invited = last.post("/v1/invitations", &json!({"email": "new@example.org"})).expect(201);
    let document = format!("/v1/collections/{collection}/documents");
    bearer.get(&document).expect(200);
    admin.send("DELETE", &format!("/v1/keys/{parent_id}")).expect(204);
    for client in [&parent, &middle, &last, &bearer] {
        assert_eq!(client.get(&document).problem(401), "unauthorized");
    }
    let accepts =
        json!({"token": invited["token"], "display_name": "New", "password": "correct horse battery"});
    assert_eq!(cast.app.anonymous().post("/v1/invitations/accept", &accepts).problem(401), "unauthorized");
    // What it made that is no secret stays.
    admin.get(&document).expect(200);
}

#[test]
fn the_database_refuses_a_key_above_the_one_that_makes_it() {
    let cast = Cast::new();
    let (engine, user) = (cast.engine(), cast.users[3]);
    let make = |actor, scopes| engine.make_key(actor, &NewKey { user, name: "key", scopes, days: None });
    let parent = make(Actor::user(user), &[Scope::Manage]).unwrap().row.id;
    let acting = |id, key| Actor::User { id, may_write: true, key: Some(key), request: None };
    let above = make(acting(user, parent), &[Scope::Read]);
    assert!(matches!(above, Err(EngineError::Invalid(_))), "{above:?}");
    engine.delete_key(Actor::user(user), parent).unwrap();
    let orphan = make(acting(user, parent), &[Scope::Manage]);
    assert!(matches!(orphan, Err(EngineError::Conflict(_))), "{orphan:?}");
}

#[test]
fn a_key_without_every_scope_lets_nobody_in() {
    let cast = Cast::new();
    let key = cast.app.bearing(&new_key(cast.engine(), cast.users[4], &[Scope::Manage, Scope::Read]));
    for role in ["admin", "member"] {
        let invited = key.post("/v1/invitations", &json!({"email": "friend@example.org", "role": role}));
        assert_eq!(invited.problem(403), "forbidden", "{role}");
    }
    assert_eq!(patch(&key, cast.users[3], &json!({"role": "admin"})).problem(403), "forbidden");
    assert_eq!(patch(&key, cast.users[5], &json!({"state": "active"})).problem(403), "forbidden");
    patch(&key, cast.users[3], &json!({"state": "suspended"})).expect(200);
    cast.clients[ADMIN].post("/v1/invitations", &json!({"email": "friend@example.org"})).expect(201);
}

#[test]
fn an_invitation_ends_with_the_power_of_who_made_it() {
    let cast = Cast::new();
    let engine = cast.engine();
    let second = new_user(engine, cast.organisation, Role::Admin);
    let invited =
        engine.invite(Actor::user(second), cast.organisation, "friend@example.org", Role::Admin).unwrap();
    patch(&cast.clients[ADMIN], second, &json!({"role": "member"})).expect(200);
    let body = json!({"token": invited.token, "display_name": "Friend", "password": "correct horse battery"});
    assert_eq!(cast.app.anonymous().post("/v1/invitations/accept", &body).problem(401), "unauthorized");
}

#[test]
fn the_operator_can_neither_be_impersonated_nor_erased() {
    let cast = Cast::new();
    let invited = cast.clients[ADMIN].post("/v1/invitations", &json!({"email": LOCAL_USER.0.to_uppercase()}));
    assert_eq!(invited.problem(422), "invalid");
    let operator = cast.engine().local_user().id;
    let erased = cast.engine().erase_user(Actor::System, operator);
    assert!(matches!(erased, Err(EngineError::Conflict(_))), "{erased:?}");
}

#[test]
fn only_admins_erase_others() {
    let cast = Cast::new();
    let erased = cast.engine().erase_user(Actor::user(cast.users[1]), cast.users[3]);
    assert!(matches!(erased, Err(EngineError::Forbidden(_))), "{erased:?}");
    cast.owner().get("/v1/me").expect(200);
}

#[test]
fn two_admins_who_demote_each_other_at_once_leave_one() {
    let cast = Cast::new();
    let engine = cast.engine();
    let one = cast.users[4];
    for _ in 0..10 {
        let other = new_user(engine, cast.organisation, Role::Admin);
        let others = cast.app.bearing(&new_key(engine, other, Scope::ALL));
        let demote = json!({"role": "member"});
        thread::scope(|scope| {
            scope.spawn(|| patch(&cast.clients[ADMIN], other, &demote));
            scope.spawn(|| patch(&others, one, &demote));
        });
        let role = |id| engine.db().transaction(Actor::System, |conn| users::find(conn, id)).unwrap().role;
        assert!(role(one) == Role::Admin || role(other) == Role::Admin, "nobody is left to manage it");
        // As it was, for the next two.
        let change = |role, state| UserChange { role: Some(role), state: Some(state) };
        let restore = |conn: &mut _| {
            users::update(conn, one, change(Role::Admin, UserState::Active))?;
            users::update(conn, other, change(Role::Member, UserState::Suspended))
        };
        engine.db().transaction(Actor::System, restore).unwrap();
    }
}
