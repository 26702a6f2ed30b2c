//! `rag document`: lists, shows, restores and deletes stored documents.

use std::process::ExitCode;

use rag_engine::{EngineError, names};
use rag_repo::{
    Page, PgConnection, RepoError, RepoResult, collections, documents, documents::SourceFilter, versions,
};
use rag_schema::{
    ids::{CollectionId, DocumentId},
    models::{Document, DocumentVersion},
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    args::{DocumentCommand, DocumentDelete, DocumentList, DocumentRestore, DocumentShow},
    commands::ingest,
    config::Config,
    failure::{Exit, Failure, Outcome},
    output,
    runtime::Context,
};

/// Number of documents that are loaded by one query.
const PAGE: i64 = 1000;
/// Number of characters of a text that are loaded by one query.
const TEXT_CHARS: i64 = 100_000;
/// Maximum number of versions that are shown.
const MAX_VERSIONS: i64 = 1001;

/// Runs a subcommand.
pub(crate) fn run(config: Config, command: &DocumentCommand) -> Outcome<ExitCode> {
    let context = Context::open(config)?;
    match command {
        DocumentCommand::List(args) => list(&context, args),
        DocumentCommand::Show(args) if args.text => print_text(&context, args),
        DocumentCommand::Show(args) => show(&context, args),
        DocumentCommand::Restore(args) => restore(&context, args),
        DocumentCommand::Delete(args) => delete(&context, args),
    }
}

fn list(context: &Context, args: &DocumentList) -> Outcome<ExitCode> {
    let collection = context.collection(&args.collection)?.id;
    let rows = find_by_prefix(context, collection, args.source_prefix.as_deref(), args.limit)?;
    if args.json {
        let views: Vec<Value> = rows.iter().map(|(row, newest)| view(row, newest.as_ref())).collect();
        output::json(&json!({"collection": args.collection, "documents": views}));
        return Ok(ExitCode::SUCCESS);
    }
    for (row, newest) in &rows {
        let size = newest.as_ref().map_or_else(String::new, |newest| size(newest.size_bytes));
        let state = if row.current_version_id.is_some() { "" } else { "  not read yet" };
        let name = output::short(row.source.as_deref().unwrap_or(&row.title), 100);
        output::line(format!("{}  {size:>10}  {name}{state}", row.id));
    }
    output::note(output::count(rows.len(), "document"));
    Ok(ExitCode::SUCCESS)
}

fn show(context: &Context, args: &DocumentShow) -> Outcome<ExitCode> {
    let document = find(context, &args.collection, &args.document)?;
    let (engine, id) = (&context.engine, document.id);
    let all = engine.db().read(engine.local_actor(), |conn| versions::list(conn, id, MAX_VERSIONS, None))?;
    if args.json {
        let mut shown = view(&document, all.first());
        if let Some(shown) = shown.as_object_mut() {
            shown.insert("versions".to_owned(), all.iter().map(version_view).collect());
        }
        output::json(&shown);
        return Ok(ExitCode::SUCCESS);
    }
    output::line(format!("id        {id}"));
    output::line(format!("title     {}", output::short(&document.title, 200)));
    output::line(format!("source    {}", output::plain(document.source.as_deref().unwrap_or("none"))));
    output::line(format!("type      {}", document.media_type));
    output::line(format!("language  {}", document.language.as_deref().unwrap_or("unknown")));
    output::line(format!("metadata  {}", document.metadata));
    for version in &all {
        output::line(format!(
            "version   {}, {}, {}, {}, {}",
            version.number,
            version.state.as_str(),
            size(version.size_bytes),
            output::count(version.chunk_count, "chunk"),
            version.created_at.format("%Y-%m-%d %H:%M:%S UTC")
        ));
    }
    Ok(ExitCode::SUCCESS)
}

fn print_text(context: &Context, args: &DocumentShow) -> Outcome<ExitCode> {
    let document = find(context, &args.collection, &args.document)?;
    let (engine, actor) = (&context.engine, context.engine.local_actor());
    let version = engine.db().read(actor, |conn| match args.version {
        Some(number) => versions::find_by_number(conn, document.id, number).map(Some),
        None => document.current_version_id.map(|id| versions::find(conn, id)).transpose(),
    });
    let version = match version {
        Ok(Some(version)) if version.published_at.is_some() => version,
        Ok(_) => return Err(Failure::new(Exit::Failed, "it has not been read yet")),
        Err(RepoError::NotFound) => {
            return Err(Failure::new(Exit::Failed, "the document has no version of this number")
                .hint("`rag document show` without --text lists the versions"));
        }
        Err(error) => return Err(error.into()),
    };
    let mut start = 0;
    while start < version.character_count {
        let end = start + TEXT_CHARS;
        output::piece(engine.db().read(actor, |conn| versions::text(conn, version.id, start, end))?);
        start = end;
    }
    output::line("");
    Ok(ExitCode::SUCCESS)
}

