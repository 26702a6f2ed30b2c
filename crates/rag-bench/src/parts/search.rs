//! Search through the HTTP API against the same SQL on a bare connection.

use diesel::Connection;
use pgvector::HalfVector;
use rag_api::ApiSettings;
use rag_engine::{
    Engine,
    retrieve::{Fusion, fuse},
};
use rag_repo::{PgConnection, RepoError, embedding_models, search};
use rag_schema::{ids::CollectionId, models::EmbeddingModel};
use serde_json::json;

use crate::{
    BenchResult,
    measure::{Figure, median, ms, timed},
};

/// Results asked for, and candidates of each leg.
const LIMIT: i64 = 10;
const CANDIDATES: i64 = 100;

/// Asks each question both ways in turn, so that both meet the same noise.
pub(crate) fn through_api(
    engine: &Engine,
    url: &str,
    collection: CollectionId,
    questions: &[String],
) -> BenchResult<Figure> {
    let server = BackgroundApi::start(engine)?;
    // Even a client that only speaks plain HTTP wants one; an error means that there is one already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::blocking::Client::new();
    let conn = &mut rag_repo::server::connect(url)?;
    let info = engine.embedder().model();
    let model = embedding_models::register(conn, &info.name, i32::try_from(info.dimensions)?)?;
    let mut through_api = Vec::new();
    let mut bare = Vec::new();
    for question in questions {
        let body = json!({"query": question, "collection_ids": [collection], "limit": LIMIT});
        let (answer, took) =
            timed(|| client.post(&server.search_url).json(&body).send()?.error_for_status()?.text());
        answer?;
        through_api.push(ms(took));
        let (answer, took) = timed(|| on_bare_connection(engine, conn, &model, collection, question));
        answer?;
        bare.push(ms(took));
    }
    Ok(Figure::new(
        "search, p50",
        "ms",
        median(&mut through_api),
        "embedding and SQL, bare",
        median(&mut bare),
    ))
}

fn on_bare_connection(
    engine: &Engine,
    conn: &mut PgConnection,
    model: &EmbeddingModel,
    collection: CollectionId,
    question: &str,
) -> BenchResult<()> {
    let vector = HalfVector::from_f32_slice(&engine.embedder().embed_query(question)?);
    let settings = &engine.settings().search;
    let collections = [collection];
    conn.transaction(|conn| {
        let words = search::parse_words(conn, &collections, question)?;
        let query = search::LexicalQuery::within_budget(words, settings.lexical_budget);
        let lexical = search::best_by_words(conn, &collections, &query, CANDIDATES)?;
        let plan = search::plan_dense(conn, model, &collections, settings.ef_search)?;
        let dense = search::nearest(conn, model, &collections, &vector, plan, CANDIDATES)?;
        let missing: Vec<_> = lexical.iter().map(|hit| hit.chunk_id).collect();
        let cosines = search::similarities(conn, model, &vector, &missing)?;
        let ranked = fuse(Fusion::Convex { dense_weight: 0.7 }, &dense, &lexical, &cosines);
        let best: Vec<_> = ranked.iter().take(10).map(|ranked| ranked.chunk_id).collect();
        search::passages(conn, &best)?;
        Ok::<(), RepoError>(())
    })?;
    Ok(())
}

/// The API on a thread of its own, until it is dropped.
struct BackgroundApi {
    search_url: String,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl BackgroundApi {
    fn start(engine: &Engine) -> BenchResult<Self> {
        let engine = engine.clone();
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let (tell, told) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async {
                let settings = ApiSettings { bind: ([127, 0, 0, 1], 0).into(), ..ApiSettings::default() };
                let server = rag_api::serve(engine, settings);
                let address =
                    server.as_ref().map(rag_api::RunningServer::address).map_err(ToString::to_string);
                if tell.send(address).is_ok()
                    && let Ok(server) = server
                {
                    // Both ways to end mean the same: stop.
                    let _ = stopped.await;
                    server.stop().await;
                }
            });
        });
        let address = told.recv()??;
        Ok(Self { search_url: format!("http://{address}/v1/search"), stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for BackgroundApi {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic there has been printed already.
            let _ = thread.join();
        }
    }
}
