//! What it costs that each transaction is entered on somebody's behalf and that policies hold it.

use rag_engine::{Actor, Engine};
use rag_repo::{Page, documents};
use rag_schema::ids::CollectionId;

use crate::{
    BenchResult,
    measure::{Figure, median, ms, timed},
};

/// Reads of each kind.
const ROUNDS: usize = 2_000;

/// Reads one document on behalf of its owner, and on behalf of a worker, whom no policy holds, in turn and by one pool.
pub(crate) fn run(engine: &Engine, collection: CollectionId) -> BenchResult<Figure> {
    let page = Page::first(1);
    let listed = engine.db().transaction(Actor::Worker, |conn| documents::list(conn, collection, page))?;
    let id = listed.first().ok_or("there is no document to read")?.id;
    let (mut entered, mut bare) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let (found, took) =
            timed(|| engine.db().transaction(engine.local_actor(), |conn| documents::find(conn, id)));
        found?;
        entered.push(ms(took) * 1e3);
        let (found, took) =
            timed(|| engine.db().transaction(Actor::Worker, |conn| documents::find(conn, id)));
        found?;
        bare.push(ms(took) * 1e3);
    }
    Ok(Figure::new(
        "a document read on somebody's behalf, p50",
        "us",
        median(&mut entered),
        "by a worker",
        median(&mut bare),
    ))
}
