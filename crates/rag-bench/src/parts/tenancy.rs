//! The cost of entering each transaction for an actor and of row-level security.

use rag_engine::{Actor, Engine};
use rag_repo::{Db, Page, PoolSettings, documents};
use rag_schema::ids::{CollectionId, DocumentId};

use crate::{
    BenchResult,
    measure::{Figure, median, ms, timed},
};

/// Number of rounds of each kind, and of reads in a round.
const TURNS: usize = 40;
const READS: usize = 100;
/// Number of reads of a round that are not counted: PostgreSQL replans a statement when the role changes, and caches a plan only
/// after five.
const WARM_UP: usize = 10;

/// Reads one document alternately as its owner and as a worker, who bypasses the policies. Both use one connection:
/// two would differ by the processors of their server processes.
pub(crate) fn run(engine: &Engine, database_url: &str, collection: CollectionId) -> BenchResult<Figure> {
    let page = Page::first(1);
    let listed = engine.db().transaction(Actor::System, |conn| documents::list(conn, collection, page))?;
    let id = listed.first().ok_or("there is no document to read")?.id;
    let db = Db::new(
        database_url,
        &PoolSettings { read_connections: 1, write_connections: 1, ..PoolSettings::default() },
    );
    let (mut entered, mut bare) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        turn(&db, engine.local_actor(), id, &mut entered)?;
        turn(&db, Actor::System, id, &mut bare)?;
    }
    Ok(Figure::new(
        "a document read on somebody's behalf, p50",
        "us",
        median(&mut entered),
        "by a worker",
        median(&mut bare),
    ))
}

/// Adds the microseconds that each read takes.
fn turn(db: &Db, actor: Actor, id: DocumentId, times: &mut Vec<f64>) -> BenchResult<()> {
    for read in 0..WARM_UP + READS {
        let (found, took) = timed(|| db.transaction(actor, |conn| documents::find(conn, id)));
        found?;
        if read >= WARM_UP {
            times.push(ms(took) * 1e3);
        }
    }
    Ok(())
}
