//! `rag reindex`: indexes the words of stored documents again, one document per transaction.

use std::process::ExitCode;

use indicatif::ProgressBar;
use rag_engine::words::reindex_versions;
use rag_repo::{Actor, versions};

use crate::{args::Reindex, config::Config, failure::Outcome, output, runtime::Context};

/// Indexes the documents one after another; those that are deleted in the meantime are skipped.
pub(crate) fn run(config: Config, args: &Reindex) -> Outcome<ExitCode> {
    let context = Context::open(config)?;
    let engine = &context.engine;
    let collection = args.collection.as_deref().map(|name| context.collection(name)).transpose()?;
    let id = collection.map(|collection| collection.id);
    // A named collection is one of the operator's; without a name, the documents of all users are indexed.
    let all = engine.db().read(Actor::System, |conn| versions::with_chunks(conn, id))?;
    let count = u64::try_from(all.len()).unwrap_or(u64::MAX);
    let bar = if output::is_watched() { ProgressBar::new(count) } else { ProgressBar::hidden() };
    reindex_versions(engine.db(), &all, || bar.inc(1))?;
    bar.finish_and_clear();
    output::line(format!("{} indexed again.", output::count(count, "document")));
    Ok(ExitCode::SUCCESS)
}
