//! A disk that is nearly full: nothing is stored, everything else goes on, and storing goes on by itself when there is room.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use diesel::{QueryableByName, RunQueryDsl, sql_query, sql_types::BigInt};
use rag_engine::Disk;
use rag_repo::server;
use rag_testkit::{Answer, Client, Setup, TestApp};
use serde_json::{Value, json};

use super::jobs::{gated, job, long_text};
use crate::routes::text;

/// The reserve of the tests, in megabytes.
const RESERVE_MB: u64 = 512;
/// Operations that store next to nothing, and go on.
const SMALL: [&str; 13] = [
    "archive_memories",
    "cancel_job",
    "make_password_reset",
    "open_webui_process",
    "pause_ingest",
    "pause_job",
    "redrive_jobs",
    "resume_ingest",
    "resume_job",
    "retry_job",
    "transfer_collection",
    "update_me",
    "update_user",
];

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// The free space of a disk.
#[derive(Clone)]
struct Free(Arc<AtomicU64>);

impl Free {
    fn new() -> Self {
        Self(Arc::new(AtomicU64::new(4 << 30)))
    }

    fn disk(&self) -> Disk {
        let Self(free) = self.clone();
        let free_bytes = Box::new(move || Some(free.load(Ordering::Relaxed)));
        Disk { free_bytes, min_free_bytes: RESERVE_MB << 20 }
    }

    fn becomes(&self, app: &TestApp, megabytes: u64) {
        let bytes = megabytes << 20;
        self.0.store(bytes, Ordering::Relaxed);
        app.client().wait(|| (app.engine().disk()?.free_bytes == bytes).then_some(()));
    }
}

fn is_read_only(client: &Client) -> bool {
    client.get("/ready").expect(200)["read_only"] == json!(true)
}

fn found(client: &Client, words: &str) -> usize {
    client.post("/v1/search", &json!({"query": words})).expect(200)["results"].as_array().unwrap().len()
}

#[test]
fn with_a_nearly_full_disk_searches_answers_and_deletions_go_on_and_nothing_is_stored() {
    let free = Free::new();
    let app = TestApp::with(Setup { disk: Some(free.disk()), ..Setup::default() });
    let client = app.client();
    let collection = client.collection("c");
    let document = client.text(&collection, "Rocks", "Granite is a rock.");
    let upload = || client.upload(&collection, "metals.txt", b"Zirconium is a metal.");
    free.becomes(&app, 100);
    assert!(is_read_only(&client));
    let refused = upload();
    assert_eq!((refused.problem(507).as_str(), refused.header("retry-after")), ("storage_full", "60"));
    let detail = text(&refused.json(), "/detail").to_owned();
    assert!(detail.starts_with("cannot store: the disk of the database has 100 MB left"), "{detail}");
    assert_eq!(found(&client, "granite"), 1);
    client.post("/v1/ask", &json!({"question": "What is granite?"})).expect(200);
    client.send("DELETE", &format!("/v1/documents/{document}")).expect(204);
    assert_eq!(found(&client, "granite"), 0);
    // The reserve alone is not enough, so that the state does not change with every file.
    free.becomes(&app, RESERVE_MB + 1);
    assert!(is_read_only(&client));
    free.becomes(&app, 2 * RESERVE_MB);
    assert!(!is_read_only(&client));
    client.ingested(&upload().expect(202));
    assert_eq!(found(&client, "zirconium"), 1);
}

#[test]
fn a_document_that_would_use_up_the_reserve_is_refused_alone() {
    let free = Free::new();
    let app = TestApp::with(Setup { disk: Some(free.disk()), ..Setup::default() });
    let client = app.client();
    let collection = client.collection("c");
    free.becomes(&app, RESERVE_MB + 1);
    let large = client.upload(&collection, "large.txt", &long_text(20));
    assert_eq!(large.problem(507), "storage_full");
    client.ingested(&client.upload(&collection, "small.txt", b"Zirconium is a metal.").expect(202));
}

#[test]
fn every_operation_that_grows_the_data_is_refused() {
    let free = Free::new();
    let app = TestApp::with(Setup { disk: Some(free.disk()), ..Setup::default() });
    let client = app.client();
    free.becomes(&app, 100);
    let document: Value = serde_json::from_str(&rag_api::openapi_json()).unwrap();
    let (mut wrong, mut refused) = (Vec::new(), 0);
    let paths = document["paths"].as_object().unwrap().iter();
    // LibreChat's interface takes LibreChat's tokens.
    for (path, item) in paths.filter(|(path, _)| !path.starts_with("/librechat/")) {
        let operations = item.as_object().unwrap().iter();
        for (method, operation) in
            operations.filter(|(method, _)| ["post", "put", "patch"].contains(&method.as_str()))
        {
            let stores = ["write", "manage"]
                .contains(&operation["x-access"]["scope"].as_str().unwrap_or_default())
                && !SMALL.contains(&text(operation, "/operationId"));
            let status = call(&client, method, path).status;
            refused += usize::from(status == 507);
            if stores != (status == 507) {
                wrong.push(format!("{method} {path}: {status}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(refused > 20, "{refused}");
}

/// Calls an operation on objects that do not exist.
fn call(client: &Client, method: &str, path: &str) -> Answer {
    let parts: Vec<&str> = path
        .split('/')
        .map(|part| if part.starts_with('{') { "01a2262c-3ed0-73ae-9dee-be7345ff3006" } else { part })
        .collect();
    Answer::of(client.request(&method.to_uppercase(), &parts.join("/")).json(&json!({})))
}

#[test]
fn a_job_waits_for_room_with_what_it_has_stored_and_without_a_failure() {
    let free = Free::new();
    let (gate, embedder) = gated();
    let app = TestApp::with(Setup {
        embedder: Arc::new(embedder),
        max_failures: 1,
        disk: Some(free.disk()),
        ..Setup::default()
    });
    let client = app.client();
    let accepted = client.upload(&client.collection("c"), "log.txt", &long_text(3)).expect(202);
    gate.arrivals.recv().unwrap();
    free.becomes(&app, 100);
    gate.results.send(Ok(())).unwrap();
    client.wait(|| (text(&job(&app, &accepted), "/state") == "queued").then_some(()));
    let mut conn = server::connect(app.database_url()).unwrap();
    let stored: Count = sql_query("SELECT count(*) FROM chunks").get_result(&mut conn).unwrap();
    assert!(stored.count > 0, "the section in hand is stored");
    // Nobody takes it meanwhile: the embedder is not asked.
    assert!(gate.arrivals.try_recv().is_err());
    drop(gate);
    free.becomes(&app, 2 * RESERVE_MB);
    let done = client.finished(text(&accepted, "/job/id"));
    assert_eq!((text(&done, "/state"), &done["failures"]), ("done", &json!(0)), "{done}");
}
