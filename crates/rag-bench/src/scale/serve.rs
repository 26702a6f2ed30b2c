//! Concurrent clients: latency of each search in the database, and searches per second.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    thread::{self, ScopedJoinHandle},
    time::{Duration, Instant},
};

use rag_engine::{
    Engine,
    retrieve::{Mode, SearchRequest},
};
use rag_schema::ids::CollectionId;
use serde::Serialize;

use super::naive::{self, Leg};
use crate::{
    BenchResult,
    measure::{number, percentile, progress},
};

/// Number of results per search.
pub(crate) const LIMIT: usize = 10;
/// Number of searches before the measurement, to warm the caches.
const WARM_UP: usize = 50;

/// The engine and collection to search.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) engine: &'a Engine,
    pub(crate) url: &'a str,
    pub(crate) collection: CollectionId,
}

/// The measurements with one number of clients.
#[derive(Debug, Serialize)]
pub(crate) struct Served {
    /// Kind of search.
    pub(crate) name: &'static str,
    /// Number of concurrent clients.
    pub(crate) clients: usize,
    /// Number of answers; fewer than questions if the time limit was reached.
    pub(crate) answers: usize,
    /// Milliseconds in the database, including waits for a processor.
    pub(crate) p50_ms: f64,
    /// As above.
    pub(crate) p95_ms: f64,
    /// As above.
    pub(crate) p99_ms: f64,
    /// Answers a second, all clients together.
    pub(crate) per_second: f64,
}

/// The measurements of all numbers of clients.
#[derive(Debug, Serialize)]
pub(crate) struct AllServed(pub(crate) Vec<Served>);

/// Runs one search; returns its milliseconds in the database.
type Ask<'a> = Box<dyn FnMut(&str) -> BenchResult<f64> + 'a>;

/// Measures every kind of search with every number of clients; the naive searches with one.
pub(crate) fn run(
    place: &Place<'_>,
    questions: &[&str],
    clients: &[usize],
    limit: Duration,
) -> BenchResult<AllServed> {
    let mut served = Vec::new();
    for (name, mode) in [("dense", Mode::Dense), ("lexical", Mode::Lexical), ("fused", Mode::Hybrid)] {
        let open = || Ok(search(place, mode));
        warm_up(name, questions, limit, &open)?;
        for &clients in clients {
            served.push(measure(name, clients, questions, limit, &open)?);
        }
    }
    naive::prepare(place.url)?;
    for (name, leg) in [
        ("naive: default HNSW", Leg::Vectors),
        ("naive: ts_rank_cd, OR", Leg::Words),
        ("naive: both", Leg::Both),
    ] {
        let open = || -> BenchResult<Ask<'_>> {
            let mut client = naive::Client::new(place.engine, place.url, leg)?;
            Ok(Box::new(move |question| client.ask(question)))
        };
        served.push(measure(name, 1, questions, limit, &open)?);
    }
    Ok(AllServed(served))
}

/// One client that searches only vectors.
pub(crate) fn dense(place: &Place<'_>, questions: &[&str], limit: Duration) -> BenchResult<Served> {
    let open = || Ok(search(place, Mode::Dense));
    warm_up("dense", questions, limit, &open)?;
    measure("dense", 1, questions, limit, &open)
}

fn warm_up<'a>(
    name: &'static str,
    questions: &[&str],
    limit: Duration,
    open: &(dyn Fn() -> BenchResult<Ask<'a>> + Sync),
) -> BenchResult<()> {
    measure(name, 1, questions.get(..WARM_UP).unwrap_or(questions), limit, open)?;
    Ok(())
}

fn search<'a>(place: &Place<'a>, mode: Mode) -> Ask<'a> {
    let Place { engine, collection, .. } = *place;
    Box::new(move |query| {
        let collections = &[collection];
        let request = SearchRequest { query, collections, limit: LIMIT, mode, ..SearchRequest::default() };
        Ok(engine.search(engine.local_actor(), &request)?.timings.database_ms)
    })
}

/// Distributes the questions over the clients, each asked once, until all are asked or the time limit is reached.
fn measure<'a>(
    name: &'static str,
    clients: usize,
    questions: &[&str],
    limit: Duration,
    open: &(dyn Fn() -> BenchResult<Ask<'a>> + Sync),
) -> BenchResult<Served> {
    progress(&format!("asking {} questions: {name}, {clients} at once", questions.len()));
    let next = AtomicUsize::new(0);
    let begun = Instant::now();
    let client = || -> BenchResult<Vec<f64>> {
        let mut ask = open()?;
        let mut times = Vec::new();
        while begun.elapsed() < limit
            && let Some(question) = questions.get(next.fetch_add(1, Ordering::Relaxed))
        {
            times.push(ask(question)?);
        }
        Ok(times)
    };
    let results: Vec<BenchResult<Vec<f64>>> = thread::scope(|scope| {
        let threads: Vec<_> = (0..clients.max(1)).map(|_| scope.spawn(client)).collect();
        let joined = threads.into_iter().map(ScopedJoinHandle::join);
        joined.map(|result| result.unwrap_or_else(|_| Err("a client panicked".into()))).collect()
    });
    let took = begun.elapsed().as_secs_f64();
    let mut times = results.into_iter().collect::<BenchResult<Vec<_>>>()?.concat();
    Ok(Served {
        name,
        clients,
        answers: times.len(),
        p50_ms: percentile(&mut times, 50),
        p95_ms: percentile(&mut times, 95),
        p99_ms: percentile(&mut times, 99),
        per_second: number(times.len()) / took,
    })
}
