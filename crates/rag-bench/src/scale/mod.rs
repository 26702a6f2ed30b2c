//! `rag-bench scale`: search in a large collection made from real passages: times, sizes, recall, and a naive implementation.

mod base;
mod build;
mod filtered;
mod generate;
mod indexes;
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

use self::report::{Memory, Report, Run};
use crate::{
    BenchResult, Common,
    measure::{peak_rss_mb, progress},
    parts,
};

/// Arguments of `rag-bench scale`.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    common: Common,
    /// Number of chunks; rounded to whole documents of ten.
    #[arg(long, default_value_t = 100_000)]
    rows: usize,
    /// Numbers of concurrent clients; one measurement for each.
    #[arg(long, value_delimiter = ',', default_value = "1,4,16")]
    clients: Vec<usize>,
    /// Number of questions, each asked once in every measurement.
    #[arg(long, default_value_t = 500)]
    queries: usize,
    /// Number of real passages from which the chunks are made.
    #[arg(long, default_value_t = 4_000)]
    passages: usize,
    /// File that stores the vectors of the real passages between runs.
    #[arg(long)]
    cache: Option<PathBuf>,
    /// Maximum time of one measurement, in seconds.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Maximum memory of an index build, in MB; a build uses the memory that its rows need.
    #[arg(long, default_value_t = 4_096)]
    build_memory_mb: u32,
    /// Seed of the synthetic rows.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Runs all measurements and shows each section when it is complete. With `--json` the result is one object at the end, and the
/// sections go to standard error.
pub(crate) fn run(args: &Args) -> BenchResult<String> {
    let mut report = Report::new(args.common.json);
    measure(args, &mut report)?;
    Ok(report.end())
}

fn measure(args: &Args, report: &mut Report) -> BenchResult<()> {
    let common = &args.common;
    let url = &common.database_url;
    let model = crate::minilm(common)?;
    let base = base::prepare(args, &*model)?;
    let embedder = remembered::Remembered::new(model, &base.questions);
    let most = args.clients.iter().copied().max().unwrap_or(1);
    let pool = PoolSettings { read_connections: u32::try_from(most + 2)?, ..PoolSettings::default() };
    let scratch = tempfile::tempdir()?;
    let engine = crate::engine(common, embedder, &pool, scratch.path())?;

    report.section("run", &Run::new(build::server(url)?, args, &engine.settings().search))?;
    report.section("lifelike", &lifelike::compare(&base, args.seed))?;
    let loaded = load::run(&engine, url, &base, args)?;
    report.section("load", &loaded.times)?;
    report.section("build", &build::run(url, args)?)?;
    let place = serve::Place { engine: &engine, url, collection: loaded.collection };
    search(args, &place, loaded.rows, &base, report)
}

/// Runs all measurements after the load.
fn search(
    args: &Args,
    place: &serve::Place<'_>,
    rows: usize,
    base: &base::Base,
    report: &mut Report,
) -> BenchResult<()> {
    let limit = Duration::from_secs(args.seconds);
    let truth = quality::Truth::measure(place, &base.questions)?;
    let float32 = indexes::float32(place, rows)?;
    report.section("float32", &float32)?;
    let asked = indexes::Asked {
        questions: &base.questions,
        truth: &truth,
        limit,
        max_memory_mb: args.build_memory_mb,
    };
    for kind in indexes::KINDS {
        report.section(kind.as_str(), &indexes::run(place, kind, &asked, &float32)?)?;
    }
    let questions: Vec<&str> = base.questions.iter().map(|question| question.text.as_str()).collect();
    report.section("served", &serve::run(place, &questions, &args.clients, limit)?)?;
    report.section("quality", &quality::run(place, &base.questions, &truth)?)?;
    report.section("filtered", &filtered::run(place, base)?)?;
    progress("searching through the HTTP API and on a bare connection");
    let owned: Vec<String> = base.questions.iter().take(200).map(|question| question.text.clone()).collect();
    report.section("api", &parts::through_api(place.engine, place.url, place.collection, &owned)?)?;
    report.section("memory", &Memory { bench_peak_rss_mb: peak_rss_mb("self") })
}
