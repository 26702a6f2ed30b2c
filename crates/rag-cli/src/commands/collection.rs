//! `rag collection`: lists, shows, creates, changes, transfers and deletes the operator's collections, and reads their documents again.

use std::process::ExitCode;

use rag_engine::{ChunkSizes, CollectionChange, CollectionRequest};
use rag_repo::{
    Actor, Page, PgConnection, RepoResult, collections, collections::DocumentCounts, embedding_models, jobs,
};
use rag_schema::models::{Collection, EmbeddingModel};
use serde_json::{Value, json};

use crate::{
    args::{ChunkArgs, CollectionCommand},
    commands::{ingest, user},
    config::Config,
    failure::{Exit, Failure, Outcome},
    output,
    runtime::Context,
};

/// Maximum number of collections that are listed.
const MAX_COLLECTIONS: i64 = 10_000;

/// Runs a subcommand.
pub(crate) fn run(config: Config, command: &CollectionCommand) -> Outcome<ExitCode> {
    let context = Context::open(config)?;
    match command {
        CollectionCommand::List(args) => list(&context, args.json),
        CollectionCommand::Show { name, json } => show(&context, name, *json),
        CollectionCommand::Create { name, description, chunks } => {
            create(&context, name, description, *chunks)
        }
        CollectionCommand::Set { name, chunks, default_chunks } => {
            set(&context, name, *chunks, *default_chunks)
        }
        CollectionCommand::Reingest { name, all } => {
            ingest::reingest(&context, &context.collection(name)?, *all)
        }
        CollectionCommand::Transfer { name, email, owner } => {
            transfer(&context, name, email, owner.as_deref())
        }
        CollectionCommand::Delete { name, yes } => delete(&context, name, *yes),
    }
}

/// A collection with its numbers.
struct Sized {
    row: Collection,
    model: String,
    counts: DocumentCounts,
}

fn sized(conn: &mut PgConnection, rows: Vec<Collection>) -> RepoResult<Vec<Sized>> {
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let counts = collections::count_documents(conn, &ids)?;
    let models = embedding_models::list(conn)?;
    let with_numbers = |row: Collection| {
        let none = DocumentCounts { collection_id: row.id, documents: 0, searchable: 0, size_bytes: 0 };
        let counts = counts.iter().find(|counts| counts.collection_id == row.id).copied().unwrap_or(none);
        let is_its = |model: &&EmbeddingModel| model.id == row.model_id;
        let model = models.iter().find(is_its).map(|model| model.name.clone()).unwrap_or_default();
        Sized { row, model, counts }
    };
    Ok(rows.into_iter().map(with_numbers).collect())
}

fn list(context: &Context, as_json: bool) -> Outcome<ExitCode> {
    let engine = &context.engine;
    let all = engine.db().read(engine.local_actor(), |conn| -> RepoResult<_> {
        let rows = collections::list(conn, Page::first(MAX_COLLECTIONS))?;
        sized(conn, rows)
    })?;
    if as_json {
        output::json(&all.iter().map(view).collect::<Vec<_>>());
        return Ok(ExitCode::SUCCESS);
    }
    if all.is_empty() {
        output::note("No collections yet.");
    }
    for Sized { row, counts, .. } in &all {
        let documents = output::count(counts.documents, "document");
        output::line(format!("{:<32}  {documents:>17}  {:>10}", output::short(&row.name, 60), size(counts)));
    }
    Ok(ExitCode::SUCCESS)
}

fn show(context: &Context, name: &str, as_json: bool) -> Outcome<ExitCode> {
    let row = context.collection(name)?;
    let (engine, id) = (&context.engine, row.id);
    let (mut found, open_jobs) = engine.db().read(engine.local_actor(), |conn| -> RepoResult<_> {
        Ok((sized(conn, vec![row.clone()])?, jobs::open_count(conn, id)?))
    })?;
    let Some(found) = found.pop() else { return Ok(Exit::Failed.into()) };
    if as_json {
        let mut shown = view(&found);
        if let Some(shown) = shown.as_object_mut() {
            shown.insert("open_jobs".to_owned(), json!(open_jobs));
        }
        output::json(&shown);
        return Ok(ExitCode::SUCCESS);
    }
    let Sized { row, model, counts } = &found;
    output::line(format!("id           {}", row.id));
    output::line(format!("name         {}", row.name));
    output::line(format!("description  {}", output::short(&row.description, 200)));
    output::line(format!("model        {model}"));
    output::line(format!("chunks       {}", shown_sizes(row)));
    output::line(format!("documents    {}, {} of them searchable", counts.documents, counts.searchable));
    output::line(format!("size         {}", size(counts)));
    output::line(format!("open jobs    {open_jobs}"));
    Ok(ExitCode::SUCCESS)
}

