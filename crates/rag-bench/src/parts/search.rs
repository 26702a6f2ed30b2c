//! Search through the HTTP API against the same SQL on a bare connection.

use diesel::Connection;
use rag_api::ApiSettings;
use rag_engine::{Engine, retrieve::SearchRequest};
use rag_repo::PgConnection;
use rag_schema::ids::CollectionId;
use serde_json::json;

use crate::{
    BenchResult,
    measure::{Figure, median, ms, timed},
};

/// Results asked for.
const LIMIT: usize = 10;

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
    let mut through_api = Vec::new();
    let mut bare = Vec::new();
    for question in questions {
        let body = json!({"query": question, "collection_ids": [collection], "limit": LIMIT});
        let (answer, took) =
            timed(|| client.post(&server.search_url).json(&body).send()?.error_for_status()?.text());
        answer?;
        through_api.push(ms(took));
        let (answer, took) = timed(|| on_bare_connection(engine, conn, collection, question));
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
    collection: CollectionId,
    question: &str,
) -> BenchResult<()> {
    let collections = [collection];
    let request = SearchRequest {
        query: question,
        collections: &collections,
        limit: LIMIT,
        ..SearchRequest::default()
    };
    conn.transaction(|conn| {
        engine.local_actor().enter(conn)?;
        engine.search_on(conn, &request)?;
        Ok(())
    })
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
