//! `rag status`: prints the state of the database and the stored data; starts nothing and changes nothing.

use std::process::ExitCode;

use rag_pg::Status;
use rag_repo::{
    Actor, Db, Page, PgConnection, RepoResult, checkup, collections, jobs, migrations, search::Scope, server,
    users,
};
use rag_schema::enums::{JobKind, JobState};
use serde_json::{Value, json};

use crate::{
    config::{Config, sections::EmbeddingKind},
    failure::Outcome,
    inference,
    missing_models::missing_models,
    output, postgres, replicas,
};

/// Maximum number of collections that are listed.
const MAX_COLLECTIONS: i64 = 1000;

/// Prints the state; a database that does not run is not an error.
pub(crate) fn run(config: &Config, as_json: bool) -> Outcome<ExitCode> {
    let (state, url) = database(config)?;
    let stored = url.map(|url| stored(&url, config)).transpose()?;
    let embedding = &config.sections.embedding;
    let place = match embedding.kind {
        EmbeddingKind::Local => format!("in this process, by {}", inference::engine_name(config)),
        EmbeddingKind::Openai => embedding.base_url.clone(),
    };
    let model = format!("{} ({place})", config.embedding_model());
    let chat =
        Some(config.sections.chat.model.as_str()).filter(|_| !config.sections.chat.base_url.is_empty());
    let report = json!({
        "postgres": state, "data_dir": config.data_dir(), "embedding_model": model, "chat_model": chat, "stored": stored,
    });
    if as_json {
        output::json(&report);
    } else {
        show(&report);
    }
    Ok(ExitCode::SUCCESS)
}

/// Returns the location of the database, and its URL if it runs.
fn database(config: &Config) -> Outcome<(String, Option<String>)> {
    if let Some(url) = config.sections.database.url.given() {
        return Ok(("configured (database.url)".to_owned(), Some(url.to_owned())));
    }
    Ok(match rag_pg::status(&config.data_dir())? {
        Status::Absent => ("no data yet: begin with `rag ingest` or `rag serve`".to_owned(), None),
        Status::Stopped { major } => (stopped(config, &major), None),
        Status::Running(running) if running.ready => {
            (format!("running, process {}", running.pid), Some(running.address.url()))
        }
        Status::Running(running) => (format!("starting or stopping, process {}", running.pid), None),
    })
}

/// Describes data without a server, by the major version of PostgreSQL that they are of.
fn stopped(config: &Config, major: &str) -> String {
    match postgres::install(config) {
        Ok(install) if install.version().major.to_string() != major => format!(
            "cannot start: the data are of PostgreSQL {major} and the installed program is {}; start them with PostgreSQL {major}, save \
             them with pg_dump, and restore into a new data folder",
            install.version()
        ),
        _ => format!("stopped (data of version {major}); `rag serve` starts it"),
    }
}

fn stored(url: &str, config: &Config) -> Outcome<Value> {
    let mut conn = server::connect(url)?;
    let facts = server::facts(&mut conn)?;
    let pending = migrations::pending(&mut conn)?;
    let connections = checkup::connections(&mut conn)?;
    let mut report = json!({
        "version": facts.version(), "pgvector": facts.vector_installed, "size": facts.database_size,
        "pending_migrations": pending,
        "connections": {
            "read": connections.read, "write": connections.write, "work": connections.work, "allowed": connections.allowed,
        },
        "replicas": replicas::look(url, config).iter().map(replicas::describe).collect::<Vec<_>>(),
    });
    if pending.is_empty() {
        let db = Db::new(url, &config.pool());
        let operator = db.read(Actor::System, |conn| users::find_by_email(conn, rag_engine::LOCAL_USER.0))?;
        let missing = db.read(Actor::System, |conn| missing_models(conn, config))?;
        let upkeep = db.read(Actor::System, |conn| jobs::last_ended(conn, JobKind::Upkeep))?.map_or(
            Value::Null,
            |job| json!({"state": job.state.as_str(), "finished_at": job.finished_at, "problem": job.problem}),
        );
        let counts = operator.map(|user| {
            db.read(Actor::user(user.id), |conn| -> RepoResult<_> {
                Ok(json!({"collections": collections_of(conn)?, "jobs": jobs_of(conn)?}))
            })
        });
        if let (Some(report), Some(Value::Object(counts))) = (report.as_object_mut(), counts.transpose()?) {
            report.extend(counts);
            report.insert("upkeep".to_owned(), upkeep);
            report.insert("missing_models".to_owned(), missing.iter().map(ToString::to_string).collect());
        }
    }
    Ok(report)
}

