//! `rag doctor`: checks the requirements of `rag`, one line each, with the cure; stores nothing.

use std::{env, fs, path::Path, process::ExitCode, time::Instant};

use futures_util::StreamExt;
use rag_llm::{ChatModel, ChatRequest, Message, Role};
use rag_repo::{
    Actor, Db, PgConnection, RepoResult, embedding_models, migrations,
    server::{self, RoleFacts},
};
use rag_schema::models::EmbeddingModel;
use rag_text::{Format, isolate};
use serde::Serialize;
use serde_json::json;

use crate::{
    config::{Config, sections::EmbeddingKind},
    failure::{Exit, Failure, Outcome},
    inference,
    missing_models::missing_models,
    output,
    postgres::Postgres,
    runtime,
};

/// Thresholds of free disk space, in bytes: a warning below the first, a failure below the second.
const WARN_FREE_BYTES: u64 = 2 << 30;
const FAIL_FREE_BYTES: u64 = 200 << 20;

/// Number of roles that row-level security needs.
const ROLES: usize = 4;

/// The result of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
enum Grade {
    Ok,
    Warn,
    Fail,
}

/// A line of the report.
#[derive(Debug, Serialize)]
struct Check {
    name: &'static str,
    grade: Grade,
    finding: String,
    cure: Option<String>,
    /// Exit code if the check failed.
    #[serde(skip)]
    exit: Exit,
}

impl Check {
    fn ok(name: &'static str, finding: impl Into<String>) -> Self {
        Self { name, grade: Grade::Ok, finding: finding.into(), cure: None, exit: Exit::Failed }
    }

    fn bad(name: &'static str, grade: Grade, finding: impl Into<String>, cure: impl Into<String>) -> Self {
        Self { name, grade, finding: finding.into(), cure: Some(cure.into()), exit: Exit::Failed }
    }

    fn failed(name: &'static str, failure: Failure) -> Self {
        Self { name, grade: Grade::Fail, finding: failure.message, cure: failure.hint, exit: failure.exit }
    }
}

/// Runs all checks. The exit code is that of the first one that failed: 3 if the database or a model cannot be reached.
pub(crate) fn run(config: &Config, as_json: bool) -> ExitCode {
    let mut checks = vec![bind(config), data_dir(config), disk(config)];
    match Postgres::open(config) {
        Ok(postgres) => database(&postgres, config, &mut checks),
        Err(failure) => checks.push(unusable_database(config, failure)),
    }
    checks.push(embedding(config));
    checks.extend(reranking(config));
    checks.push(extraction(config));
    checks.extend(chat(config));
    let failed = checks.iter().filter(|check| check.grade == Grade::Fail).count();
    if as_json {
        output::json(&json!({"ok": failed == 0, "checks": checks}));
    } else {
        checks.iter().for_each(show);
        let summary = if failed == 0 {
            "All that is needed is there.".to_owned()
        } else {
            format!("{failed} checks failed.")
        };
        output::line(format!("\n{summary}"));
    }
    let first = checks.iter().find(|check| check.grade == Grade::Fail);
    first.map_or(ExitCode::SUCCESS, |check| check.exit.into())
}

fn show(check: &Check) {
    let grade = match check.grade {
        Grade::Ok => "OK  ",
        Grade::Warn => "WARN",
        Grade::Fail => "FAIL",
    };
    output::line(format!("{grade}  {:<18} {}", check.name, check.finding));
    if let Some(cure) = &check.cure {
        output::line(format!("      {:<18} -> {cure}", ""));
    }
}

fn bind(config: &Config) -> Check {
    let bind = config.sections.server.bind;
    match config.server_key() {
        Err(failure) => Check::failed("address", failure),
        Ok(key) => {
            let who = match key {
                Some(_) => "with a key",
                None if bind.ip().to_canonical().is_loopback() => "this machine only",
                None => "other machines too, with an account or a key of one",
            };
            Check::ok("address", format!("{bind}, {who}"))
        }
    }
}

fn data_dir(config: &Config) -> Check {
    let dir = config.data_dir();
    let shown = dir.display();
    match fs::metadata(&dir) {
        Ok(found) if found.is_dir() && !found.permissions().readonly() => {
            Check::ok("data", format!("{shown}"))
        }
        Ok(_) => Check::bad(
            "data",
            Grade::Fail,
            format!("{shown} is no folder that can be written to"),
            "choose another with --data-dir",
        ),
        Err(_) => Check::ok("data", format!("{shown}, which is made at the first start")),
    }
}

fn disk(config: &Config) -> Check {
    let dir = config.data_dir();
    let existing = dir.ancestors().find(|path| path.exists()).unwrap_or(Path::new("/"));
    let Ok(found) = rustix::fs::statvfs(existing) else {
        return Check::bad(
            "disk",
            Grade::Warn,
            "the system does not tell how much is free",
            "look with `df`",
        );
    };
    let free = found.f_bavail.saturating_mul(found.f_frsize);
    let finding = format!("{} free", output::bytes(free));
    let cure = "free some room, or choose another place with --data-dir";
    match free {
        _ if free < FAIL_FREE_BYTES => Check::bad("disk", Grade::Fail, finding, cure),
        _ if free < WARN_FREE_BYTES => Check::bad("disk", Grade::Warn, finding, cure),
        _ => Check::ok("disk", finding),
    }
}

