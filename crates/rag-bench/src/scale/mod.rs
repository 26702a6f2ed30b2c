//! `rag-bench scale`: search in a large collection made from real passages: times, sizes, recall, and the naive way.

mod base;
mod build;
mod filtered;
mod generate;
mod lifelike;
mod load;
mod naive;
mod quality;
mod remembered;
mod report;
mod serve;
mod vector_file;

use std::{path::PathBuf, time::Duration};

use rag_repo::PoolSettings;

use self::report::Report;
use crate::{BenchResult, Common, measure::progress, parts};

/// What `rag-bench scale` takes.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    common: Common,
    /// Chunks to make; rounded to whole documents of ten.
    #[arg(long, default_value_t = 100_000)]
    rows: usize,
    /// Clients that ask at once; a measurement each.
    #[arg(long, value_delimiter = ',', default_value = "1,4,16")]
    clients: Vec<usize>,
    /// Questions, each asked once in every measurement.
    #[arg(long, default_value_t = 500)]
    queries: usize,
    /// Real passages that the chunks are made from.
    #[arg(long, default_value_t = 4_000)]
    passages: usize,
    /// File that keeps the vectors of the real passages from one run to the next.
    #[arg(long)]
    cache: Option<PathBuf>,
    /// Most seconds that one measurement may take.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// `maintenance_work_mem` of index builds, in MB; else as much as the rows need.
    #[arg(long)]
    build_memory_mb: Option<usize>,
    /// What the synthetic rows are drawn from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Measures; the result as text.
pub(crate) fn run(args: &Args) -> BenchResult<String> {
    let report = measure(args)?;
    Ok(if args.common.json { serde_json::to_string(&report)? } else { report.to_string() })
}

fn measure(args: &Args) -> BenchResult<Report> {
    let common = &args.common;
    let url = &common.database_url;
    let model = crate::minilm(common)?;
    let base = base::prepare(args, &*model)?;
    let embedder = remembered::Remembered::new(model, &base.questions);
    let most = args.clients.iter().copied().max().unwrap_or(1);
    let pool = PoolSettings { max_connections: u32::try_from(most + 2)?, ..PoolSettings::default() };
    let scratch = tempfile::tempdir()?;
    let engine = crate::engine(common, embedder, &pool, scratch.path())?;

    let lifelike = lifelike::compare(&base, args.seed);
    let loaded = load::run(&engine, url, &base, args)?;
    let built = build::run(url, args)?;
    let place = serve::Place { engine: &engine, url, collection: loaded.collection };
    let questions: Vec<&str> = base.questions.iter().map(|question| question.text.as_str()).collect();
    let limit = Duration::from_secs(args.seconds);
    let served = serve::run(&place, &questions, &args.clients, limit)?;
    let quality = quality::run(&place, &base.questions)?;
    let filtered = filtered::run(&place, &base)?;
    progress("searching through the HTTP API and on a bare connection");
    let owned: Vec<String> = base.questions.iter().take(200).map(|question| question.text.clone()).collect();
    let api = parts::through_api(&engine, url, loaded.collection, &owned)?;
    Ok(Report {
        server: build::server(url)?,
        rows: loaded.rows,
        seed: args.seed,
        lifelike,
        load: loaded.times,
        build: built,
        search: engine.settings().search.clone().into(),
        served,
        quality,
        filtered,
        api,
    })
}
