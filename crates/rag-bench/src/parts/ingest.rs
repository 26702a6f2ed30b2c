//! Ingest, from upload to published, against the embedder alone on the same chunks.

use std::{io::Write, time::Duration};

use rag_engine::{
    Engine,
    ingest::{Upload, Workers},
};
use rag_repo::{Page, collections, documents, jobs};
use rag_schema::{ids::CollectionId, models::NewCollection};
use serde_json::json;
use tempfile::NamedTempFile;

use crate::{
    BenchResult,
    corpus::{Corpus, Document},
    measure::{Figure, timed},
};

/// Chunks that the embedder is given at once, as ingest does.
const WINDOW: usize = 128;

/// Loads the corpus into a new collection, then embeds its chunks once more.
pub(crate) fn run(engine: &Engine, corpus: &Corpus) -> BenchResult<(CollectionId, Vec<Figure>)> {
    let id = CollectionId::new();
    let new = NewCollection { id, owner_id: engine.local_user(), name: "bench", description: "" };
    engine.db().run(|conn| collections::insert(conn, &new))?;
    let (loaded, ingest) = timed(|| load(engine, id, &corpus.documents));
    loaded?;
    let inputs = inputs(engine, id)?;
    let (embedded, alone) = timed(|| inputs.chunks(WINDOW).try_for_each(|window| embed(engine, window)));
    embedded?;
    let rate =
        |took: Duration| f64::from(u32::try_from(inputs.len()).unwrap_or(u32::MAX)) / took.as_secs_f64();
    Ok((id, vec![Figure::new("ingest", "chunks/s", rate(ingest), "the embedder alone", rate(alone))]))
}

fn load(engine: &Engine, collection: CollectionId, documents: &[Document]) -> BenchResult<()> {
    let workers = Workers::start(engine, 2)?;
    for document in documents {
        let mut file = NamedTempFile::new()?;
        file.write_all(document.text.as_bytes())?;
        let upload = Upload { file: file.path(), title: Some("bench"), source: None, metadata: &json!({}) };
        engine.upload(engine.local_user(), collection, &upload)?;
    }
    while engine.db().run(|conn| jobs::open_count(conn, collection))? > 0 {
        std::thread::sleep(Duration::from_millis(20));
    }
    workers.stop();
    Ok(())
}

/// What ingest gave the embedder: each chunk under its title.
fn inputs(engine: &Engine, collection: CollectionId) -> BenchResult<Vec<String>> {
    let all = engine.db().run(|conn| {
        let page = Page::first(i64::from(i32::MAX));
        let mut chunks = Vec::new();
        for document in documents::list(conn, engine.local_user(), collection, page)? {
            chunks.extend(documents::chunks(conn, document.id, page.limit, None)?);
        }
        Ok(chunks)
    })?;
    Ok(all.into_iter().map(|chunk| format!("bench\n{}", chunk.text)).collect())
}

fn embed(engine: &Engine, window: &[String]) -> BenchResult<()> {
    let texts: Vec<&str> = window.iter().map(String::as_str).collect();
    engine.embedder().embed_documents(&texts)?;
    Ok(())
}