fn database(postgres: &Postgres, config: &Config, checks: &mut Vec<Check>) {
    let looked = server::connect(postgres.url())
        .map_err(Failure::from)
        .and_then(|mut conn| look(&mut conn, postgres, checks))
        .and_then(|is_migrated| if is_migrated { models(postgres, config, checks) } else { Ok(()) });
    if let Err(failure) = looked {
        checks.push(unusable_database(config, failure));
    }
}

/// Returns the check of a database that does not answer. The hints of other commands refer to `rag doctor`, which would be of no
/// use here.
fn unusable_database(config: &Config, failure: Failure) -> Check {
    // A failure without a hint has the cure in its message.
    let Some(hint) = failure.hint.clone() else { return Check::failed("PostgreSQL", failure) };
    let cure = match hint {
        hint if !hint.contains("rag doctor") => hint,
        _ if config.sections.database.url.given().is_some() => {
            "start the server of database.url (or $DATABASE_URL), or correct its address, user and password: `rag config show` \
             tells where the setting comes from"
                .to_owned()
        }
        _ => format!(
            "{} has the cause; free disk space or memory if it lacks, then run `rag serve`",
            config.data_dir().join("postgres.log").display()
        ),
    };
    Check::failed("PostgreSQL", failure.hint(cure))
}

/// Checks the server. Returns whether the tables are up to date.
fn look(conn: &mut PgConnection, postgres: &Postgres, checks: &mut Vec<Check>) -> Outcome<bool> {
    let facts = server::facts(conn)?;
    checks.push(Check::ok("PostgreSQL", format!("{}, {}", facts.version(), postgres.place())));
    checks.push(match facts.shortcoming() {
        Some(shortcoming) => Check::bad("requirements", Grade::Fail, shortcoming, "see docs/OPERATIONS.md"),
        None => Check::ok("pgvector", facts.vector_installed.or(facts.vector_available).unwrap_or_default()),
    });
    checks.push(if facts.is_encrypted {
        Check::ok("encryption", "the connection to PostgreSQL is encrypted")
    } else if facts.is_local {
        Check::ok("encryption", "not needed: PostgreSQL is on this machine")
    } else {
        Check::bad(
            "encryption",
            Grade::Warn,
            "the connection to PostgreSQL on another machine is not encrypted",
            "switch TLS on at the server (ssl = on) and add sslmode=verify-full to database.url",
        )
    });
    let durability = [
        ("fsync", facts.fsync, "a crash of the machine can destroy the database"),
        ("full_page_writes", facts.full_page_writes, "a crash of the machine can destroy the database"),
        ("synchronous_commit", facts.synchronous_commit, "a crash can take back the last uploads"),
        ("data_checksums", facts.data_checksums, "silent damage of the disk stays unseen"),
    ];
    for (name, value, risk) in durability {
        checks.push(if value == "off" {
            let cure = if name == "data_checksums" {
                "pg_checksums --enable on the stopped server".to_owned()
            } else {
                format!("ALTER SYSTEM SET {name} = on")
            };
            Check::bad(name, Grade::Warn, format!("off: {risk}"), cure)
        } else {
            Check::ok(name, value)
        });
    }
    let pending = migrations::pending(conn)?;
    checks.push(match pending.len() {
        0 => Check::ok("tables", "up to date"),
        count => Check::bad(
            "tables",
            Grade::Warn,
            format!("{count} migrations are pending"),
            "`rag migrate`, or the next start, runs them",
        ),
    });
    if pending.is_empty() {
        checks.push(roles(&server::roles(conn)?));
    }
    Ok(pending.is_empty())
}

/// Checks that these settings have the models of all collections and queued jobs.
fn models(postgres: &Postgres, config: &Config, checks: &mut Vec<Check>) -> Outcome<()> {
    let db = Db::new(postgres.url(), &config.pool());
    let (missing, known) = db.read(Actor::System, |conn| -> RepoResult<_> {
        Ok((missing_models(conn, config)?, embedding_models::list(conn)?))
    })?;
    if let Some(check) = changed_model(config, &known) {
        checks.push(check);
        return Ok(());
    }
    if missing.is_empty() {
        checks.push(Check::ok("models", "every collection has its embedding model here"));
    }
    checks.extend(
        missing
            .into_iter()
            .map(|missing| Check::bad("models", Grade::Warn, missing.finding(), missing.cure())),
    );
    Ok(())
}

