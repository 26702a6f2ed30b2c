//! More requests than connections: each is answered, and every connection comes back.

use std::sync::{
    Arc, Condvar, Mutex,
    atomic::{AtomicBool, Ordering},
    mpsc,
};

use futures_util::{StreamExt, stream};
use rag_llm::{ChatModel, ChatRequest, Delta, DeltaStream, FinishReason};
use rag_repo::{Actor, PgConnection, RepoResult, jobs};
use rag_schema::enums::JobState;
use rag_testkit::{KEY, MoodyEmbedder, Setup, TestApp};
use serde_json::json;

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
    let pools = app.engine().db().pools();
    let open: u32 = pools.iter().filter(|pool| pool.name != "work").map(|pool| pool.open).sum();
    assert!(open <= 8 && busy(&app) == 0, "{pools:?}");
    app.client().get("/v1/collections").expect(200);
}

#[test]
fn a_request_that_cannot_be_served_in_time_is_told_to_come_again() {
    let mut setup = Setup::default();
    (setup.pool.read_connections, setup.pool.write_connections) = (2, 2);
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
                let keep = |_: &mut PgConnection| -> RepoResult<_> {
                    held.send(()).unwrap();
                    let _ = released.lock().unwrap().recv();
                    Ok(())
                };
                engine.db().read(Actor::System, keep).unwrap();
            })
        })
        .collect();
    both_held.recv().unwrap();
    both_held.recv().unwrap();
    let answer = client.get("/v1/collections");
    assert_eq!(answer.problem(503), "unavailable");
    assert_eq!(answer.header("retry-after"), "1");
    // Requests that write have other connections, and work in the background has others again.
    let collection = client.collection("meanwhile");
    client
        .post(&format!("/v1/collections/{collection}/texts"), &json!({"title": "a", "text": "Granite."}))
        .expect(202);
    let states = || app.engine().db().transaction(Actor::System, jobs::count_by_state).unwrap();
    client.wait(|| states().iter().find(|(state, count)| *state == JobState::Done && *count > 0).copied());
    // A busy server is no server without its database.
    client.get("/ready").expect(200);
    drop(release);
    for holder in holders {
        holder.join().unwrap();
    }
    client.wait(|| (client.get("/v1/collections").status == 200).then_some(()));
}

/// Connections of requests that are in use.
fn busy(app: &TestApp) -> u32 {
    let pools = app.engine().db().pools();
    pools.iter().filter(|pool| pool.name != "work").map(|pool| pool.open - pool.idle).sum()
}

/// More questions wait for models than there are connections, and everything else is answered meanwhile.
fn others_are_served_while_questions_wait(app: &TestApp, waiting: &mpsc::Receiver<()>, release: &Release) {
    let client = app.client();
    let collection = client.collection("others");
    let question = json!({"question": "What is granite?"});
    let ask = || client.post("/v1/ask", &question).status;
    std::thread::scope(|scope| {
        let asked: Vec<_> = (0..16).map(|_| scope.spawn(ask)).collect();
        (0..16).for_each(|_| waiting.recv().unwrap());
        for _ in 0..20 {
            client.get("/ready").expect(200);
            client.get("/v1/collections").expect(200);
            client.get("/v1/jobs").expect(200);
            client.post("/v1/sessions", &json!({})).expect(201);
        }
        let search = json!({"query": "granite", "mode": "lexical", "collection_ids": [collection]});
        client.post("/v1/search", &search).expect(200);
        // No connection is held while a model is waited for. The ingest worker looks for jobs now and then.
        client.wait(|| (busy(app) == 0).then_some(()));
        release.open();
        for thread in asked {
            assert_eq!(thread.join().unwrap(), 200);
        }
    });
}

/// A gate before a model.
#[derive(Clone, Default)]
struct Release(Arc<(Mutex<bool>, Condvar)>);

impl Release {
    fn open(&self) {
        *self.0.0.lock().unwrap() = true;
        self.0.1.notify_all();
    }

    fn wait(&self) {
        drop(self.0.1.wait_while(self.0.0.lock().unwrap(), |open| !*open).unwrap());
    }
}

#[test]
fn a_slow_embedder_slows_only_the_questions_that_wait_for_it() {
    let (release, is_asking) = (Release::default(), Arc::new(AtomicBool::new(false)));
    let (tell, waiting) = mpsc::channel();
    let (gate, asking) = (release.clone(), Arc::clone(&is_asking));
    let embedder = MoodyEmbedder::new(move || {
        if asking.load(Ordering::Relaxed) {
            // Nobody counts the later calls.
            let _ = tell.send(());
            gate.wait();
        }
        Ok(())
    });
    let app = TestApp::with(Setup { embedder: Arc::new(embedder), ..Setup::default() });
    let client = app.client();
    client.text(&client.collection("c"), "Granite", "Granite is the rock of this hill.");
    is_asking.store(true, Ordering::Relaxed);
    others_are_served_while_questions_wait(&app, &waiting, &release);
}

/// Answers once its gate is open.
struct SlowModel {
    asked: mpsc::Sender<()>,
    release: Release,
}

impl ChatModel for SlowModel {
    fn name(&self) -> &'static str {
        "slow"
    }

    fn stream(&self, _request: ChatRequest) -> DeltaStream {
        let (asked, release) = (self.asked.clone(), self.release.clone());
        let answer = async move {
            asked.send(()).unwrap();
            tokio::task::spawn_blocking(move || release.wait()).await.unwrap();
            stream::iter([
                Ok(Delta::Text("Granite is a rock [1].".to_owned())),
                Ok(Delta::End { reason: FinishReason::Stop, usage: None }),
            ])
        };
        Box::pin(stream::once(answer).flatten())
    }
}

#[test]
fn a_slow_chat_model_slows_only_the_questions_that_wait_for_it() {
    let release = Release::default();
    let (asked, waiting) = mpsc::channel();
    let model = SlowModel { asked, release: release.clone() };
    let app = TestApp::with(Setup { chat: Some(Arc::new(model)), ..Setup::default() });
    let client = app.client();
    client.text(&client.collection("c"), "Granite", "Granite is the rock of this hill.");
    others_are_served_while_questions_wait(&app, &waiting, &release);
}