fn create(context: &Context, name: &str, description: &str, chunks: ChunkArgs) -> Outcome<ExitCode> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 200 || description.chars().count() > 2000 {
        return Err(Failure::new(
            Exit::Usage,
            "a collection's name has 1 to 200 characters, its description at most 2000",
        ));
    }
    let user = context.engine.local_user();
    let request = CollectionRequest {
        owner: user.id,
        organisation: user.organisation_id,
        name,
        description,
        chunks: sizes(chunks),
    };
    let created = context.engine.create_collection(context.engine.local_actor(), &request)?;
    output::line(format!("{} is created, with the id {}.", created.name, created.id));
    Ok(ExitCode::SUCCESS)
}

/// Returns the sizes of the arguments; `None` for those of the settings.
fn sizes(args: ChunkArgs) -> Option<ChunkSizes> {
    let max_tokens = args.chunk_tokens?;
    Some(ChunkSizes { max_tokens, overlap_tokens: args.overlap_tokens.unwrap_or(max_tokens / 8) })
}

fn set(context: &Context, name: &str, chunks: ChunkArgs, default_chunks: bool) -> Outcome<ExitCode> {
    if chunks.chunk_tokens.is_none() && !default_chunks {
        return Err(Failure::new(Exit::Usage, "nothing to change: give --chunk-tokens or --default-chunks"));
    }
    let (row, engine) = (context.collection(name)?, &context.engine);
    let change = CollectionChange { chunks: Some(sizes(chunks)), ..CollectionChange::default() };
    let changed = engine.update_collection(engine.local_actor(), row.id, &change)?;
    output::line(format!("{name} has chunks {}.", shown_sizes(&changed)));
    output::line(format!("Documents that it has keep theirs until `rag collection reingest {name}`."));
    Ok(ExitCode::SUCCESS)
}

fn shown_sizes(row: &Collection) -> String {
    ChunkSizes::of(row).map_or_else(
        || "of the size in the settings".to_owned(),
        |own| {
            let ChunkSizes { max_tokens, overlap_tokens } = own;
            format!("of at most {max_tokens} tokens, of which at most {overlap_tokens} repeat")
        },
    )
}

fn transfer(context: &Context, name: &str, email: &str, owner: Option<&str>) -> Outcome<ExitCode> {
    let engine = &context.engine;
    let owner = match owner {
        Some(email) => user::find(context, email)?,
        None => engine.local_user().clone(),
    };
    let find = |conn: &mut PgConnection| collections::find_by_name(conn, owner.id, name);
    let row = engine.db().read(Actor::System, find)?.ok_or_else(|| {
        Failure::new(Exit::Failed, format!("{} owns no collection named {name}", owner.email))
            .hint("--owner ADDRESS names another owner")
    })?;
    let new_owner = user::find(context, email)?;
    if new_owner.id == owner.id {
        output::line(format!("{name} belongs to {} already.", owner.email));
        return Ok(ExitCode::SUCCESS);
    }
    engine.transfer_collection(Actor::System, row.id, new_owner.id)?;
    output::line(format!("{name} belongs to {}, and {} is an editor of it.", new_owner.email, owner.email));
    Ok(ExitCode::SUCCESS)
}

fn delete(context: &Context, name: &str, yes: bool) -> Outcome<ExitCode> {
    let row = context.collection(name)?;
    let count = context.engine.db().read(Actor::System, |conn| collections::document_count(conn, row.id))?;
    let documents = output::count(count, "document");
    output::confirm(&format!("Delete the collection {name} with {documents}?"), yes)?;
    context.engine.delete_collection(context.engine.local_actor(), row.id)?;
    output::line(format!("{name} is deleted, with {documents}."));
    Ok(ExitCode::SUCCESS)
}

fn view(sized: &Sized) -> Value {
    let Sized { row, model, counts } = sized;
    json!({
        "id": row.id, "name": row.name, "description": row.description, "model": model, "documents": counts.documents,
        "searchable": counts.searchable, "size_bytes": counts.size_bytes, "created_at": row.created_at,
        "chunk_max_tokens": row.chunk_max_tokens, "chunk_overlap_tokens": row.chunk_overlap_tokens,
    })
}

fn size(counts: &DocumentCounts) -> String {
    output::bytes(u64::try_from(counts.size_bytes).unwrap_or(0))
}
