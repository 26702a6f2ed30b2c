//! How often somebody may call, by servers that count together and servers that count alone.

use rag_api::ApiSettings;
use rag_engine::Actor;
use rag_schema::enums::Role;
use rag_testkit::{Answer, Setup, TestApp, TestRedis};
use serde_json::{Value, json};

/// Two servers, with room for three attempts a minute from one address.
fn two_servers(redis: Option<&TestRedis>) -> [TestApp; 2] {
    [(), ()].map(|()| {
        let api = ApiSettings {
            attempts_per_minute: 3,
            redis_url: redis.map(TestRedis::url),
            ..Setup::default().api
        };
        TestApp::with(Setup { api, ..Setup::default() })
    })
}

/// The statuses of that many guesses at keys, by turns at the one and at the other.
fn guess(servers: &[TestApp; 2], times: usize) -> Vec<u16> {
    servers.iter().cycle().take(times).map(|app| app.bearing("rag_guess").get("/v1/me").status).collect()
}

#[test]
fn servers_without_redis_count_each_for_itself() {
    assert_eq!(guess(&two_servers(None), 8), [401, 401, 401, 401, 401, 401, 429, 429]);
}

#[test]
fn servers_with_redis_count_together() {
    let redis = TestRedis::new();
    let servers = two_servers(Some(&redis));
    assert_eq!(guess(&servers, 5), [401, 401, 401, 429, 429]);
    let [one, _] = &servers;
    let wait = one.bearing("rag_guess").get("/v1/me").header("retry-after").parse::<u32>().unwrap();
    assert!((1..=20).contains(&wait), "one attempt in 20 s, not {wait} s");
}

#[test]
fn without_an_answer_from_redis_each_counts_for_itself() {
    let mut redis = TestRedis::new();
    let servers = two_servers(Some(&redis));
    assert_eq!(guess(&servers, 1), [401]);
    redis.kill();
    assert_eq!(guess(&servers, 8), [401, 401, 401, 401, 401, 401, 429, 429]);
}

const PASSWORD: &str = "correct horse battery";

/// A server behind a proxy on this machine, with room for three guesses an hour at an account from addresses that it does not
/// know, and with an account that has signed in from 192.0.2.1.
fn behind_a_proxy(redis: Option<&TestRedis>) -> TestApp {
    let api = ApiSettings {
        attempts_per_minute: 60,
        account_attempts_per_hour: 3,
        trusted_proxies: vec!["127.0.0.0/8".parse().unwrap()],
        redis_url: redis.map(TestRedis::url),
        ..Setup::default().api
    };
    let app = TestApp::with(Setup { api, ..Setup::default() });
    let organisation = app.engine().local_user().organisation_id;
    let invited = app.engine().invite(Actor::System, organisation, "ada@example.org", Role::Member).unwrap();
    let body = json!({"token": invited.token, "display_name": "Ada", "password": PASSWORD});
    send_from(&app, "192.0.2.1", "/v1/invitations/accept", &body).expect(201);
    app
}

fn send_from(app: &TestApp, address: &str, path: &str, body: &Value) -> Answer {
    Answer::of(app.anonymous().request("POST", path).header("x-forwarded-for", address).json(body))
}

fn sign_in(app: &TestApp, address: &str, email: &str, password: &str) -> Answer {
    send_from(app, address, "/v1/login", &json!({"email": email, "password": password}))
}

/// The statuses of guesses at an account, each from an address of its own.
fn guess_from_everywhere(app: &TestApp, email: &str) -> Vec<u16> {
    (1..=5).map(|host| sign_in(app, &format!("198.51.100.{host}"), email, "wrong").status).collect()
}

#[test]
fn guesses_from_many_addresses_are_slow_and_do_not_lock_out_the_owner() {
    let app = behind_a_proxy(None);
    assert_eq!(guess_from_everywhere(&app, "ada@example.org"), [401, 401, 401, 429, 429]);
    let renamed = sign_in(&app, "203.0.113.9", " ADA@example.org ", PASSWORD);
    assert_eq!(renamed.problem(429), "limit_reached", "spelling or the right password passes the limit");
    let wait = renamed.header("retry-after").parse::<u32>().unwrap();
    assert!((60..=1200).contains(&wait), "one guess in 20 minutes, not {wait} s");
    sign_in(&app, "192.0.2.1", "ada@example.org", PASSWORD).expect(200);
    // A typing error there is no attempt from elsewhere.
    assert_eq!(sign_in(&app, "192.0.2.1", "ada@example.org", "wrong").status, 401);
}

#[test]
fn a_limit_does_not_tell_whether_there_is_an_account() {
    let app = behind_a_proxy(None);
    assert_eq!(guess_from_everywhere(&app, "nobody@example.org"), [401, 401, 401, 429, 429]);
}

#[test]
fn guesses_at_an_account_count_together_in_redis() {
    let redis = TestRedis::new();
    let servers = [behind_a_proxy(Some(&redis)), behind_a_proxy(Some(&redis))];
    let statuses: Vec<u16> = servers
        .iter()
        .cycle()
        .zip(1..=4)
        .map(|(app, host)| sign_in(app, &format!("198.51.100.{host}"), "ada@example.org", "wrong").status)
        .collect();
    assert_eq!(statuses, [401, 401, 401, 429]);
}
