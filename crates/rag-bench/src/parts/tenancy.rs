//! What it costs that each transaction is entered on somebody's behalf and that policies hold it.

use diesel::Connection;
use rag_engine::Engine;
use rag_repo::{Page, PgConnection, RepoError, documents};
use rag_schema::ids::{CollectionId, DocumentId};

use crate::{
    BenchResult,
    measure::{Figure, median, ms, timed},
};

/// Reads of each kind.
const ROUNDS: usize = 2_000;

/// Reads one document under row-level security, and the same in a transaction of the tables' owner, in turn.
pub(crate) fn run(engine: &Engine, url: &str, collection: CollectionId) -> BenchResult<Figure> {
    let owner = &mut rag_repo::server::connect(url)?;
    let page = Page::first(1);
    let id = documents::list(owner, collection, page)?.first().ok_or("there is no document to read")?.id;
    let (mut entered, mut bare) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let (found, took) =
            timed(|| engine.db().transaction(engine.local_actor(), |conn| documents::find(conn, id)));
        found?;
        entered.push(ms(took) * 1e3);
        let (found, took) = timed(|| read(owner, id));
        found?;
        bare.push(ms(took) * 1e3);
    }
    Ok(Figure::new(
        "a document read on somebody's behalf, p50",
        "us",
        median(&mut entered),
        "by the tables' owner",
        median(&mut bare),
    ))
}

fn read(conn: &mut PgConnection, id: DocumentId) -> Result<(), RepoError> {
    conn.transaction(|conn| documents::find(conn, id).map(drop))
}
