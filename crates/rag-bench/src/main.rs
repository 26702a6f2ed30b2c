//! `rag-bench`: each figure beside a reference measured in the same run. Needs `DATABASE_URL`; `make bench` sets it.

mod copy;
mod corpus;
mod ingest;
mod measure;
mod search;

use std::{
    error::Error,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use clap::Parser;
use rag_embed::MiniLm;
use rag_engine::{AnswerSettings, Engine, IngestSettings, Parts, SearchSettings, Settings};
use rag_repo::{Db, PoolSettings};
use rag_text::{ChunkSettings, Limits};

use crate::measure::Figure;

/// Result of a measurement.
pub(crate) type BenchResult<T> = Result<T, Box<dyn Error>>;

/// Measures, and prints ratios.
#[derive(Parser)]
struct Args {
    /// PostgreSQL to measure on; an empty database.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    database_url: String,
    /// Folder of all-MiniLM-L6-v2.
    #[arg(long)]
    model_dir: PathBuf,
    /// BEIR-shaped folder to take texts from; without one, this project's documentation.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Documents to take in.
    #[arg(long, default_value_t = 500)]
    documents: usize,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let args = Args::parse();
    match run(&args) {
        Ok(figures) => {
            print(&args, &figures);
            ExitCode::SUCCESS
        }
        Err(error) => {
            print_error(&*error);
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> BenchResult<Vec<Figure>> {
    let corpus = match &args.data {
        Some(dir) => corpus::from_folder(dir, args.documents)?,
        None => corpus::own_documentation(args.documents)?,
    };
    let scratch = tempfile::tempdir()?;
    let engine = engine(args, scratch.path())?;
    let mut figures = copy::run(&args.database_url)?;
    let (collection, ingested) = ingest::run(&engine, &corpus)?;
    figures.extend(ingested);
    figures.extend(search::run(&engine, &args.database_url, collection, &corpus.questions)?);
    Ok(figures)
}

fn engine(args: &Args, scratch: &Path) -> BenchResult<Engine> {
    let db = Db::new(&args.database_url, &PoolSettings::default());
    db.run(rag_repo::migrations::run_pending)?;
    let threads = std::thread::available_parallelism()?.get();
    let embedder = MiniLm::load(&args.model_dir, threads)?;
    let settings = Settings {
        ingest: IngestSettings {
            chunks: ChunkSettings { max_tokens: 254, overlap_tokens: 32, reserve_tokens: 48 },
            limits: Limits::default(),
            // Plain text is read in this process: no other format is measured here.
            program: PathBuf::new(),
            scratch: scratch.to_owned(),
            default_language: "eng".to_owned(),
            lease_s: 15,
            max_attempts: 1,
        },
        search: SearchSettings::default(),
        answer: AnswerSettings {
            passages: 8,
            sentences: 3,
            min_support: 0.45,
            max_question_chars: 4_000,
            history_messages: 10,
        },
    };
    Ok(Engine::new(Parts { db, embedder: Arc::new(embedder), reranker: None, chat: None, settings })?)
}

#[expect(clippy::print_stdout, reason = "the result of the program")]
fn print(args: &Args, figures: &[Figure]) {
    if args.json {
        println!("{}", serde_json::json!(figures));
    } else {
        println!("{}", measure::table(figures));
    }
}

#[expect(clippy::print_stderr, reason = "the failure of the program")]
fn print_error(error: &dyn Error) {
    eprintln!("error: {error}");
}
