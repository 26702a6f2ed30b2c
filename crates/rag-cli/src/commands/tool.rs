//! `rag tool`: the tools that programs of the operator can call.

use std::{
    fs,
    io::{self, Read},
    path::Path,
    process::ExitCode,
};

use rag_engine::tools::{ToolDefinition, ToolKey, ToolQuery, UseOfTool};
use rag_repo::{Page, tools, tools::UsedTool};
use rag_schema::ids::CollectionId;
use serde_json::{Value, json};

use crate::{
    args::{ToolArgs, ToolCommand},
    config::Config,
    failure::{Exit, Failure, Outcome},
    output,
    runtime::Context,
};

/// Manages tools.
pub(crate) fn run(config: Config, command: ToolCommand) -> Outcome<ExitCode> {
    let context = Context::open(config)?;
    match command {
        ToolCommand::List { limit } => list(&context, limit)?,
        ToolCommand::Set { name, description, parameters, collection } => {
            let parameters = parameters.as_deref().map_or_else(|| Ok(json!({})), read_parameters)?;
            let definition = ToolDefinition { name, description: description.join(" "), parameters };
            let (engine, user) = (&context.engine, context.engine.local_user().id);
            let collection = collection.map(CollectionId::from);
            let (tool, _) = engine.set_tool(engine.local_actor(), user, collection, &definition)?;
            output::line(format!("stored  {}  in collection {}", tool.name, tool.collection_id));
        }
        ToolCommand::Show(tool) => show(&context, &tool)?,
        ToolCommand::Delete(tool) => {
            let (engine, user) = (&context.engine, context.engine.local_user().id);
            engine.delete_tool(engine.local_actor(), user, key(&tool))?;
            output::line(format!("deleted  {}", tool.name));
        }
        ToolCommand::Find { query, limit } => return find(&context, &query.join(" "), limit),
        ToolCommand::Use { tool, outcome, duration_ms } => {
            let (engine, user) = (&context.engine, context.engine.local_user().id);
            let new = UseOfTool { outcome, duration_ms, session: None };
            let found = engine.record_tool_use(engine.local_actor(), user, key(&tool), new)?;
            output::line(counts(&found));
        }
        ToolCommand::Usage { from, to } => usage(&context, (from, to))?,
    }
    Ok(ExitCode::SUCCESS)
}

fn key(tool: &ToolArgs) -> ToolKey<'_> {
    ToolKey { name: &tool.name, collection: tool.collection.map(CollectionId::from) }
}

fn read_parameters(file: &Path) -> Outcome<Value> {
    let bad = |detail: String| {
        Failure::new(Exit::Usage, format!("cannot read the parameters in {}: {detail}", file.display()))
            .hint("name a file that holds a JSON Schema: {\"type\": \"object\", \"properties\": {..}}")
    };
    let text = if file == Path::new("-") {
        let mut text = String::new();
        io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        fs::read_to_string(file)
    };
    serde_json::from_str(&text.map_err(|error| bad(error.to_string()))?)
        .map_err(|error| bad(error.to_string()))
}

fn list(context: &Context, limit: i64) -> Outcome<()> {
    let engine = &context.engine;
    let rows = engine.db().read(engine.local_actor(), |conn| tools::list(conn, None, Page::first(limit)))?;
    if rows.is_empty() {
        output::note("No tools yet.");
    }
    for (tool, counts) in rows {
        output::line(format!(
            "{:<32}  {:>11}  {}",
            output::short(&tool.name, 32),
            output::count(counts.use_count, "use"),
            output::short(&tool.description, 80)
        ));
    }
    Ok(())
}

fn show(context: &Context, tool: &ToolArgs) -> Outcome<()> {
    let (engine, user) = (&context.engine, context.engine.local_user().id);
    let found = engine.find_tool(engine.local_actor(), user, key(tool))?;
    output::line(format!("{}\n\n{}\n", found.0.name, found.0.description));
    output::json(&found.0.parameters);
    output::line(format!("\n{}\nin collection {}", counts(&found), found.0.collection_id));
    Ok(())
}

fn counts((_, counts): &UsedTool) -> String {
    format!(
        "{}, {} successful, success rate {:.2}",
        output::count(counts.use_count, "use"),
        counts.success_count,
        counts.success_rate
    )
}

/// Finds tools and prints them with their scores; the exit code is 1 if there are none.
fn find(context: &Context, query: &str, limit: u16) -> Outcome<ExitCode> {
    let (engine, user) = (&context.engine, context.engine.local_user().id);
    let query = ToolQuery { limit: usize::from(limit), ..ToolQuery::new(query) };
    let found = engine.find_tools(engine.local_actor(), user, &query)?;
    for recalled in &found.results {
        let passage = &recalled.found.passage;
        output::line(format!(
            "{:.3}  {:<32}  {}",
            recalled.score,
            passage.title,
            output::short(&passage.text, 80)
        ));
        let cosine = recalled.found.ranked.dense.map_or(0.0, |hit| hit.score);
        output::line(format!("       cosine {cosine:.2}, outcomes x{:.2}", recalled.factors.outcomes));
    }
    if found.results.is_empty() {
        output::line(if found.nothing_relevant { "No tool fits." } else { "There are no tools." });
        return Ok(Exit::Failed.into());
    }
    Ok(ExitCode::SUCCESS)
}

fn usage(context: &Context, days: (Option<chrono::NaiveDate>, Option<chrono::NaiveDate>)) -> Outcome<()> {
    let engine = &context.engine;
    let report = engine.report_tools(engine.local_actor(), days)?;
    output::line(format!("Tools from {} to {} (UTC)\n", report.from, report.to));
    if report.tools.is_empty() {
        output::line("No tool was used.");
        return Ok(());
    }
    output::line(format!("{:<32} {:>8} {:>9} {:>11}  {}", "", "uses", "success", "median", "last use"));
    for tool in &report.tools {
        let median =
            tool.median_duration_ms.map_or_else(|| "-".to_owned(), |median| format!("{median:.0} ms"));
        output::line(format!(
            "{:<32} {:>8} {:>8.0}% {median:>11}  {}",
            output::short(&tool.name, 32),
            tool.use_count,
            100.0 * tool.success_share(),
            tool.last_used_at.format("%Y-%m-%d %H:%M")
        ));
    }
    Ok(())
}
