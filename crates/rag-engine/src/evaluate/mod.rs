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
use serde::{Deserialize, Serialize};
use serde_json::json;
use tempfile::NamedTempFile;

use self::metrics::float;
use crate::{
    Engine, EngineResult,
    ingest::{Upload, Workers},
    retrieve::{Feedback, Fusion, Mode, Ranking, SearchRequest},
};

/// Chunks asked for per query: enough for 100 documents, as a document counts by its best chunk.
const CHUNKS_PER_QUERY: usize = 200;
/// How often progress is looked at.
const TICK: Duration = Duration::from_millis(500);

/// What to judge, and how.
#[derive(Debug, Clone, Copy)]
pub struct Evaluation<'a> {
    /// BEIR-shaped folder.
    pub dir: &'a Path,
    /// Ingest threads.
    pub workers: usize,
    /// Name of a collection that is kept, and not loaded again when it is there; without one a fresh one is made and deleted.
    pub keep_as: Option<&'a str>,
    /// Whether to judge other ways to rank too.
    pub sweep: bool,
}

/// Quality and speed of one way to search.
#[derive(Debug, Clone, Serialize, Deserialize)]
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
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Legs {
    /// Words only.
    pub lexical: LegReport,
    /// Vectors only.
    pub dense: LegReport,
    /// Both.
    pub fused: LegReport,
}

/// What an evaluation found.
#[derive(Debug, Clone, Serialize, Deserialize)]
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
    /// Both legs under other ways to rank, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sweep: Vec<(String, LegReport)>,
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
    evaluation: Evaluation<'_>,
    progress: &mut dyn FnMut(Progress),
) -> EngineResult<Report> {
    let queries = beir::queries(evaluation.dir)?;
    let collection = collection(engine, evaluation.keep_as)?;
    let result = run(engine, evaluation, collection, &queries, progress);
    if evaluation.keep_as.is_none() {
        engine.db().transaction(|conn| collections::delete(conn, engine.local_user(), collection))?;
    }
    result
}

fn run(
    engine: &Engine,
    evaluation: Evaluation<'_>,
    collection: CollectionId,
    queries: &[beir::Query],
    progress: &mut dyn FnMut(Progress),
) -> EngineResult<Report> {
    let begun = Instant::now();
    let workers = Workers::start(engine, evaluation.workers)?;
    let names = upload_all(engine, evaluation.dir, collection, progress)?;
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
    let variants = if evaluation.sweep { variants(&engine.settings().search.ranking) } else { Vec::new() };
    let all = queries.len() * (3 + variants.len());
    let mut done = 0;
    let mut judge = |mode, ranking: Option<&Ranking>| {
        let way = Way { collection, mode, ranking };
        judge(engine, &way, queries, &names, &mut || {
            done += 1;
            progress(Progress::Searching(done, all));
        })
    };
    let legs = Legs {
        lexical: judge(Mode::Lexical, None)?,
        dense: judge(Mode::Dense, None)?,
        fused: judge(Mode::Hybrid, None)?,
    };
    let sweep = variants
        .into_iter()
        .map(|(name, ranking)| Ok((name, judge(Mode::Hybrid, Some(&ranking))?)))
        .collect::<EngineResult<_>>()?;
    let documents = names.values().map(Vec::len).sum();
    let model = engine.embedder().model().name.clone();
    Ok(Report { legs, documents, queries: queries.len(), chunks, ingest_s, model, sweep })
}

/// Ways to rank that differ from the server's in one thing each.
fn variants(server: &Ranking) -> Vec<(String, Ranking)> {
    let fusions = [0.3, 0.5, 0.6, 0.7, 0.8, 0.9]
        .map(|dense_weight| (format!("convex {dense_weight}"), Fusion::Convex { dense_weight }))
        .into_iter()
        .chain([20.0, 60.0].map(|k| (format!("rrf {k}"), Fusion::ReciprocalRank { k })));
    let fusions = fusions.map(|(name, fusion)| (name, Ranking { fusion, ..server.clone() }));
    let feedbacks = [(0, 0.0), (1, 0.3), (3, 0.3), (3, 0.5), (5, 0.5)].map(|(passages, weight)| {
        let feedback = Feedback { passages, weight };
        (format!("feedback {passages} x {weight}"), Ranking { feedback, ..server.clone() })
    });
    let diversities = [0.1, 0.3]
        .map(|diversity| (format!("diversity {diversity}"), Ranking { diversity, ..server.clone() }));
    fusions.chain(feedbacks).chain(diversities).collect()
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

/// A way to search.
struct Way<'a> {
    collection: CollectionId,
    mode: Mode,
    ranking: Option<&'a Ranking>,
}

fn judge(
    engine: &Engine,
    way: &Way<'_>,
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
            plain: true,
            collections: &[way.collection],
            limit: CHUNKS_PER_QUERY,
            mode: way.mode,
            ranking: way.ranking.cloned(),
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