fn collections_of(conn: &mut PgConnection) -> RepoResult<Vec<Value>> {
    let found = collections::list(conn, Page::first(MAX_COLLECTIONS))?;
    let describe = |collection: &rag_schema::models::Collection| {
        let documents = collections::document_count(conn, collection.id)?;
        let chunks = Scope::in_collections(&[collection.id]).passage_count(conn)?;
        Ok(json!({"id": collection.id, "name": collection.name, "documents": documents, "chunks": chunks}))
    };
    found.iter().map(describe).collect()
}

fn jobs_of(conn: &mut PgConnection) -> RepoResult<Value> {
    let counted = jobs::count_by_state(conn)?;
    let count = |state| counted.iter().find(|(of, _)| *of == state).map_or(0, |(_, count)| *count);
    Ok(JobState::ALL.iter().map(|state| (state.as_str().to_owned(), json!(count(*state)))).collect())
}

fn show(report: &Value) {
    let text = |pointer: &str| match report.pointer(pointer) {
        None | Some(Value::Null) => "none".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    output::line(format!("PostgreSQL   {}", text("/postgres")));
    output::line(format!("data         {}", text("/data_dir")));
    output::line(format!("embedding    {}", text("/embedding_model")));
    let chat = text("/chat_model");
    output::line(format!(
        "chat         {}",
        if chat == "none" { "none: answers are sentences of the documents" } else { &chat }
    ));
    if report.pointer("/stored/version").is_none() {
        return;
    }
    output::line(format!("version      {}, pgvector {}", text("/stored/version"), text("/stored/pgvector")));
    output::line(format!("size         {}", text("/stored/size")));
    output::line(format!(
        "connections  of rag: {} for reads, {} for writes, {} for jobs; the server allows {}",
        text("/stored/connections/read"),
        text("/stored/connections/write"),
        text("/stored/connections/work"),
        text("/stored/connections/allowed")
    ));
    let replicas = report.pointer("/stored/replicas").and_then(Value::as_array).into_iter().flatten();
    for (number, replica) in (1..).zip(replicas.filter_map(Value::as_str)) {
        output::line(format!("replica {number:<4} {replica}"));
    }
    let collections = report.pointer("/stored/collections").and_then(Value::as_array);
    let Some(collections) = collections else {
        output::line("tables       not up to date: run `rag migrate`");
        return;
    };
    for collection in collections {
        let part = |key: &str| collection.get(key).map(ToString::to_string).unwrap_or_default();
        output::line(format!(
            "collection   {}: {}, {}",
            part("name").trim_matches('"'),
            output::count(part("documents"), "document"),
            output::count(part("chunks"), "chunk")
        ));
    }
    let jobs = report.pointer("/stored/jobs").and_then(Value::as_object);
    let jobs = jobs.into_iter().flatten().map(|(state, count)| format!("{count} {state}"));
    output::line(format!("jobs         {}", jobs.collect::<Vec<_>>().join(", ")));
    let upkeep = match text("/stored/upkeep/state").as_str() {
        "none" => "has not run yet; a running server does it hourly".to_owned(),
        state => format!("{state} at {}", text("/stored/upkeep/finished_at")),
    };
    output::line(format!("upkeep       {upkeep}"));
    let missing = report.pointer("/stored/missing_models").and_then(Value::as_array);
    for sentence in missing.into_iter().flatten().filter_map(Value::as_str) {
        output::line(format!("warning      {sentence}"));
    }
}
