//! `rag-bench`: compares each figure with a reference from the same run. Needs `DATABASE_URL`; `make bench` sets it.

mod corpus;
mod measure;
mod memory;
mod parts;
mod scale;

use std::{
    error::Error,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use clap::{Parser, Subcommand};
use rag_embed::{Embedder, LocalEmbedder, MINILM};
use rag_engine::{
    AccountSettings, AnalyticsSettings, AnswerSettings, Engine, IngestSettings, JobSettings, MemorySettings,
    Parts, SearchSettings, Settings,
};
use rag_repo::{Db, PoolSettings};
use rag_schema::models::VectorIndex;
use rag_text::{ChunkSettings, ReadLimits, ReadSettings};

/// Result of a measurement.
pub(crate) type BenchResult<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// Measures, and prints what it saw.
#[derive(Parser)]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Ingest, embedder, search and COPY, each compared with a reference
    Parts(parts::Args),
    /// Search in a large synthetic collection: times, sizes, recall
    Scale(scale::Args),
    /// Storing and recalling memories
    Memory(memory::Args),
}

/// Arguments of every measurement.
#[derive(clap::Args)]
pub(crate) struct Common {
    /// PostgreSQL to measure on; an empty database.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    pub(crate) database_url: String,
    /// Folder of all-MiniLM-L6-v2.
    #[arg(long)]
    pub(crate) model_dir: PathBuf,
    /// BEIR-shaped folder to take texts from; without one, this project's documentation.
    #[arg(long)]
    pub(crate) data: Option<PathBuf>,
    /// Prints JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

fn main() -> ExitCode {
    let result = match Args::parse().command {
        Command::Parts(args) => parts::run(&args),
        Command::Scale(args) => scale::run(&args),
        Command::Memory(args) => memory::run(&args),
    };
    match result {
        Ok(text) => {
            print(text.trim_end());
            ExitCode::SUCCESS
        }
        Err(error) => {
            print_error(&*error);
            ExitCode::FAILURE
        }
    }
}

/// The model of the folder, on all processors.
pub(crate) fn minilm(common: &Common) -> BenchResult<Arc<dyn Embedder>> {
    let threads = std::thread::available_parallelism()?.get();
    Ok(Arc::new(LocalEmbedder::load(&MINILM, &common.model_dir, threads, None)?))
}

/// An engine on the migrated database, with the defaults of `config/rag.toml`.
pub(crate) fn engine(
    common: &Common,
    embedder: Arc<dyn Embedder>,
    pool: &PoolSettings,
    scratch: &Path,
) -> BenchResult<Engine> {
    engine_on(&common.database_url, embedder, pool, scratch)
}

/// As `engine`, on the database at that address.
pub(crate) fn engine_on(
    database_url: &str,
    embedder: Arc<dyn Embedder>,
    pool: &PoolSettings,
    scratch: &Path,
) -> BenchResult<Engine> {
    let db = Db::new(database_url, pool);
    rag_repo::migrations::run_pending(&mut rag_repo::server::connect(database_url)?)?;
    let settings = Settings {
        ingest: IngestSettings {
            chunks: ChunkSettings::default(),
            reading: ReadSettings {
                // Plain text is read in this process: no other format is measured here.
                program: PathBuf::new(),
                scratch: scratch.to_owned(),
                limits: ReadLimits::default(),
                ocr: None,
            },
            default_language: "eng".to_owned(),
            lease_s: 15,
            max_failures: 1,
            max_lost_leases: 3,
            kept_versions: 10,
        },
        fetch: None,
        jobs: JobSettings::default(),
        index: VectorIndex::default(),
        search: SearchSettings::default(),
        answer: AnswerSettings::default(),
        memory: MemorySettings::default(),
        accounts: AccountSettings::default(),
        analytics: AnalyticsSettings::default(),
    };
    Ok(Engine::new(Parts {
        db,
        embedders: vec![embedder],
        reranker: None,
        chat: None,
        disk: None,
        settings,
    })?)
}

/// Writes to the standard output.
#[expect(clippy::print_stdout, reason = "the result of the program")]
pub(crate) fn print(text: &str) {
    println!("{text}");
}

#[expect(clippy::print_stderr, reason = "the failure of the program")]
fn print_error(error: &dyn Error) {
    eprintln!("error: {error}");
}
