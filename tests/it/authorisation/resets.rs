//! Forgotten passwords: a token of an admin sets one new password of one user, and nothing else lets anybody in.

use diesel::connection::SimpleConnection as _;
use rag_api::ApiSettings;
use rag_engine::{Actor, EngineError, accounts::Guest};
use rag_repo::organisations;
use rag_schema::enums::{Role, Scope};
use rag_testkit::{Answer, Client, Setup, TestApp};
use serde_json::{Value, json};

use super::{
    cast::{Cast, new_key, new_user},
    life::{PASSWORD, bearing},
};

const NEW: &str = "another good password";
/// The admin of the first organisation, by their column.
const ADMIN: usize = 5;

/// A user of the first organisation with a password: id, address and the tokens of the first login.
struct Forgetful {
    id: String,
    email: String,
    tokens: Value,
}

fn forgetful(cast: &Cast, role: Role) -> Forgetful {
    let email = format!("forgetful{}@example.org", cast.number());
    let invited = cast.engine().invite(Actor::System, cast.organisation, &email, role).unwrap();
    let body = json!({"token": invited.token, "display_name": "Ada", "password": PASSWORD});
    let accepted = cast.app.anonymous().post("/v1/invitations/accept", &body).expect(201);
    let id = accepted["user"]["id"].as_str().unwrap().to_owned();
    Forgetful { id, email, tokens: accepted["tokens"].clone() }
}

fn path(user: impl std::fmt::Display) -> String {
    format!("/v1/users/{user}/password-reset")
}

/// The token of a reset that `admin` makes.
fn token(admin: &Client, user: &Forgetful) -> String {
    let made = admin.post(&path(&user.id), &json!({})).expect(201);
    assert_eq!(made["user_id"], json!(user.id));
    made["token"].as_str().unwrap().to_owned()
}

fn reset(app: &TestApp, token: &str, password: &str) -> Answer {
    app.anonymous().post("/v1/password-reset", &json!({"token": token, "password": password}))
}

fn log_in(app: &TestApp, user: &Forgetful, password: &str) -> Answer {
    app.anonymous().post("/v1/login", &json!({"email": user.email, "password": password}))
}

#[test]
fn a_token_sets_a_new_password_once_and_ends_all_logins() {
    let cast = Cast::new();
    let (app, admin) = (&cast.app, &cast.clients[ADMIN]);
    let user = forgetful(&cast, Role::Member);
    let elsewhere = log_in(app, &user, PASSWORD).expect(200);
    let token = token(admin, &user);
    assert!(token.starts_with("ragp_"), "{token}");
    // Until it is used, nothing has changed, and a password that is refused does not use it.
    bearing(app, &elsewhere).get("/v1/me").expect(200);
    assert_eq!(reset(app, &token, "too short").problem(422), "invalid");
    let fresh = reset(app, &token, NEW).expect(200);
    assert_eq!(bearing(app, &fresh).get("/v1/me").expect(200)["email"], json!(user.email));
    for old in [&user.tokens, &elsewhere] {
        assert_eq!(bearing(app, old).get("/v1/me").problem(401), "unauthorized");
        let refresh = json!({"refresh_token": old["refresh_token"]});
        assert_eq!(app.anonymous().post("/v1/login/refresh", &refresh).problem(401), "unauthorized");
    }
    assert_eq!(log_in(app, &user, PASSWORD).status, 401);
    log_in(app, &user, NEW).expect(200);
    assert_eq!(reset(app, &token, "yet another password").problem(401), "unauthorized");
    log_in(app, &user, NEW).expect(200);
}

#[test]
fn the_audit_log_holds_the_reset_and_its_use_without_the_token() {
    let cast = Cast::new();
    let user = forgetful(&cast, Role::Member);
    let token = token(&cast.clients[ADMIN], &user);
    let answer = reset(&cast.app, &token, NEW);
    answer.expect(200);
    let events = |column: usize, query: &str| {
        cast.clients[column].get(&format!("/v1/audit?{query}")).expect(200)["items"].clone()
    };
    let made = events(ADMIN, "action=password_reset.insert");
    assert_eq!(made[0]["actor_id"], json!(cast.users[4]));
    assert_eq!(made[0]["details"], json!({"user_id": user.id}));
    let request = json!(answer.header("x-request-id"));
    let gone = events(ADMIN, "action=password_reset.delete");
    let changed = events(ADMIN, &format!("action=user.update&object_id={}", user.id));
    for event in [&gone[0], &changed[0]] {
        // The bearer of the token is not signed in.
        assert_eq!((&event["actor_id"], &event["request_id"]), (&Value::Null, &request), "{event}");
    }
    assert_eq!(changed[0]["details"]["password"], true);
    assert!(!events(ADMIN, "limit=200").to_string().contains(&token));
    assert_eq!(events(1, "action=password_reset.insert"), json!([]));
}

#[test]
fn only_the_last_token_is_valid_and_it_can_be_revoked() {
    let cast = Cast::new();
    let admin = &cast.clients[ADMIN];
    let user = forgetful(&cast, Role::Member);
    let [first, second] = [(), ()].map(|()| token(admin, &user));
    assert_eq!(reset(&cast.app, &first, NEW).problem(401), "unauthorized");
    admin.send("DELETE", &path(&user.id)).expect(204);
    assert_eq!(admin.send("DELETE", &path(&user.id)).problem(404), "not_found");
    assert_eq!(reset(&cast.app, &second, NEW).problem(401), "unauthorized");
    log_in(&cast.app, &user, PASSWORD).expect(200);
}

