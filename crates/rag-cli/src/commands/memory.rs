//! `rag memory` and `rag recall`: the operator's own memories.

use std::{fs, path::Path, process::ExitCode};

use chrono::{DateTime, Utc};
use rag_engine::memory::{
    Archive, Fact, How, Kept, MAX_FACTS, MemoryEdit, RecallRequest, RecallSource, Recalled, Remembered,
};
use rag_repo::{
    Page, PgConnection, RepoError, RepoResult, memories,
    memories::{MemoryFilter, UsedMemory},
    memory_changes,
    search::Origin,
};
use rag_schema::{
    enums::{MemoryKind, MemorySource, MemoryState},
    ids::{MemoryStepId, PassageId},
    models::Statement,
};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    args::{MemoryCommand, RecallArgs},
    config::Config,
    failure::{Exit, Failure, Outcome},
    output,
    runtime::Context,
};

/// Maximum number of changes that are shown for a memory.
const MAX_CHANGES: i64 = 1_000;
/// Number of memories that are read at a time.
const ROWS: i64 = 500;

/// Manages memories.
pub(crate) fn run(config: Config, command: MemoryCommand) -> Outcome<ExitCode> {
    let context = Context::open(config)?;
    match command {
        MemoryCommand::Add { content, kind, importance, valid_from } => {
            let fact = Fact { kind, importance, valid_from, ..Fact::new(content.join(" ")) };
            return add(&context, fact);
        }
        MemoryCommand::List { state, limit } => list(&context, state, limit)?,
        MemoryCommand::Show { id } => show(&context, id)?,
        MemoryCommand::Edit { id, content } => {
            edit(&context, id, &MemoryEdit { content: Some(content.join(" ")), ..MemoryEdit::default() })?;
        }
        MemoryCommand::Forget { id, erase: true } => erase(&context, id)?,
        MemoryCommand::Forget { id, erase: false } => {
            edit(&context, id, &MemoryEdit { state: Some(MemoryState::Forgotten), ..MemoryEdit::default() })?;
        }
        MemoryCommand::Undo { step } => undo(&context, step)?,
        MemoryCommand::Archive { below_importance, idle_days, dry_run } => {
            archive(&context, Archive { below_importance, idle_days, is_dry_run: dry_run })?;
        }
        MemoryCommand::Consolidate { idle_days, dry_run } => consolidate(&context, (idle_days, dry_run))?,
        MemoryCommand::Import { file } => return import(&context, &file),
        MemoryCommand::Export => export(&context)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn add(context: &Context, fact: Fact) -> Outcome<ExitCode> {
    let (engine, user) = (&context.engine, context.engine.local_user().id);
    let done = engine.remember(engine.local_actor(), user, &[fact])?;
    let mut exit = ExitCode::SUCCESS;
    for remembered in &done {
        output::line(told(remembered));
        if matches!(remembered, Remembered::Refused(_) | Remembered::Invalid(_)) {
            exit = Exit::Failed.into();
        }
    }
    Ok(exit)
}

fn told(remembered: &Remembered) -> String {
    match remembered {
        Remembered::Kept(Kept { id, step, how }) => {
            let other = match how {
                How::Stored | How::SeenAgain => String::new(),
                How::Merged(other) => format!("  with {other}"),
                How::Superseded(replaced) => format!("  replaces {replaced}"),
            };
            format!("{:<11}  {id}  step {step}{other}", how.name().replace('_', " "))
        }
        Remembered::Refused(refused) => format!("refused: {}", refused.reason()),
        Remembered::Invalid(reason) => format!("invalid: {reason}"),
    }
}

fn read<T>(context: &Context, work: impl FnMut(&mut PgConnection) -> RepoResult<T>) -> Outcome<T> {
    Ok(context.engine.db().read(context.engine.local_actor(), work)?)
}

fn list(context: &Context, state: Option<MemoryState>, limit: i64) -> Outcome<()> {
    let filter = MemoryFilter { states: state.into_iter().collect(), kinds: Vec::new() };
    let found = read(context, |conn| memories::list(conn, &filter, Page::first(limit)))?;
    if found.is_empty() {
        output::note("No memories.");
    }
    for (memory, _) in found {
        let held = &memory.content;
        output::line(format!(
            "{}  {}  {:<10}  {}",
            memory.id,
            held.valid_from.format("%Y-%m-%d"),
            held.state.as_str(),
            output::short(&held.content, 100)
        ));
    }
    Ok(())
}

fn show(context: &Context, id: Uuid) -> Outcome<()> {
    let id = PassageId::from(id);
    let found = context.engine.db().read(context.engine.local_actor(), |conn| {
        Ok((memories::find(conn, id)?, memory_changes::list(conn, Some(id), Page::first(MAX_CHANGES))?))
    });
    let ((memory, uses), changes) = found.map_err(|error| match error {
        RepoError::NotFound => Failure::new(Exit::Failed, format!("there is no memory {id}"))
            .hint("`rag memory list` lists them"),
        other => other.into(),
    })?;
    let held = &memory.content;
    output::line(format!("{}\n", held.content));
    output::line(format!("{} of {}, {}", held.kind, memory.source, held.state));
    output::line(format!("holds from {}", held.valid_from));
    if let Some(until) = held.valid_until {
        output::line(format!("held until {until}"));
    }
    let times = |number| output::count(number, "time");
    output::line(format!("said {}, recalled {}\n", times(uses.seen_count), times(uses.use_count)));
    for change in changes {
        output::line(format!(
            "{}  {:<11}  step {}  {}",
            change.created_at.format("%Y-%m-%d %H:%M"),
            change.action.as_str(),
            change.step_id,
            change.reason
        ));
    }
    Ok(())
}

fn edit(context: &Context, id: Uuid, edit: &MemoryEdit) -> Outcome<()> {
    let (engine, user) = (&context.engine, context.engine.local_user().id);
    match engine.edit_memory(engine.local_actor(), user, PassageId::from(id), edit)? {
        Some(step) => output::line(format!("done: step {step}")),
        None => output::line("nothing to change"),
    }
    Ok(())
}

fn erase(context: &Context, id: Uuid) -> Outcome<()> {
    let (engine, user) = (&context.engine, context.engine.local_user().id);
    let count = engine.erase_memory(engine.local_actor(), user, PassageId::from(id))?;
    output::line(format!("{count} erased"));
    Ok(())
}

fn undo(context: &Context, step: Uuid) -> Outcome<()> {
    let (engine, user) = (&context.engine, context.engine.local_user().id);
    let undone = engine.undo_memory_step(engine.local_actor(), user, MemoryStepId::from(step))?;
    output::line(format!("undone: step {undone}"));
    Ok(())
}

fn archive(context: &Context, which: Archive) -> Outcome<()> {
    let (engine, user) = (&context.engine, context.engine.local_user().id);
    let (found, step) = engine.archive_memories(engine.local_actor(), user, which)?;
    for memory in &found {
        output::line(format!("{}  {}", memory.id, output::short(&memory.content.content, 100)));
    }
    match step {
        Some(step) => output::line(format!("{} archived: step {step}", found.len())),
        None => output::line(format!("{} to archive", found.len())),
    }
    Ok(())
}

fn consolidate(context: &Context, which: (i32, bool)) -> Outcome<()> {
    let (engine, user) = (&context.engine, context.engine.local_user().id);
    let done = engine.consolidate_memories(engine.local_actor(), user, which)?;
    for group in &done {
        match group.stored {
            Some((id, step)) => {
                output::line(format!(
                    "{id}  {}: {} memories, step {step}",
                    group.subject,
                    group.sources.len()
                ));
            }
            None => output::line(format!("{}: {} memories", group.subject, group.sources.len())),
        }
        for source in &group.sources {
            output::line(format!("    {}  {}", source.id, output::short(&source.content.content, 100)));
        }
    }
    if done.is_empty() {
        output::line("No memories to consolidate.");
    }
    Ok(())
}

/// A line of an import, in our format or in mem0's.
#[derive(Debug, Deserialize)]
struct Line {
    #[serde(alias = "memory", alias = "text")]
    content: String,
    kind: Option<MemoryKind>,
    source: Option<MemorySource>,
    agent: Option<String>,
    #[serde(default)]
    statement: Statement,
    importance: Option<f32>,
    metadata: Option<Value>,
    #[serde(alias = "created_at")]
    valid_from: Option<DateTime<Utc>>,
    expires_at: Option<DateTime<Utc>>,
    #[serde(default)]
    is_pinned: bool,
}

impl From<Line> for Fact {
    fn from(line: Line) -> Self {
        let usual = Self::new(line.content);
        Self {
            kind: line.kind,
            source: line.source.unwrap_or(usual.source),
            agent: line.agent,
            statement: line.statement,
            importance: line.importance,
            metadata: line.metadata.filter(Value::is_object).unwrap_or(usual.metadata.clone()),
            valid_from: line.valid_from,
            expires_at: line.expires_at,
            is_pinned: line.is_pinned,
            ..usual
        }
    }
}

fn import(context: &Context, file: &Path) -> Outcome<ExitCode> {
    let bad =
        |detail: String| Failure::new(Exit::Usage, format!("cannot import {}: {detail}", file.display()));
    let text = fs::read_to_string(file).map_err(|error| bad(error.to_string()))?;
    let mut facts = Vec::new();
    for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
        let line: Line = serde_json::from_str(line)
            .map_err(|error| bad(format!("line {number} is not a memory: {error}")))?;
        facts.push(Fact::from(line));
    }
    let (engine, user) = (&context.engine, context.engine.local_user().id);
    let (mut stored, mut refused) = (0, 0);
    for batch in facts.chunks(MAX_FACTS) {
        for (fact, remembered) in batch.iter().zip(engine.remember(engine.local_actor(), user, batch)?) {
            if let Remembered::Refused(_) | Remembered::Invalid(_) = remembered {
                refused += 1;
                let reason = told(&remembered);
                output::note(format!("{reason} ({} characters)", fact.content.chars().count()));
            } else {
                stored += 1;
            }
        }
    }
    output::line(format!("{stored} remembered, {refused} refused"));
    Ok(if refused == 0 { ExitCode::SUCCESS } else { Exit::Failed.into() })
}

fn export(context: &Context) -> Outcome<()> {
    let mut after = None;
    loop {
        let page = Page { limit: ROWS, after };
        let rows: Vec<UsedMemory> =
            read(context, |conn| memories::list(conn, &MemoryFilter::default(), page))?;
        for (memory, uses) in &rows {
            let mut line = serde_json::to_value(&memory.content).unwrap_or(Value::Null);
            let statement = &memory.content.statement;
            if let Some(line) = line.as_object_mut() {
                line.retain(|name, _| !["subject", "attribute", "value"].contains(&name.as_str()));
                line.insert("id".to_owned(), json!(memory.id));
                line.insert("statement".to_owned(), json!(statement));
                line.insert("source".to_owned(), json!(memory.source));
                line.insert("agent".to_owned(), json!(memory.agent));
                line.insert("metadata".to_owned(), memory.metadata.clone());
                line.insert("seen_count".to_owned(), json!(uses.seen_count));
            }
            output::line(line.to_string());
        }
        match rows.last() {
            Some((memory, _)) => after = Some(memory.id.uuid()),
            None => return Ok(()),
        }
    }
}

/// Recalls and prints the results with their reasons; the exit code is 1 if there are none.
pub(crate) fn recall(config: Config, args: &RecallArgs) -> Outcome<ExitCode> {
    let context = Context::open(config)?;
    let query = args.query.join(" ");
    let sources = RecallSource::memories_and([
        (args.rounds, RecallSource::Rounds),
        (args.documents, RecallSource::Documents),
        (args.tools, RecallSource::Tools),
    ]);
    let request = RecallRequest {
        sources: &sources,
        limit: usize::from(args.limit),
        as_of: args.as_of,
        ..RecallRequest::new(&query)
    };
    let (engine, user) = (&context.engine, context.engine.local_user().id);
    let recall = engine.recall(engine.local_actor(), user, &request)?;
    if let Some(span) = recall.asked_time {
        output::line(format!(
            "time: {} to {}\n",
            span.from.format("%Y-%m-%d"),
            span.until.format("%Y-%m-%d")
        ));
    }
    recall.results.iter().for_each(show_recalled);
    if recall.results.is_empty() {
        output::line(if recall.nothing_relevant {
            "Nothing relevant is remembered."
        } else {
            "Nothing is remembered."
        });
        return Ok(Exit::Failed.into());
    }
    Ok(ExitCode::SUCCESS)
}

fn show_recalled(recalled: &Recalled) {
    let passage = &recalled.found.passage;
    let factors = recalled.factors;
    let origin = match &passage.origin {
        Origin::Chunk(_) => passage.title.clone(),
        Origin::Round(origin) => {
            format!("conversation {} {}", origin.session_id, origin.said_at.format("%Y-%m-%d"))
        }
        Origin::Tool(_) => format!("tool {}", passage.title),
        Origin::Memory(origin) => {
            format!("{} {}", origin.memory.id, origin.memory.content.valid_from.format("%Y-%m-%d"))
        }
    };
    output::line(format!("{:.3}  {}", recalled.score, output::short(&passage.text, 160)));
    let reasons = match &passage.origin {
        Origin::Tool(_) => format!("outcomes x{:.2}", factors.outcomes),
        _ => format!(
            "importance x{:.2}, recency x{:.2}, uses x{:.2}, time x{:.2}",
            factors.importance, factors.recency, factors.uses, factors.time
        ),
    };
    output::line(format!("       {origin}  {reasons}"));
}
