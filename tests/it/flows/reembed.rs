//! Collections move to another embedding model while they are searched: no search fails, none mixes models, and nothing is lost.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Sender, channel},
    },
    thread,
};

use diesel::{
    dsl::{IntervalDsl, now},
    prelude::*,
    sql_types::Timestamptz,
};
use rag_embed::{EmbedError, Embedder, hash::HashEmbedder};
use rag_engine::{
    Actor, Engine, EngineError, Move,
    retrieve::{Mode, SearchRequest, SearchResult},
};
use rag_repo::{RepoResult, embedding_models, reembedding};
use rag_schema::{
    enums::JobKind,
    ids::{CollectionId, JobId},
    schema::jobs,
};
use rag_testkit::{Client, MoodyEmbedder, Setup, TestApp, engine_on};
use serde_json::json;

use crate::routes::text;

/// The models of the tests: the collection has the first, and moves to the second.
const OLD: &str = "hash-64";
const NEW: &str = "hash-256";

/// An application with both models. Its worker embeds a batch by the new one for each message to the sender.
fn gated() -> (TestApp, Sender<()>) {
    let (permits, gate) = channel();
    let gate = Mutex::new(gate);
    let new = MoodyEmbedder::new(move || {
        let is_worker = thread::current().name().is_some_and(|name| name.starts_with("worker-"));
        if is_worker {
            // Without a sender the gate is open.
            let _ = gate.lock().unwrap_or_else(PoisonError::into_inner).recv();
        }
        Ok::<(), EmbedError>(())
    });
    let old: Arc<dyn Embedder> = Arc::new(HashEmbedder::new(64));
    (TestApp::with(Setup { embedder: old, more_embedders: vec![Arc::new(new)], ..Setup::default() }), permits)
}

/// A collection of a document of many chunks, and a small one.
fn with_documents(client: &Client) -> CollectionId {
    let id = client.collection("law");
    let paragraph =
        |n: usize| format!("Article {n}. {}", format!("The harbour {n} counts ships. ").repeat(30));
    let long: Vec<String> = (0..100).map(paragraph).collect();
    client.text(&id, "Harbours", &long.join("\n\n"));
    client.text(&id, "Metals", "Zirconium is a metal.");
    id.parse::<uuid::Uuid>().unwrap().into()
}

fn search(engine: &Engine, query: &str, mode: Mode) -> SearchResult {
    engine
        .search(engine.local_actor(), &SearchRequest { query, mode, limit: 5, ..SearchRequest::default() })
        .unwrap()
}

/// The search finds the right document by the vectors of one model, whose name is returned.
fn finds_zirconium(engine: &Engine, mode: Mode) -> String {
    let result = search(engine, "zirconium", mode);
    assert!(result.warnings.is_empty(), "{:?}", result.warnings);
    let first = &result.found[0];
    assert!(first.passage.text.contains("Zirconium") && first.ranked.dense.is_some());
    let [model] = &result.models[..] else { panic!("{:?}", result.models) };
    model.clone()
}

fn start_move(engine: &Engine, collection: CollectionId, model: &str) -> JobId {
    match engine.move_collection(engine.local_actor(), collection, model).unwrap() {
        Move::Queued(job) => job,
        other => panic!("{other:?}"),
    }
}

fn vectors(engine: &Engine, collection: CollectionId, model: &str) -> i64 {
    engine
        .db()
        .read(Actor::System, |conn| -> RepoResult<_> {
            let known = embedding_models::list(conn)?;
            let Some(model) = known.iter().find(|known| known.name == model) else { return Ok(0) };
            embedding_models::vector_count(conn, model.id, collection)
        })
        .unwrap()
}

#[test]
fn every_search_during_a_move_compares_vectors_of_one_model_and_finds() {
    let (app, permits) = gated();
    let (client, engine) = (app.client(), app.engine());
    let collection = with_documents(&client);
    let all = vectors(engine, collection, OLD);
    assert!(all > 130, "several batches: {all}");
    let job = start_move(engine, collection, NEW);
    assert_eq!(start_move(engine, collection, NEW), job, "one move at a time");

    let path = format!("/v1/jobs/{job}");
    let mut batches = 0;
    let done = client.wait(|| {
        let job = client.get(&path).expect(200);
        let has_ended = !job["finished_at"].is_null();
        for mode in [Mode::Dense, Mode::Hybrid] {
            let model = finds_zirconium(engine, mode);
            assert!(has_ended || model == OLD || vectors(engine, collection, NEW) == all, "{model} {job}");
        }
        // The worker embeds its next batch, if it waits.
        let _ = permits.send(());
        batches += 1;
        has_ended.then_some(job)
    });
    assert!(batches > 2);
    assert_eq!((text(&done, "/state"), &done["done"], &done["total"]), ("done", &json!(all), &json!(all)));
    assert_eq!(finds_zirconium(engine, Mode::Dense), NEW);
    let shown = client.get(&format!("/v1/collections/{collection}")).expect(200);
    assert_eq!(text(&shown, "/model"), NEW);
}

