//! Checks of what computes: embedding models and their files, the reranker, the reading of documents, the chat servers.

use std::{
    env, fs,
    path::{Path, PathBuf},
    time::Instant,
};

use futures_util::StreamExt;
use rag_engine::ingest::hash_file;
use rag_llm::{ChatModel, ChatRequest, Message, Role};
use rag_repo::{Actor, Db, RepoResult, embedding_models};
use rag_schema::models::EmbeddingModel;
use rag_text::{
    Format, OCR_SETUP, ReadSettings,
    isolate::{self, Layers},
};

use super::report::{Check, Grade};
use crate::{
    config::{
        Config,
        engine::OCR_MODELS,
        sections::{EmbeddingKind, OcrUse},
    },
    failure::{Exit, Failure, Outcome},
    inference,
    missing_models::missing_models,
    postgres::Postgres,
    runtime,
};

/// The pinned files of local models, as `sha256sum` writes them; the setup compares the same list.
const PINNED: &str = include_str!("../../../../../scripts/rag_setup/models.sha256");

/// Runs the checks that need no database.
pub(super) fn checks(config: &Config) -> Vec<Check> {
    let mut checks = Vec::new();
    checks.extend(model_files(config));
    checks.push(embedding(config));
    checks.extend(reranking(config));
    checks.push(extraction(config));
    checks.push(text_recognition(config));
    checks.extend(chat(config));
    checks
}

/// Checks that these settings have the models of all collections and queued jobs.
pub(super) fn stored(postgres: &Postgres, config: &Config, checks: &mut Vec<Check>) -> Outcome<()> {
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
    checks
        .extend(missing.into_iter().map(|missing| Check::warn("models", missing.finding(), missing.cure())));
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

/// Compares the files of the local model with the pinned ones; `None` if the model runs elsewhere.
fn model_files(config: &Config) -> Option<Check> {
    if config.sections.embedding.kind != EmbeddingKind::Local {
        return None;
    }
    let (model, dir) = (config.local_model(), config.model_dir());
    let found = compare_files(model.folder, &dir);
    let dir = dir.display();
    Some(if !found.missing.is_empty() {
        Check {
            exit: Exit::Unreachable,
            ..Check::bad(
                "model files",
                Grade::Fail,
                format!("{} is not installed: {} is missing in {dir}", model.name, found.missing.join(", ")),
                format!("run {}", model.setup),
            )
        }
    } else if found.differing.is_empty() {
        Check::ok("model files", format!("the files of {} are the pinned ones", model.name))
    } else {
        Check::warn(
            "model files",
            format!(
                "{} in {dir} differs from the pinned file: vectors may be wrong",
                found.differing.join(", ")
            ),
            format!("remove {dir}, then run {}", model.setup),
        )
    })
}

/// The pinned files of a folder that are missing, but for licences, and those that differ.
#[derive(Debug, Default)]
struct Comparison {
    missing: Vec<&'static str>,
    differing: Vec<&'static str>,
}

/// Compares the files in `dir` with those pinned for the model's folder.
fn compare_files(folder: &str, dir: &Path) -> Comparison {
    let pinned = PINNED.lines().filter_map(|line| {
        let (wanted, path) = line.split_once("  ")?;
        let (of, name) = path.split_once('/')?;
        (of == folder).then_some((wanted, name))
    });
    let mut comparison = Comparison::default();
    for (wanted, name) in pinned {
        match hash_file(&dir.join(name)) {
            Ok(found) if found.map(|byte| format!("{byte:02x}")).concat() == wanted => {}
            Ok(_) => comparison.differing.push(name),
            Err(_) if ["LICENSE", "NOTICE"].contains(&name) => {}
            Err(_) => comparison.missing.push(name),
        }
    }
    comparison
}

/// Compares the files of text recognition with the pinned ones.
fn text_recognition(config: &Config) -> Check {
    let name = "OCR";
    if config.sections.ingest.ocr == OcrUse::Off {
        return Check::ok(name, "ingest.ocr is \"off\": scans and images are refused");
    }
    let Some(ocr) = config.reading(PathBuf::new()).ocr else {
        return Check::ok(
            name,
            format!("not installed: scans and images are refused; it is installed by {OCR_SETUP}"),
        );
    };
    let Comparison { missing, differing } = compare_files(OCR_MODELS, &ocr.dir);
    let dir = ocr.dir.display();
    let cure = || format!("remove {dir}, then run {OCR_SETUP}");
    if !missing.is_empty() {
        let finding = format!("{} is missing in {dir}: scans and images cannot be read", missing.join(", "));
        return Check::bad(name, Grade::Fail, finding, cure());
    }
    if differing.is_empty() {
        return Check::ok(name, format!("the files of {OCR_MODELS} are the pinned ones"));
    }
    Check::warn(
        name,
        format!("{} in {dir} differs from the pinned file: scans may be misread", differing.join(", ")),
        cure(),
    )
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
    let read = || -> Outcome<(usize, Layers)> {
        let dir = tempfile::tempdir()?;
        let file = dir.path().join("check.md");
        fs::write(&file, "# Check\n\nA paragraph.\n")?;
        let reading = ReadSettings { scratch: dir.path().to_owned(), ..config.reading(env::current_exe()?) };
        let opened = isolate::open(&reading, Format::Markdown, &file, &|_| true);
        let document = opened.map_err(|refusal| Failure::new(Exit::Failed, refusal.to_string()))?;
        let layers = document.layers.unwrap_or_default();
        Ok((document.blocks.filter_map(Result::ok).count(), layers))
    };
    match read() {
        Ok((0, _)) => Check::bad(
            "documents",
            Grade::Fail,
            "a tiny document gave no text",
            "reinstall rag: its program may be damaged",
        ),
        Ok((_, Layers::ALL)) => Check::ok(
            "documents",
            "a tiny document was read in a process of its own, in a sandbox (Landlock, seccomp)",
        ),
        Ok((_, layers)) => {
            let missing = [("Landlock", layers.files), ("seccomp", layers.calls)];
            let missing: Vec<&str> = missing.iter().filter(|(_, has)| !has).map(|(name, _)| *name).collect();
            Check::warn(
                "documents",
                format!(
                    "a tiny document was read in a process of its own, without {}: a flaw of a parser could reach other files or the \
                     network",
                    missing.join(" and ")
                ),
                "use Linux 5.13 or newer, built with both",
            )
        }
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
