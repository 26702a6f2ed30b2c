//! Judging retrieval: a test collection goes in as an upload does, its queries run as the API's do.

mod beir;
pub mod metrics;

use std::{
    collections::HashMap,
    io::Write,
    path::Path,
    time::{Duration, Instant},
};

use rag_repo::{collections, jobs, search::Scope};
use rag_schema::{
    ids::{CollectionId, DocumentId},
    models::NewCollection,
};
use serde::Serialize;
use serde_json::json;
use tempfile::NamedTempFile;

use self::metrics::float;
use crate::{
    Engine, EngineResult,
    ingest::{Upload, Workers},
    retrieve::{Mode, SearchRequest},
};

/// Chunks asked for per query: enough for 100 documents, as a document counts by its best chunk.
const CHUNKS_PER_QUERY: usize = 200;
/// How often progress is looked at.
const TICK: Duration = Duration::from_millis(500);

/// Quality and speed of one leg.
#[derive(Debug, Clone, Serialize)]
pub struct LegReport {
    /// Mean nDCG@10.
    pub ndcg_at_10: f64,
    /// Mean recall@10.
    pub recall_at_10: f64,
    /// Mean recall@100.
    pub recall_at_100: f64,
    /// Mean reciprocal rank within the first 10.
    pub mrr_at_10: f64,
    /// Median time of a search, embedding included, in milliseconds.
    pub p50_ms: f64,
    /// 95th percentile of the same.
    pub p95_ms: f64,
}

/// Report on the three ways to search.
#[derive(Debug, Clone, Serialize)]
pub struct Legs {
    /// Words only.
    pub lexical: LegReport,
    /// Vectors only.
    pub dense: LegReport,
    /// Both.
    pub fused: LegReport,
}

/// What an evaluation found.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Per leg and fused.
    pub legs: Legs,
    /// Documents of the corpus.
    pub documents: usize,
    /// Queries with judgements.
    pub queries: usize,
    /// Chunks stored.
    pub chunks: i64,
    /// Time from the first upload to the last publication, in seconds.
    pub ingest_s: f64,
    /// Embedding model.
    pub model: String,
}

/// Where an evaluation is.
#[derive(Debug, Clone, Copy)]
pub enum Progress {
    /// Documents sent.
    Uploading(usize),
    /// Documents still to be read and embedded.
    Ingesting(i64),
    /// Searches done, of how many.
    Searching(usize, usize),
}

/// Loads the BEIR-shaped folder into a collection and runs its queries. A collection that is named is kept, and what it
/// holds already is not loaded again; without a name it is a fresh one, deleted at the end.
pub fn evaluate(
    engine: &Engine,
    dir: &Path,
    workers: usize,
    keep_as: Option<&str>,
    progress: &mut dyn FnMut(Progress),
) -> EngineResult<Report> {
    let queries = beir::queries(dir)?;
    let collection = collection(engine, keep_as)?;
    let result = run(engine, dir, collection, workers, &queries, progress);
    if keep_as.is_none() {
        engine.db().transaction(|conn| collections::delete(conn, engine.local_user(), collection))?;
    }
    result
}

fn run(
    engine: &Engine,
    dir: &Path,
    collection: CollectionId,
    workers: usize,
    queries: &[beir::Query],
    progress: &mut dyn FnMut(Progress),
) -> EngineResult<Report> {
    let begun = Instant::now();
    let workers = Workers::start(engine, workers)?;
    let names = upload_all(engine, dir, collection, progress)?;
    loop {
        let open = engine.db().run(|conn| jobs::open_count(conn, collection))?;
        progress(Progress::Ingesting(open));
        if open == 0 {
            break;
        }
        std::thread::sleep(TICK);
    }
    let ingest_s = begun.elapsed().as_secs_f64();
    workers.stop();
    let chunks = engine.db().run(|conn| Scope::of(&[collection]).chunk_count(conn))?;
    let mut done = 0;
    let mut leg = |mode| {
        judge(engine, collection, mode, queries, &names, &mut || {
            done += 1;
            progress(Progress::Searching(done, queries.len() * 3));
        })
    };
    let legs = Legs { lexical: leg(Mode::Lexical)?, dense: leg(Mode::Dense)?, fused: leg(Mode::Hybrid)? };
    let documents = names.values().map(Vec::len).sum();
    let model = engine.embedder().model().name.clone();
    Ok(Report { legs, documents, queries: queries.len(), chunks, ingest_s, model })
}