#[test]
fn a_document_that_arrives_during_a_move_is_found_by_the_new_model() {
    let (app, permits) = gated();
    let (client, engine) = (app.client(), app.engine());
    let collection = with_documents(&client);
    let job = start_move(engine, collection, NEW);
    let path = format!("/v1/collections/{collection}/texts");
    let accepted = client.post(&path, &json!({"title": "Rocks", "text": "Granite is a rock."})).expect(202);
    drop(permits);
    client.finished(&job.to_string());
    client.ingested(&accepted);
    let found = search(engine, "granite", Mode::Dense);
    assert!(found.found[0].passage.text.contains("Granite"));
    assert_eq!(found.models, [NEW]);
    let after = client.post(&path, &json!({"title": "Bread", "text": "Bread is baked."})).expect(202);
    assert_eq!(text(&after, "/job/model"), NEW);
    client.ingested(&after);
    assert!(search(engine, "bread", Mode::Dense).found[0].passage.text.contains("Bread"));
}

#[test]
fn moving_a_collection_to_its_own_model_ends_the_move() {
    let (app, _permits) = gated();
    let (client, engine) = (app.client(), app.engine());
    let collection = with_documents(&client);
    let job = start_move(engine, collection, NEW);
    let back = engine.move_collection(engine.local_actor(), collection, OLD).unwrap();
    assert_eq!(back, Move::Cancelled);
    assert_eq!(text(&client.finished(&job.to_string()), "/state"), "cancelled");
    assert_eq!(engine.move_collection(engine.local_actor(), collection, OLD).unwrap(), Move::Stays);
    assert_eq!(finds_zirconium(engine, Mode::Dense), OLD);
}

#[test]
fn a_model_that_nothing_needs_is_removed_with_its_vectors() {
    let (app, permits) = gated();
    let (client, engine) = (app.client(), app.engine());
    let collection = with_documents(&client);
    let other = engine_on(app.database_url(), vec![Arc::new(HashEmbedder::new(256))]);
    assert!(matches!(other.remove_model(OLD), Err(EngineError::Conflict(_))), "the collection needs it");
    assert!(matches!(other.remove_model(NEW), Err(EngineError::Conflict(_))), "new collections need it");
    assert!(matches!(other.remove_model("unknown"), Err(EngineError::NotFound(_))));
    drop(permits);
    client.finished(&start_move(engine, collection, NEW).to_string());
    other.remove_model(OLD).unwrap();
    assert_eq!(vectors(engine, collection, OLD), 0);
    assert_eq!(finds_zirconium(&other, Mode::Dense), NEW);
}

#[test]
fn old_vectors_are_deleted_some_time_after_a_move() {
    let (app, permits) = gated();
    let (client, engine) = (app.client(), app.engine());
    let collection = with_documents(&client);
    drop(permits);
    client.finished(&start_move(engine, collection, NEW).to_string());
    let delete = || {
        engine.db().transaction(Actor::System, |conn| reembedding::delete_old_vectors(conn, 10_000)).unwrap()
    };
    assert_eq!(delete(), 0, "a search that began before the move may still compare them");
    let age = |conn: &mut PgConnection| -> RepoResult<_> {
        let then = jobs::finished_at.eq((now.into_sql::<Timestamptz>() - 1.hours()).nullable());
        Ok(diesel::update(jobs::table.filter(jobs::kind.eq(JobKind::Reembed))).set(then).execute(conn)?)
    };
    engine.db().transaction(Actor::System, age).unwrap();
    let old = vectors(engine, collection, OLD);
    assert_eq!(i64::try_from(delete()).unwrap(), old);
    assert_eq!(vectors(engine, collection, OLD), 0);
    assert!(vectors(engine, collection, NEW) > 0);
    assert_eq!(delete(), 0);
}