/// Returns a failed check if the configured model has other dimensions than the stored vectors of its name.
fn changed_model(config: &Config, known: &[EmbeddingModel]) -> Option<Check> {
    let section = &config.sections.embedding;
    if section.kind != EmbeddingKind::Openai {
        return None;
    }
    let known = known.iter().find(|known| known.name == section.model)?;
    (usize::try_from(known.dimensions) != Ok(section.dimensions)).then(|| {
        let (name, stored, wanted) = (&known.name, known.dimensions, section.dimensions);
        Check {
            exit: Exit::Usage,
            ..Check::bad(
                "models",
                Grade::Fail,
                format!("{name} makes vectors of {wanted} dimensions, and this database holds vectors of {stored} under that name"),
                format!("set embedding.dimensions to {stored}, or give the other model another name in embedding.model"),
            )
        }
    })
}

/// Checks the roles that row-level security needs, which the last migrations created.
fn roles(found: &[RoleFacts]) -> Check {
    match found.iter().find_map(RoleFacts::fault) {
        _ if found.len() < ROLES => Check::bad(
            "roles",
            Grade::Fail,
            format!("{} of {ROLES} roles are there", found.len()),
            "docs/OPERATIONS.md says how an administrator makes them",
        ),
        Some(fault) => Check::bad("roles", Grade::Fail, "row-level security does not hold", fault),
        None if found.iter().any(RoleFacts::is_held_worker) => Check::bad(
            "roles",
            Grade::Warn,
            "rag_worker is held by policies: documents are stored by INSERT, which is slower than COPY",
            "let a superuser run ALTER ROLE rag_worker BYPASSRLS",
        ),
        None => Check::ok("roles", "row-level security holds everybody but the worker"),
    }
}

fn embedding(config: &Config) -> Check {
    let embedded = runtime::embedder(config).and_then(|embedder| {
        let begun = Instant::now();
        let vector = embedder.embed_query("Does embedding work?")?;
        let model = embedder.model();
        if vector.len() != model.dimensions {
            return Err(Failure::new(
                Exit::Failed,
                format!("{} numbers instead of {}", vector.len(), model.dimensions),
            ));
        }
        let advice =
            inference::faster_engine(config).map_or_else(String::new, |advice| format!("; {advice}"));
        Ok(format!("{}, {} dimensions, {} ms{advice}", model.name, vector.len(), begun.elapsed().as_millis()))
    });
    match embedded {
        Ok(finding) => Check::ok("embedding", finding),
        Err(failure) => Check::failed("embedding", failure),
    }
}

fn reranking(config: &Config) -> Option<Check> {
    let reranker = match runtime::reranker(config) {
        Ok(reranker) => reranker?,
        Err(failure) => return Some(Check::failed("reranking", failure)),
    };
    let begun = Instant::now();
    Some(match reranker.rerank("Does reranking work?", &["It does.", "Bread is baked."]) {
        Ok(_) => Check::ok("reranking", format!("{}, {} ms", reranker.name(), begun.elapsed().as_millis())),
        Err(error) => Check::failed("reranking", error.into()),
    })
}

/// Reads a tiny document as workers do: in a child process of this program.
fn extraction(config: &Config) -> Check {
    let read = || -> Outcome<usize> {
        let dir = tempfile::tempdir()?;
        let file = dir.path().join("check.md");
        fs::write(&file, "# Check\n\nA paragraph.\n")?;
        let opened =
            isolate::open(&env::current_exe()?, Format::Markdown, &file, &config.limits(), dir.path());
        let document = opened.map_err(|refusal| Failure::new(Exit::Failed, refusal.to_string()))?;
        Ok(document.blocks.filter_map(Result::ok).count())
    };
    match read() {
        Ok(0) => Check::bad(
            "documents",
            Grade::Fail,
            "a tiny document gave no text",
            "reinstall rag: its program may be damaged",
        ),
        Ok(_) => Check::ok("documents", "a tiny document was read in a process of its own"),
        Err(failure) => Check::failed(
            "documents",
            failure.hint(
                "set ingest.memory_bytes to 1 GB or more; the folder for temporary files must be writable",
            ),
        ),
    }
}

/// Asks each chat server for a word.
fn chat(config: &Config) -> Vec<Check> {
    match runtime::chat_servers(config) {
        Ok(servers) => (1..).zip(servers).map(|(number, (model, _))| chat_server(number, &*model)).collect(),
        Err(failure) => vec![Check::failed("chat", failure)],
    }
}

fn chat_server(number: usize, model: &dyn ChatModel) -> Check {
    let request = ChatRequest {
        messages: vec![Message::new(Role::User, "Say OK.")],
        temperature: Some(0.0),
        max_tokens: Some(8),
    };
    let asked = || -> Outcome<()> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            match model.stream(request).next().await {
                Some(Ok(_)) => Ok(()),
                Some(Err(error)) => Err(error.into()),
                None => Err(Failure::new(Exit::Failed, "the chat model said nothing")),
            }
        })
    };
    let name = model.name();
    match asked() {
        Ok(()) => Check::ok("chat", format!("server {number}: {name} answers")),
        Err(Failure { message, hint, exit }) => {
            let message = format!("server {number}: {name}: {message}");
            Check::failed("chat", Failure { exit, message, hint })
        }
    }
}
