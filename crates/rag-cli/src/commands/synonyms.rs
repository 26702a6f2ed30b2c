//! `rag synonyms`: shows the synonyms of a collection, or sets them from a file.

use std::{fs, path::Path, process::ExitCode};

use rag_engine::synonyms::checked;
use rag_repo::synonyms;

use crate::{
    args::Synonyms,
    config::Config,
    failure::{Exit, Failure, Outcome},
    output,
    runtime::Context,
};

/// Sets the groups from the file, if there is one, and prints them in the format of the file.
pub(crate) fn run(config: Config, args: &Synonyms) -> Outcome<ExitCode> {
    let groups = args.file.as_deref().map(read).transpose()?;
    let context = Context::open(config)?;
    let collection = context.collection(&args.collection)?.id;
    let (engine, actor) = (&context.engine, context.engine.local_actor());
    if let Some(groups) = &groups {
        engine.replace_synonyms(actor, collection, groups)?;
    }
    let groups = engine.db().read(actor, |conn| synonyms::list(conn, collection))?;
    // On standard error: the output is in the format of the file.
    if groups.is_empty() {
        output::note(format!("No synonyms in {}.", args.collection));
    }
    for terms in groups {
        output::line(terms.join(", "));
    }
    Ok(ExitCode::SUCCESS)
}

/// Reads the groups of a file: one per line, with commas between terms; empty lines are ignored.
fn read(file: &Path) -> Outcome<Vec<Vec<String>>> {
    let bad =
        |error: &dyn std::fmt::Display| Failure::new(Exit::Usage, format!("{}: {error}", file.display()));
    let text = fs::read_to_string(file).map_err(|error| bad(&error))?;
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let groups: Vec<Vec<String>> = lines.map(|line| line.split(',').map(str::to_owned).collect()).collect();
    checked(&groups).map_err(|rule| bad(&rule))
}