fn restore(context: &Context, args: &DocumentRestore) -> Outcome<ExitCode> {
    let document = find(context, &args.collection, &args.document)?;
    let engine = &context.engine;
    let accepted = engine.restore_version(engine.local_actor(), document.id, args.version)?;
    if accepted.duplicate {
        output::line(format!(
            "The newest version of {} has the bytes of version {} already.",
            document.title, args.version
        ));
        return Ok(ExitCode::SUCCESS);
    }
    let collection =
        engine.db().read(engine.local_actor(), |conn| collections::find(conn, document.collection_id))?;
    ingest::work_on_queue(context, &collection)?;
    output::line(format!("Version {} of {} is the newest again.", args.version, document.title));
    Ok(ExitCode::SUCCESS)
}

fn delete(context: &Context, args: &DocumentDelete) -> Outcome<ExitCode> {
    let found: Vec<Document> = match &args.source_prefix {
        Some(prefix) if names::source(prefix).is_empty() => {
            return Err(Failure::new(Exit::Usage, "an empty prefix would delete all documents").hint(
                format!("`rag collection delete {}` deletes the collection with them", args.collection),
            ));
        }
        Some(prefix) => {
            let collection = context.collection(&args.collection)?.id;
            let rows = find_by_prefix(context, collection, Some(prefix), i64::MAX)?;
            rows.into_iter().map(|(row, _)| row).collect()
        }
        None => {
            args.documents.iter().map(|name| find(context, &args.collection, name)).collect::<Outcome<_>>()?
        }
    };
    if found.is_empty() {
        return Err(Failure::new(Exit::Failed, "no document has such a source"));
    }
    let name = |row: &Document| output::short(row.source.as_deref().unwrap_or(&row.title), 100);
    let what = match found.as_slice() {
        [only] => format!("the document {}", name(only)),
        many => output::count(many.len(), "document"),
    };
    output::confirm(&format!("Delete {what} with all versions?"), args.yes)?;
    let mut deleted = 0_u64;
    for document in &found {
        match context.engine.delete_document(context.engine.local_actor(), document.id) {
            Ok(()) => deleted += 1,
            // Somebody else has deleted it in the meantime.
            Err(EngineError::NotFound(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    output::line(format!("{} deleted.", output::count(deleted, "document")));
    Ok(ExitCode::SUCCESS)
}

/// Returns the document with that id, or with that source in the collection.
fn find(context: &Context, collection: &str, name: &str) -> Outcome<Document> {
    let (engine, actor) = (&context.engine, context.engine.local_actor());
    let found = if let Ok(id) = name.parse::<Uuid>() {
        match engine.db().read(actor, |conn| documents::find(conn, DocumentId::from(id))) {
            Err(RepoError::NotFound) => None,
            other => Some(other?),
        }
    } else {
        let collection = context.collection(collection)?.id;
        let source = names::source(name);
        engine.db().read(actor, |conn| documents::find_by_source(conn, collection, &source))?
    };
    found.ok_or_else(|| {
        Failure::new(Exit::Failed, format!("there is no document {name}"))
            .hint("`rag document list` shows ids and sources; --collection names another collection")
    })
}

type Listed = (Document, Option<DocumentVersion>);

fn find_by_prefix(
    context: &Context,
    collection: CollectionId,
    prefix: Option<&str>,
    limit: i64,
) -> Outcome<Vec<Listed>> {
    let (engine, actor) = (&context.engine, context.engine.local_actor());
    let filter = SourceFilter { source: None, prefix: prefix.map(names::source) };
    let mut all = Vec::new();
    let mut after = None;
    loop {
        let left = limit.saturating_sub(i64::try_from(all.len()).unwrap_or(i64::MAX)).min(PAGE);
        let page = Page { limit: left, after };
        let rows = engine.db().read(actor, |conn| with_newest(conn, collection, &filter, page))?;
        after = rows.last().map(|(row, _)| row.id.uuid());
        let is_last = i64::try_from(rows.len()).is_ok_and(|count| count < left) || left < PAGE;
        all.extend(rows);
        if is_last || after.is_none() {
            return Ok(all);
        }
    }
}

fn with_newest(
    conn: &mut PgConnection,
    collection: CollectionId,
    filter: &SourceFilter,
    page: Page,
) -> RepoResult<Vec<Listed>> {
    let rows = documents::list_by_source(conn, collection, filter, page)?;
    let ids: Vec<DocumentId> = rows.iter().map(|row| row.id).collect();
    let newest = versions::newest(conn, &ids)?;
    let find = |row: &Document| newest.iter().find(|version| version.document_id == row.id).cloned();
    Ok(rows
        .into_iter()
        .map(|row| {
            let newest = find(&row);
            (row, newest)
        })
        .collect())
}

fn view(row: &Document, newest: Option<&DocumentVersion>) -> Value {
    json!({
        "id": row.id, "title": row.title, "source": row.source, "media_type": row.media_type, "language": row.language,
        "metadata": row.metadata, "searchable": row.current_version_id.is_some(), "created_at": row.created_at,
        "version": newest.map(version_view),
    })
}

fn version_view(version: &DocumentVersion) -> Value {
    json!({
        "number": version.number, "state": version.state.as_str(), "size_bytes": version.size_bytes,
        "chunk_count": version.chunk_count, "character_count": version.character_count, "created_at": version.created_at,
        "published_at": version.published_at, "superseded_at": version.superseded_at,
        "ocr_pages": version.ocr_pages,
    })
}

fn size(bytes: i64) -> String {
    output::bytes(u64::try_from(bytes).unwrap_or(0))
}
