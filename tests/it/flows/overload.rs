//! More requests than connections: each is answered, and every connection comes back.

use std::sync::mpsc;

use rag_repo::Actor;
use rag_testkit::{KEY, Setup, TestApp};

#[test]
fn a_thousand_requests_share_eight_connections() {
    let app = TestApp::start();
    let url = app.client().url("/v1/collections");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let statuses: Vec<u16> = runtime.block_on(async {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let requests: Vec<_> =
            (0..1_000).map(|_| tokio::spawn(client.get(&url).bearer_auth(KEY).send())).collect();
        let mut statuses = Vec::new();
        for request in requests {
            statuses.push(request.await.unwrap().unwrap().status().as_u16());
        }
        statuses
    });
    assert!(statuses.iter().all(|status| [200, 503].contains(status)), "{statuses:?}");
    assert!(statuses.contains(&200));
    let (open, idle) = app.engine().db().connections();
    assert!(open <= 8 && open - idle <= 1, "{open} open, {idle} idle");
    app.client().get("/v1/collections").expect(200);
}

#[test]
fn who_cannot_be_served_in_time_is_told_to_come_again() {
    let mut setup = Setup::default();
    setup.pool.max_connections = 2;
    // Long enough for connections to be made on a busy machine.
    setup.pool.wait_timeout_ms = 1_500;
    let app = TestApp::with(setup);
    let client = app.client();
    let (release, released) = mpsc::channel::<()>();
    let (held, both_held) = mpsc::channel();
    let released = std::sync::Arc::new(std::sync::Mutex::new(released));
    let holders: Vec<_> = (0..2)
        .map(|_| {
            let (engine, held, released) = (app.engine().clone(), held.clone(), released.clone());
            std::thread::spawn(move || {
                loop {
                    // The worker may have a connection just now.
                    let got = engine.db().transaction(Actor::Door { request: None }, |_| {
                        held.send(()).unwrap();
                        let _ = released.lock().unwrap().recv();
                        Ok(())
                    });
                    if got.is_ok() {
                        return;
                    }
                }
            })
        })
        .collect();
    both_held.recv().unwrap();
    both_held.recv().unwrap();
    let answer = client.get("/v1/collections");
    assert_eq!(answer.problem(503), "unavailable");
    assert_eq!(answer.header("retry-after"), "1");
    assert_eq!(client.get("/ready").problem(503), "unavailable");
    drop(release);
    for holder in holders {
        holder.join().unwrap();
    }
    client.wait(|| (client.get("/v1/collections").status == 200).then_some(()));
}
