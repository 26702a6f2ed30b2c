//! Search through the HTTP API compared with the same SQL on a bare connection.

use diesel::Connection;
use rag_engine::{Engine, retrieve::SearchRequest};
use rag_repo::PgConnection;
use rag_schema::ids::CollectionId;
use serde_json::json;

use super::background::{BackgroundApi, KEY};
use crate::{
    BenchResult,
    measure::{Figure, median, ms, timed},
};

/// Number of results per search.
const LIMIT: usize = 10;

/// Runs each question both ways, so that both have the same noise.
pub(crate) fn through_api(
    engine: &Engine,
    url: &str,
    collection: CollectionId,
    questions: &[String],
) -> BenchResult<Figure> {
    let server = BackgroundApi::start(engine)?;
    let client = BackgroundApi::client();
    let conn = &mut rag_repo::server::connect(url)?;
    let ask = |question: &String| -> BenchResult<f64> {
        let body = json!({"query": question, "collection_ids": [collection], "limit": LIMIT});
        let request = client.post(server.url("/v1/search")).bearer_auth(KEY).json(&body);
        let (answer, took) = timed(|| request.send()?.error_for_status()?.text());
        answer?;
        Ok(ms(took))
    };
    let mut ask_bare = |question: &String| -> BenchResult<f64> {
        let (answer, took) = timed(|| on_bare_connection(engine, conn, collection, question));
        answer?;
        Ok(ms(took))
    };
    let (mut through_api, mut bare) = (Vec::new(), Vec::new());
    for (number, question) in questions.iter().enumerate() {
        // Alternating, because the first search loads pages into memory for the second.
        if number % 2 == 0 {
            through_api.push(ask(question)?);
            bare.push(ask_bare(question)?);
        } else {
            bare.push(ask_bare(question)?);
            through_api.push(ask(question)?);
        }
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
