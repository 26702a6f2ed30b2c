//! Nobody gets more than they have: by links, invitations, keys, other people's accounts, or by being quick.

use std::thread;

use rag_engine::{Actor, EngineError, LOCAL_USER};
use rag_repo::{users, users::UserChange};
use rag_schema::enums::{Role, Scope, UserState};
use rag_testkit::{Answer, Client};
use serde_json::{Value, json};

use super::cast::{Cast, new_key, new_user};

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
    let erased = cast.engine().erase_user(Actor::Worker, operator);
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
        let role = |id| engine.db().transaction(Actor::Worker, |conn| users::find(conn, id)).unwrap().role;
        assert!(role(one) == Role::Admin || role(other) == Role::Admin, "nobody is left to manage it");
        // As it was, for the next two.
        let change = |role, state| UserChange { role: Some(role), state: Some(state) };
        let restore = |conn: &mut _| {
            users::update(conn, one, change(Role::Admin, UserState::Active))?;
            users::update(conn, other, change(Role::Member, UserState::Suspended))
        };
        engine.db().transaction(Actor::Worker, restore).unwrap();
    }
}
