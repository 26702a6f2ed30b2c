//! Judging retrieval and answers: a test collection is ingested like an upload, and its queries and questions run like those of
//! the API.

mod answer_report;
mod answers;
mod beir;
mod conversations;
mod judge;
mod memory;
mod memory_report;
pub mod metrics;
mod questions;
mod report;
mod ways;

use std::{
    collections::HashMap,
    io::Write,
    path::Path,
    time::{Duration, Instant},
};

use rag_repo::{collections, jobs, search::Scope};
use rag_schema::{
    ids::{CollectionId, DocumentId},
    models::Collection,
};
use serde_json::json;
use tempfile::NamedTempFile;

pub use self::{
    answer_report::{AnswerReport, GroupReport, JudgedAnswer},
    answers::{AnswerEvaluation, evaluate_answers},
    memory::{evaluate_memory, is_memory_set},
    memory_report::{MemoryReport, RecallMeasures, WayReport},
    report::{LegReport, Legs, Report},
};
use self::{
    judge::judge,
    ways::{Way, readings, variants},
};
use crate::{
    CollectionRequest, Engine, EngineError, EngineResult,
    ingest::Upload,
    jobs::Workers,
    retrieve::{GroupBy, Mode},
};

/// Interval at which progress is reported.
const TICK: Duration = Duration::from_millis(500);

/// An evaluation of retrieval.
#[derive(Debug, Clone, Copy)]
pub struct Evaluation<'a> {
    /// Folder in the BEIR format.
    pub dir: &'a Path,
    /// Number of ingest threads.
    pub workers: usize,
    /// Name of a collection that is kept and, if it exists, not loaded again; if absent, a fresh one is created and deleted at
    /// the end.
    pub keep_as: Option<&'a str>,
    /// Also judges the variants of understanding and ranking whose name contains this text; an empty text selects all.
    pub sweep: Option<&'a str>,
    /// What the lists of results hold. Either way documents are judged: those of a list of passages count at their best passage.
    pub group_by: GroupBy,
}

/// The progress of an evaluation.
#[derive(Debug, Clone, Copy)]
pub enum Progress {
    /// Number of documents uploaded.
    Uploading(usize),
    /// Number of documents still to be read and embedded.
    Ingesting(i64),
    /// Number of searches done, and of all searches.
    Searching(usize, usize),
}

/// Loads the BEIR folder into a collection and runs its queries. A named collection is kept, and documents that it already has
/// are not loaded again; without a name, a fresh collection is created and deleted at the end.
pub fn evaluate(
    engine: &Engine,
    evaluation: Evaluation<'_>,
    progress: &mut dyn FnMut(Progress),
) -> EngineResult<Report> {
    let queries = beir::queries(evaluation.dir)?;
    with_collection(engine, evaluation.keep_as, |collection| {
        run(engine, evaluation, collection, &queries, progress)
    })
}

/// Runs `work` on the named collection, or on a fresh one that is deleted afterwards.
fn with_collection<T, E: From<EngineError>>(
    engine: &Engine,
    keep_as: Option<&str>,
    work: impl FnOnce(&Collection) -> Result<T, E>,
) -> Result<T, E> {
    let collection = collection(engine, keep_as)?;
    let result = work(&collection);
    if keep_as.is_none() {
        let delete = |conn: &mut _| collections::delete(conn, collection.id);
        engine.db().transaction(engine.local_actor(), delete).map_err(EngineError::from)?;
    }
    result
}

/// A loaded corpus.
struct Corpus {
    names: Names,
    chunks: i64,
    ingest_s: f64,
}

/// Uploads the corpus of the folder and waits until all documents can be found.
fn load_corpus(
    engine: &Engine,
    dir: &Path,
    workers: usize,
    collection: &Collection,
    progress: &mut dyn FnMut(Progress),
) -> EngineResult<Corpus> {
    // A collection whose model this process does not have is refused before anything is loaded.
    engine.model_of(collection)?;
    let collection = collection.id;
    let begun = Instant::now();
    let workers = Workers::start(engine, workers)?;
    let names = upload_all(engine, dir, collection, progress)?;
    loop {
        let open =
            engine.db().transaction(engine.local_actor(), |conn| jobs::open_count(conn, collection))?;
        progress(Progress::Ingesting(open));
        if open == 0 {
            break;
        }
        std::thread::sleep(TICK);
    }
    let ingest_s = begun.elapsed().as_secs_f64();
    workers.stop();
    let chunks = engine
        .db()
        .transaction(engine.local_actor(), |conn| Scope::in_collections(&[collection]).passage_count(conn))?;
    Ok(Corpus { names, chunks, ingest_s })
}

fn run(
    engine: &Engine,
    evaluation: Evaluation<'_>,
    collection: &Collection,
    queries: &[beir::Query],
    progress: &mut dyn FnMut(Progress),
) -> EngineResult<Report> {
    let model = engine.model_of(collection)?.name().to_owned();
    let Corpus { names, chunks, ingest_s } =
        load_corpus(engine, evaluation.dir, evaluation.workers, collection, progress)?;
    let collection = collection.id;
    let mut variants = evaluation.sweep.map_or_else(Vec::new, |wanted| variants(engine, wanted));
    variants.extend(readings(queries));
    let all = queries.len() * (3 + variants.len());
    let mut done = 0;
    let mut judge = |way: &Way| {
        judge(engine, (collection, evaluation.group_by), way, queries, &names, &mut || {
            done += 1;
            progress(Progress::Searching(done, all));
        })
    };
    let mut leg = |mode| judge(&Way { mode, ..Way::default() });
    let legs = Legs { lexical: leg(Mode::Lexical)?, dense: leg(Mode::Dense)?, fused: leg(Mode::Hybrid)? };
    let sweep = variants.into_iter().map(|way| Ok((way.name.clone(), judge(&way)?)));
    let sweep = sweep.collect::<EngineResult<_>>()?;
    let documents = names.values().map(Vec::len).sum();
    Ok(Report { legs, documents, queries: queries.len(), chunks, ingest_s, model, sweep })
}

fn collection(engine: &Engine, name: Option<&str>) -> EngineResult<Collection> {
    let fresh = format!("evaluation {}", CollectionId::new());
    let user = engine.local_user();
    let request = CollectionRequest {
        owner: user.id,
        organisation: user.organisation_id,
        name: name.unwrap_or(&fresh),
        description: "A test collection.",
        chunks: None,
    };
    engine.find_or_create_collection(engine.local_actor(), &request)
}

/// Ids of the corpus by document. A text that occurs twice in the corpus is stored once and has both ids.
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
            // Some corpora contain documents without text, which cannot be uploaded or found.
            continue;
        }
        let mut file = NamedTempFile::new_in(&engine.settings().ingest.reading.scratch)?;
        file.write_all(entry.text.as_bytes())?;
        let upload = Upload {
            file: file.path(),
            title: Some(&entry.title),
            source: Some(&entry.id),
            metadata: Some(&json!({"id": entry.id})),
        };
        let accepted = engine.upload(engine.local_actor(), collection, &upload)?;
        names.entry(accepted.document.id).or_default().push(entry.id);
        progress(Progress::Uploading(count + 1));
    }
    Ok(names)
}
