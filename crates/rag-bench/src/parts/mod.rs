//! `rag-bench parts`: ingest, embedder, search, COPY, tenancy and sign-ins, each compared with a reference.

mod background;
mod copy;
mod embedder;
mod ingest;
mod logins;
mod search;
mod tenancy;

use rag_repo::PoolSettings;

use crate::{
    BenchResult, Common, corpus,
    measure::{Figure, table},
};

pub(crate) use search::through_api;

/// Arguments of `rag-bench parts`.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    common: Common,
    /// Documents to ingest.
    #[arg(long, default_value_t = 500)]
    documents: usize,
}

/// Runs all measurements; returns the result as text.
pub(crate) fn run(args: &Args) -> BenchResult<String> {
    let figures = measure(args)?;
    Ok(if args.common.json { serde_json::json!(figures).to_string() } else { table(&figures) })
}

fn measure(args: &Args) -> BenchResult<Vec<Figure>> {
    let common = &args.common;
    let corpus = match &common.data {
        Some(dir) => corpus::from_folder(dir, args.documents, 300)?,
        None => corpus::own_documentation()?.repeated(args.documents),
    };
    let scratch = tempfile::tempdir()?;
    let engine = crate::engine(common, crate::minilm(common)?, &PoolSettings::default(), scratch.path())?;
    let mut figures = copy::run(&common.database_url)?;
    figures.extend(embedder::run(&engine, &common.model_dir, &corpus.documents)?);
    let (collection, ingested) = ingest::run(&engine, &common.database_url, &corpus)?;
    figures.extend(ingested);
    figures.push(tenancy::run(&engine, &common.database_url, collection)?);
    figures.extend(logins::run(&engine)?);
    figures.push(through_api(&engine, &common.database_url, collection, &corpus.questions)?);
    Ok(figures)
}
