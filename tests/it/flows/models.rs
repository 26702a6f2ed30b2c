//! Processes with different embedding models on one database: each collection stays with its model, and nothing is silent.

use std::sync::Arc;

use diesel::prelude::*;
use rag_embed::{Embedder, hash::HashEmbedder};
use rag_engine::{
    Actor, Engine, EngineError,
    ingest::Upload,
    jobs::Workers,
    retrieve::{Mode, SearchRequest, SearchResult},
};
use rag_repo::{RepoResult, collections, jobs, statement::PlanDepth};
use rag_schema::{
    enums::JobState,
    ids::{CollectionId, JobId},
    models::NewCollection,
    schema::{embedding_models, embeddings},
};
use rag_testkit::{Setup, TestApp, TestDb, engine_on};
use serde_json::json;

use crate::routes::text;

fn embedder(dimensions: usize) -> Arc<dyn Embedder> {
    Arc::new(HashEmbedder::new(dimensions))
}

/// An application whose only model has so many dimensions, and another process on its database with another model.
fn two_processes() -> (TestApp, Engine) {
    let app = TestApp::with(Setup { embedder: embedder(64), ..Setup::default() });
    let other = engine_on(app.database_url(), vec![embedder(96)]);
    (app, other)
}

/// A collection of the model that the process gives new ones.
fn new_collection(engine: &Engine, name: &str) -> CollectionId {
    let user = engine.local_user();
    let new = NewCollection {
        id: CollectionId::new(),
        organisation_id: user.organisation_id,
        owner_id: user.id,
        name,
        description: "",
        model_id: engine.models().for_new_collections().id(),
        chunk_max_tokens: None,
        chunk_overlap_tokens: None,
    };
    engine.db().transaction(engine.local_actor(), |conn| collections::insert(conn, &new)).unwrap().id
}

fn upload(engine: &Engine, collection: CollectionId, body: &str) -> JobId {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), body).unwrap();
    let upload = Upload { file: file.path(), title: Some("T"), source: None, metadata: None };
    engine.upload(engine.local_actor(), collection, &upload).unwrap().job.unwrap().id
}

fn search(engine: &Engine, query: &str, mode: Mode, collections: &[CollectionId]) -> SearchResult {
    let request = SearchRequest {
        query,
        collections,
        limit: 10,
        mode,
        explain: Some(PlanDepth::Shape),
        ..SearchRequest::default()
    };
    engine.search(engine.local_actor(), &request).unwrap()
}

fn state(engine: &Engine, job: JobId) -> JobState {
    engine.db().transaction(Actor::System, |conn| jobs::find(conn, job)).unwrap().state
}

/// Names of the models whose vectors the collection holds.
fn models_of(app: &TestApp, collection: CollectionId) -> Vec<String> {
    let held = embeddings::table
        .inner_join(embedding_models::table)
        .filter(embeddings::collection_id.eq(collection))
        .select(embedding_models::name)
        .distinct();
    app.engine().db().read(Actor::System, |conn| -> RepoResult<_> { Ok(held.load(conn)?) }).unwrap()
}

