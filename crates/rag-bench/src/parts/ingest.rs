//! Ingest, from upload to published, against the embedder alone on the same chunks, and against ingest without words.

use std::{io::Write, time::Duration};

use diesel::{QueryableByName, RunQueryDsl, connection::SimpleConnection, sql_types::Text};
use rag_engine::{Engine, ingest::Upload, jobs::Workers};
use rag_repo::{Page, RepoResult, collections, documents, jobs};
use rag_schema::{ids::CollectionId, models::NewCollection};
use tempfile::NamedTempFile;

use crate::{
    BenchResult,
    corpus::{Corpus, Document},
    measure::{Figure, timed},
};

/// Chunks that the embedder is given at once, as ingest does.
const WINDOW: usize = 128;

/// Parts of the corpus, each taken in with words and without, in turn: both meet the same noise.
const SLICES: usize = 6;

/// Loads the corpus into a new collection, and into another without indexing its words; then embeds its chunks once more.
pub(crate) fn run(engine: &Engine, url: &str, corpus: &Corpus) -> BenchResult<(CollectionId, Vec<Figure>)> {
    let (id, wordless) = (new_collection(engine, "bench")?, new_collection(engine, "bench without words")?);
    let (mut ingest, mut without) = (Duration::ZERO, Duration::ZERO);
    for (number, slice) in corpus.documents.chunks(corpus.documents.len().div_ceil(SLICES)).enumerate() {
        for with_words in [number % 2 == 0, number % 2 != 0] {
            if with_words {
                let (loaded, took) = timed(|| load(engine, id, slice));
                loaded?;
                ingest += took;
            } else {
                without += without_words(url, || load(engine, wordless, slice))?;
            }
        }
    }
    let inputs = inputs(engine, id)?;
    let (embedded, alone) = timed(|| inputs.chunks(WINDOW).try_for_each(|window| embed(engine, window)));
    embedded?;
    let rate =
        |took: Duration| f64::from(u32::try_from(inputs.len()).unwrap_or(u32::MAX)) / took.as_secs_f64();
    let figures = vec![
        Figure::new("ingest", "chunks/s", rate(ingest), "the embedder alone", rate(alone)),
        Figure::new(
            "ingest, words and all",
            "s",
            ingest.as_secs_f64(),
            "without indexing words",
            without.as_secs_f64(),
        ),
    ];
    Ok((id, figures))
}

fn new_collection(engine: &Engine, name: &str) -> BenchResult<CollectionId> {
    let id = CollectionId::new();
    let user = engine.local_user();
    let new = NewCollection {
        id,
        organisation_id: user.organisation_id,
        owner_id: user.id,
        name,
        description: "",
        model_id: engine.models().for_new_collections().id(),
        chunk_max_tokens: None,
        chunk_overlap_tokens: None,
    };
    engine.db().transaction(engine.local_actor(), |conn| collections::insert(conn, &new))?;
    Ok(id)
}

#[derive(QueryableByName)]
struct Function {
    #[diesel(sql_type = Text)]
    definition: String,
}

/// The time of `work` while the function that indexes words does nothing.
fn without_words(url: &str, work: impl FnOnce() -> BenchResult<()>) -> BenchResult<Duration> {
    // On behalf of nobody: the tables' owner may replace functions, and no actor.
    let conn = &mut rag_repo::server::connect(url)?;
    let function: Function = diesel::sql_query(
        "SELECT pg_get_functiondef('index_passages(uuid[], text, tsvector[])'::regprocedure) AS definition",
    )
    .get_result(conn)?;
    conn.batch_execute(
        "CREATE OR REPLACE FUNCTION index_passages(p_passages UUID[], p_config TEXT, p_tsvs TSVECTOR[]) \
         RETURNS void LANGUAGE plpgsql AS 'BEGIN END'",
    )?;
    let (done, took) = timed(work);
    conn.batch_execute(&function.definition)?;
    done?;
    Ok(took)
}

fn load(engine: &Engine, collection: CollectionId, documents: &[Document]) -> BenchResult<()> {
    let workers = Workers::start(engine, 2)?;
    for document in documents {
        let mut file = NamedTempFile::new()?;
        file.write_all(document.text.as_bytes())?;
        let upload = Upload { file: file.path(), title: Some("bench"), source: None, metadata: None };
        engine.upload(engine.local_actor(), collection, &upload)?;
    }
    while engine.db().transaction(engine.local_actor(), |conn| jobs::open_count(conn, collection))? > 0 {
        std::thread::sleep(Duration::from_millis(20));
    }
    workers.stop();
    Ok(())
}

/// The input of the embedder during ingest: each chunk under its title.
fn inputs(engine: &Engine, collection: CollectionId) -> BenchResult<Vec<String>> {
    let all = engine.db().transaction(engine.local_actor(), |conn| -> RepoResult<_> {
        let page = Page::first(i64::from(i32::MAX));
        let mut chunks = Vec::new();
        for document in documents::list(conn, collection, page)? {
            chunks.extend(documents::chunks(conn, document.id, page.limit, None)?);
        }
        Ok(chunks)
    })?;
    Ok(all.into_iter().map(|chunk| format!("bench\n{}", chunk.text)).collect())
}

fn embed(engine: &Engine, window: &[String]) -> BenchResult<()> {
    let texts: Vec<&str> = window.iter().map(String::as_str).collect();
    engine.models().for_new_collections().embedder().embed_documents(&texts)?;
    Ok(())
}