fn collection(engine: &Engine, name: Option<&str>) -> EngineResult<CollectionId> {
    let id = CollectionId::new();
    let fresh = format!("evaluation {id}");
    let name = name.unwrap_or(&fresh);
    let new = NewCollection { id, owner_id: engine.local_user(), name, description: "A test collection." };
    Ok(engine.db().transaction(|conn| match collections::find_by_name(conn, engine.local_user(), name)? {
        Some(known) => Ok(known.id),
        None => Ok(collections::insert(conn, &new)?.id),
    })?)
}

/// The corpus' ids by document; texts that stand in it twice are stored once and keep both ids.
type Names = HashMap<DocumentId, Vec<String>>;

fn upload_all(
    engine: &Engine,
    dir: &Path,
    collection: CollectionId,
    progress: &mut dyn FnMut(Progress),
) -> EngineResult<Names> {
    let mut names = Names::new();
    for (count, entry) in beir::corpus(dir)?.enumerate() {
        let entry = entry?;
        if entry.text.trim().is_empty() {
            // Some collections hold documents without a text; nobody could upload or find one.
            continue;
        }
        let mut file = NamedTempFile::new_in(&engine.settings().ingest.scratch)?;
        file.write_all(entry.text.as_bytes())?;
        let upload = Upload {
            file: file.path(),
            title: Some(&entry.title),
            source: Some(&entry.id),
            metadata: &json!({"id": entry.id}),
        };
        let accepted = engine.upload(engine.local_user(), collection, &upload)?;
        names.entry(accepted.document.id).or_default().push(entry.id);
        progress(Progress::Uploading(count + 1));
    }
    Ok(names)
}

fn judge(
    engine: &Engine,
    collection: CollectionId,
    mode: Mode,
    queries: &[beir::Query],
    names: &Names,
    tick: &mut dyn FnMut(),
) -> EngineResult<LegReport> {
    let mut times = Vec::with_capacity(queries.len());
    let mut report = LegReport {
        ndcg_at_10: 0.0,
        recall_at_10: 0.0,
        recall_at_100: 0.0,
        mrr_at_10: 0.0,
        p50_ms: 0.0,
        p95_ms: 0.0,
    };
    for query in queries {
        let request = SearchRequest {
            query: &query.text,
            collections: &[collection],
            limit: CHUNKS_PER_QUERY,
            mode,
            ..SearchRequest::default()
        };
        let begun = Instant::now();
        let found = engine.search(engine.local_user(), &request)?.found;
        times.push(begun.elapsed().as_secs_f64() * 1e3);
        let documents: Vec<DocumentId> = found.iter().map(|found| found.passage.document_id).collect();
        let ranking = by_best_chunk(&documents, names);
        report.ndcg_at_10 += metrics::ndcg(&ranking, &query.judged, 10);
        report.recall_at_10 += metrics::recall(&ranking, &query.judged, 10);
        report.recall_at_100 += metrics::recall(&ranking, &query.judged, 100);
        report.mrr_at_10 += metrics::reciprocal_rank(&ranking, &query.judged, 10);
        tick();
    }
    let count = float(queries.len().max(1));
    Ok(LegReport {
        ndcg_at_10: report.ndcg_at_10 / count,
        recall_at_10: report.recall_at_10 / count,
        recall_at_100: report.recall_at_100 / count,
        mrr_at_10: report.mrr_at_10 / count,
        p50_ms: metrics::percentile(&mut times, 0.5),
        p95_ms: metrics::percentile(&mut times, 0.95),
    })
}

/// Each document once, at the place of its best chunk.
fn by_best_chunk(documents: &[DocumentId], names: &Names) -> Vec<String> {
    let mut ranking: Vec<String> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for document in documents.iter().filter(|document| seen.insert(**document)) {
        ranking.extend(names.get(document).into_iter().flatten().cloned());
    }
    ranking
}
