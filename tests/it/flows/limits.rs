//! How often somebody may call, by servers that count together and servers that count alone.

use rag_api::ApiSettings;
use rag_testkit::{Setup, TestApp, TestRedis};

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
