//! `rag import`: stores the records of an export of another store as documents.

use std::{io::Write as _, path::Path, process::ExitCode};

use rag_engine::{ingest::Upload, jobs::Workers, names};
use tempfile::NamedTempFile;

use super::{
    ensure_collection,
    records::{Fields, Record, read_records},
    run::{Going, Run},
};
use crate::{
    args::Import,
    config::Config,
    failure::{Exit, Failure, Outcome},
    output,
    runtime::Context,
    signals,
};

/// Records that `--dry-run` shows, and characters of each.
const SHOWN: usize = 3;
const SHOWN_CHARS: usize = 300;

/// Stores all records; the exit code is 1 if one was refused.
pub(crate) fn import(config: Config, args: &Import) -> Outcome<ExitCode> {
    let fields = Fields { text: args.text.clone(), title: args.title.clone(), id: args.id.clone() };
    if args.dry_run {
        return show(args, &fields);
    }
    let stop = signals::announced_stop_flag()?;
    let context = Context::open(config)?;
    let collection = ensure_collection(&context, &args.collection)?;
    context.engine.model_of(&collection)?;
    let workers = Workers::start(&context.engine, context.config.sections.ingest.workers)?;
    let mut run = Run::new(&context.engine, &collection, &stop);
    run.summary.unit = "record";
    let result = args
        .files
        .iter()
        .try_for_each(|file| {
            read_records(file, &fields, &mut |place, record| store(&mut run, file, place, record))
        })
        .and_then(|()| run.wait_for_all());
    run.hide_progress();
    workers.stop();
    result?;
    let summary = run.finish();
    summary.print(args.json);
    Ok(if summary.is_whole() { ExitCode::SUCCESS } else { Exit::Failed.into() })
}

fn store(run: &mut Run<'_>, file: &Path, place: usize, record: Result<Record, String>) -> Outcome<Going> {
    let name = format!("{}, record {place}", file.display());
    let record = match record {
        Ok(record) => record,
        Err(reason) => return run.refused(&name, reason),
    };
    let mut text = NamedTempFile::new().map_err(|error| unwritable(&error))?;
    text.write_all(record.text.as_bytes()).map_err(|error| unwritable(&error))?;
    let source = record.id.as_deref().map(|id| names::source(&format!("{}/{id}", stem(file))));
    let title = record.title.or(record.id).unwrap_or_else(|| format!("{} {place}", stem(file)));
    let upload = Upload {
        file: text.path(),
        title: Some(&title),
        source: source.as_deref(),
        metadata: Some(&record.metadata),
    };
    run.record(&name, &upload)
}

/// The name of the export, by which its records are known.
fn stem(file: &Path) -> String {
    match file.file_stem() {
        Some(name) if name != "-" => name.to_string_lossy().into_owned(),
        _ => "import".to_owned(),
    }
}

fn unwritable(error: &std::io::Error) -> Failure {
    Failure::new(Exit::Failed, format!("cannot write a temporary file: {error}"))
}

/// Shows how the first records are understood, and counts all.
fn show(args: &Import, fields: &Fields) -> Outcome<ExitCode> {
    let (mut good, mut bad) = (0_u64, 0_u64);
    for file in &args.files {
        let mut shown = 0;
        read_records(file, fields, &mut |place, record| {
            match record {
                Ok(record) if shown < SHOWN => {
                    shown += 1;
                    good += 1;
                    let text = |text: &Option<String>| output::plain(text.as_deref().unwrap_or("-"));
                    output::line(format!(
                        "record {place}: id {}, title {}, metadata {}",
                        text(&record.id),
                        text(&record.title),
                        record.metadata
                    ));
                    let text: String = record.text.chars().take(SHOWN_CHARS).collect();
                    output::line(format!("    {}", text.replace('\n', "\n    ")));
                }
                Ok(_) => good += 1,
                Err(reason) => {
                    bad += 1;
                    output::line(format!("record {place} is refused: {reason}"));
                }
            }
            Ok(Going::On)
        })?;
    }
    output::line(format!("{}, {bad} refused. Nothing was done (--dry-run).", output::count(good, "record")));
    Ok(if bad == 0 { ExitCode::SUCCESS } else { Exit::Failed.into() })
}