fn refusal(engine: &Engine, mode: Mode, collections: &[CollectionId]) -> String {
    let request =
        SearchRequest { query: "zirconium", collections, limit: 1, mode, ..SearchRequest::default() };
    match engine.search(engine.local_actor(), &request).unwrap_err() {
        EngineError::Invalid(detail) => detail,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_collection_stays_with_its_model_whichever_process_takes_the_upload() {
    let (app, other) = two_processes();
    let client = app.client();
    let id = client.collection("own");
    assert_eq!(text(&client.get(&format!("/v1/collections/{id}")).expect(200), "/model"), "hash-64");
    let foreign = new_collection(&other, "foreign");

    // Each process takes an upload for the other's collection.
    let own: CollectionId = id.parse::<uuid::Uuid>().unwrap().into();
    let job = upload(&other, own, "Zirconium is a metal.");
    client.finished(&job.to_string());
    let path = format!("/v1/collections/{foreign}/texts");
    let accepted = client.post(&path, &json!({"title": "T", "text": "Granite is a rock."})).expect(202);
    assert_eq!(text(&accepted, "/job/model"), "hash-96");
    assert!(text(&accepted, "/job/waits_for").contains("hash-96, which this server does not have"));
    let waiting: JobId = text(&accepted, "/job/id").parse::<uuid::Uuid>().unwrap().into();

    // The worker of the first goes on with its own jobs, and leaves the other's to the other.
    client.text(&id, "T2", "Hafnium is a metal too.");
    assert_eq!(state(&other, waiting), JobState::Queued);
    let workers = Workers::start(&other, 1).unwrap();
    let done = client.finished(&waiting.to_string());
    workers.stop();
    assert_eq!((text(&done, "/state"), done.get("waits_for")), ("done", None));

    assert_eq!(
        (models_of(&app, own), models_of(&app, foreign)),
        (vec!["hash-64".to_owned()], vec!["hash-96".to_owned()])
    );
    assert_eq!(search(&other, "granite", Mode::Dense, &[foreign]).found.len(), 1);
    assert_eq!(search(app.engine(), "zirconium", Mode::Dense, &[own]).found.len(), 2);
}

#[test]
fn a_process_without_the_model_searches_by_words_alone_and_says_so() {
    let (app, other) = two_processes();
    let client = app.client();
    let id = client.collection("own");
    client.text(&id, "T", "Zirconium is a metal.");
    let own: CollectionId = id.parse::<uuid::Uuid>().unwrap().into();

    let result = search(app.engine(), "zirconium", Mode::Hybrid, &[own]);
    assert!(result.warnings.is_empty() && result.found[0].ranked.dense.is_some());
    let result = search(&other, "zirconium", Mode::Hybrid, &[own]);
    assert_eq!(result.found.len(), 1);
    assert!(result.found[0].ranked.dense.is_none() && result.found[0].ranked.lexical.is_some());
    assert!(
        result.warnings[0]
            .starts_with("1 of 1 collections were searched by words alone: their embedding model is hash-64")
    );
    let scope = result.trace.unwrap().steps.into_iter().find(|step| step.step == "scope").unwrap();
    assert_eq!(scope.detail["words_only"], json!([{"model": "hash-64", "collections": 1}]));
    assert!(search(&other, "zirconium", Mode::Lexical, &[own]).warnings.is_empty(), "as it was asked for");
    let refused = refusal(&other, Mode::Dense, &[own]);
    assert!(refused.contains("hash-64") && refused.contains("hybrid or lexical"), "{refused}");
}

#[test]
fn the_interface_passes_the_warnings_on() {
    let (app, other) = two_processes();
    let foreign = new_collection(&other, "foreign");
    let client = app.client();
    let query = json!({"query": "granite", "collection_ids": [foreign.to_string()]});
    let found = client.post("/v1/search", &query).expect(200);
    assert!(text(&found, "/warnings/0").contains("hash-96"), "{found}");
    let asked = client.post("/v1/ask", &json!({"question": "Is granite a rock?"})).expect(200);
    assert!(text(&asked, "/warnings/0").contains("hash-96"), "{asked}");
    let dense = json!({"query": "granite", "mode": "dense", "collection_ids": [foreign.to_string()]});
    assert_eq!(client.post("/v1/search", &dense).problem(422), "invalid");
}

#[test]
fn collections_of_several_models_are_searched_as_one() {
    let db = TestDb::new();
    let more_embedders = vec![embedder(96)];
    let app = TestApp::on(db, Setup { embedder: embedder(64), more_embedders, ..Setup::default() });
    let client = app.client();
    let first = client.collection("first");
    client.text(&first, "T", "Zirconium is a metal.");
    let second = new_collection(&engine_on(app.database_url(), vec![embedder(96)]), "second");
    client.text(&second.to_string(), "T", "Zirconium melts at 1855 degrees.");
    client.text(&second.to_string(), "U", "Bread is baked.");

    let result = search(app.engine(), "zirconium", Mode::Hybrid, &[]);
    assert!(result.warnings.is_empty(), "{:?}", result.warnings);
    assert_eq!(result.models, ["hash-64", "hash-96"]);
    // The best of each model, each first on its own list and found by words, come before the rest.
    let ranks: Vec<_> =
        result.found.iter().map(|found| found.ranked.dense.and_then(|hit| hit.rank)).collect();
    assert_eq!(ranks, [Some(1), Some(1), Some(2)]);
    assert!(result.found[..2].iter().all(|found| found.passage.text.contains("Zirconium")));
    let fuse = result.trace.unwrap().steps.into_iter().find(|step| step.step == "fuse").unwrap();
    assert!(text(&fuse.detail, "/fusion").starts_with("ReciprocalRank"), "{fuse:?}");

    let answer =
        client.post("/v1/ask", &json!({"question": "At how many degrees does zirconium melt?"})).expect(200);
    assert!(text(&answer, "/answer/text").contains("1855"), "{answer}");
    // One collection alone is searched as ever.
    let result = search(app.engine(), "zirconium", Mode::Hybrid, &[second]);
    assert_eq!(result.models, ["hash-96"]);
    let fuse = result.trace.unwrap().steps.into_iter().find(|step| step.step == "fuse").unwrap();
    assert!(text(&fuse.detail, "/fusion").starts_with("Convex"), "{fuse:?}");
}

#[test]
fn a_model_of_the_same_name_and_other_dimensions_is_refused_at_the_start() {
    let app = TestApp::start();
    let known = app.engine().models().for_new_collections().row().clone();
    app.engine()
        .db()
        .transaction(Actor::System, |conn| {
            rag_repo::embedding_models::register(conn, "hash-96", 95, &known.index)
        })
        .unwrap();
    let error = rag_testkit::try_engine_on(app.database_url(), vec![embedder(96)]).unwrap_err();
    let EngineError::Invalid(detail) = error else { panic!("{error:?}") };
    assert!(detail.contains("hash-96") && detail.contains("95 dimensions"), "{detail}");
    let twice = rag_testkit::try_engine_on(app.database_url(), vec![embedder(8), embedder(8)]).unwrap_err();
    assert!(matches!(twice, EngineError::Invalid(_)), "{twice:?}");
    assert!(rag_testkit::try_engine_on(app.database_url(), Vec::new()).is_err());
}