#[test]
fn a_user_who_remembers_the_password_ends_the_reset_by_changing_it() {
    let cast = Cast::new();
    let user = forgetful(&cast, Role::Member);
    let token = token(&cast.clients[ADMIN], &user);
    let body = json!({"password": NEW, "current_password": PASSWORD});
    Answer::of(bearing(&cast.app, &user.tokens).request("PATCH", "/v1/me").json(&body)).expect(200);
    assert_eq!(reset(&cast.app, &token, "yet another password").problem(401), "unauthorized");
    log_in(&cast.app, &user, NEW).expect(200);
}

#[test]
fn a_token_ends_with_its_time_its_user_its_maker_and_their_key() {
    let cast = Cast::new();
    let (engine, admin) = (cast.engine(), &cast.clients[ADMIN]);
    let user = forgetful(&cast, Role::Member);
    let refused = |token: &str| assert_eq!(reset(&cast.app, token, NEW).problem(401), "unauthorized");
    let change = |id: &str, body: Value| {
        Answer::of(admin.request("PATCH", &format!("/v1/users/{id}")).json(&body)).expect(200)
    };

    let expired = token(admin, &user);
    engine
        .db()
        .transaction(Actor::System, |conn| -> rag_repo::RepoResult<()> {
            Ok(conn.batch_execute("UPDATE password_resets SET expires_at = now() - interval '1 second'")?)
        })
        .unwrap();
    refused(&expired);

    let of_suspended = token(admin, &user);
    change(&user.id, json!({"state": "suspended"}));
    refused(&of_suspended);
    change(&user.id, json!({"state": "active"}));

    let second = new_user(engine, cast.organisation, Role::Admin);
    let demoted = token(&cast.app.bearing(&new_key(engine, second, Scope::ALL)), &user);
    change(&second.to_string(), json!({"role": "member"}));
    refused(&demoted);

    let scopes: Vec<_> = Scope::ALL.iter().map(|scope| scope.as_str()).collect();
    let key = admin.post("/v1/keys", &json!({"name": "key", "scopes": scopes, "days": 1})).expect(201);
    let by_key = token(&cast.app.bearing(key["key"].as_str().unwrap()), &user);
    admin.send("DELETE", &format!("/v1/keys/{}", key["id"].as_str().unwrap())).expect(204);
    refused(&by_key);
    log_in(&cast.app, &user, PASSWORD).expect(200);
}

#[test]
fn an_admin_resets_no_password_of_another_organisation_their_own_or_one_that_is_not_there() {
    let cast = Cast::new();
    let (engine, admin) = (cast.engine(), &cast.clients[ADMIN]);
    let user = forgetful(&cast, Role::Member);
    // To an admin elsewhere, the user is not there.
    assert_eq!(cast.clients[1].post(&path(&user.id), &json!({})).problem(404), "not_found");
    let nobody = "01890000-0000-7000-8000-000000000000";
    assert_eq!(admin.post(&path(nobody), &json!({})).problem(404), "not_found");
    // A stolen login of an admin does not replace the admin's own password.
    let second = forgetful(&cast, Role::Admin);
    let own = bearing(&cast.app, &second.tokens).post(&path(&second.id), &json!({}));
    assert_eq!(own.problem(409), "conflict");
    token(admin, &second);
    // Members, and keys that lack a scope, reset nobody's.
    assert_eq!(
        bearing(&cast.app, &user.tokens).post(&path(&second.id), &json!({})).problem(403),
        "forbidden"
    );
    let narrow = cast.app.bearing(&new_key(engine, cast.users[4], &[Scope::Manage, Scope::Read]));
    assert_eq!(narrow.post(&path(&user.id), &json!({})).problem(403), "forbidden");

    let guests = engine.db().transaction(Actor::System, |conn| organisations::insert(conn, "Guests"));
    let guest = Guest { product: "librechat", id: "64f1", organisation: "Guests" };
    let guest = engine.find_or_create_guest(guest).unwrap();
    let over_guests = new_user(engine, guests.unwrap(), Role::Admin);
    for (actor, account) in [
        (Actor::user(over_guests), guest.id),
        (Actor::System, guest.id),
        (Actor::System, engine.local_user().id),
    ] {
        let made = engine.make_password_reset(actor, account);
        assert!(matches!(made, Err(EngineError::Conflict(_))), "{made:?}");
    }
    let by_member = engine.make_password_reset(Actor::user(cast.users[1]), user.id.parse().unwrap());
    assert!(matches!(by_member, Err(EngineError::Forbidden(_))), "{by_member:?}");
}

#[test]
fn guesses_at_tokens_are_slowed_down_and_answered_alike() {
    let api = ApiSettings { attempts_per_minute: 3, ..Setup::default().api };
    let app = TestApp::with(Setup { api, ..Setup::default() });
    let guess = |token: &str| reset(&app, token, NEW);
    let [one, other] = ["ragp_guess", "no token of ours"].map(|token| {
        let mut answer = guess(token).expect(401);
        answer["instance"] = Value::Null;
        answer
    });
    assert_eq!(one, other);
    assert_eq!([guess("ragp_guess").status, guess("ragp_guess").status], [401, 429]);
}

#[test]
fn a_page_keeps_the_login_in_its_cookie() {
    let cast = Cast::new();
    let user = forgetful(&cast, Role::Member);
    let body = json!({"token": token(&cast.clients[ADMIN], &user), "password": NEW, "cookie": true});
    let answer = cast.app.anonymous().post("/v1/password-reset", &body);
    assert!(answer.header("set-cookie").starts_with("rag_login=ragr_"), "{}", answer.header("set-cookie"));
    let tokens = answer.expect(200);
    assert!(tokens.get("refresh_token").is_none(), "a script can read the token");
    bearing(&cast.app, &tokens).get("/v1/me").expect(200);
}
