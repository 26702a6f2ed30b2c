//! The context of commands, built once and in order: database, tables, models, engine.

use std::{
    env, fs,
    os::unix::fs::{DirBuilderExt, MetadataExt},
    path::Path,
    sync::Arc,
    thread,
    time::{Duration, SystemTime},
};

use rag_embed::{
    CrossEncoder, Embedder, LOCAL_MODELS, LocalEmbedder, LocalModel, ModelInfo, RemoteConfig, RemoteEmbedder,
    RemoteReranker, RerankConfig, Reranker,
};
use rag_engine::{Engine, Parts};
use rag_llm::{ChatModel, ChatServers, OpenAiClient, OpenAiConfig, Price};
use rag_repo::{Actor, Db, PgConnection, collections, documents, embedding_models, migrations, server};
use rag_schema::models::Collection;

use crate::{
    config::{
        Config, ms,
        sections::{ChatFallback, EmbeddingKind, RerankKind},
    },
    disk::database_disk,
    failure::{Exit, Failure, Outcome},
    inference,
    missing_models::missing_models,
    output, paths,
    postgres::Postgres,
};

/// Age of scratch files that are considered left over by a killed process.
const STALE: Duration = Duration::from_hours(1);

/// The context of a command. The engine's connections are closed before the server stops.
pub(crate) struct Context {
    /// Engine.
    pub(crate) engine: Engine,
    /// Database server.
    pub(crate) postgres: Postgres,
    /// Settings.
    pub(crate) config: Config,
}

impl Context {
    /// Opens the context of a short-lived command.
    pub(crate) fn open(config: Config) -> Outcome<Self> {
        Self::open_with(config, &[])
    }

    /// As `open`, with local models besides those of the settings and of the database.
    pub(crate) fn open_with(config: Config, added: &[&'static LocalModel]) -> Outcome<Self> {
        let postgres = Postgres::open(&config)?;
        let db = Db::new(postgres.url(), &config.pool());
        Self::on(config, postgres, db, added)
    }

    /// Builds the context of `rag serve` on its running server: its reads may go to replicas. Other commands read what an earlier
    /// command has written, of which only the primary knows at once.
    pub(crate) fn for_serving(config: Config, postgres: Postgres) -> Outcome<Self> {
        let db = Db::new(postgres.url(), &config.pool()).with_replicas(&config.replicas());
        Self::on(config, postgres, db, &[])
    }

    fn on(config: Config, postgres: Postgres, db: Db, added: &[&'static LocalModel]) -> Outcome<Self> {
        // Loading the model and preparing the tables do not depend on each other.
        let (embedder, tables) = thread::scope(|scope| {
            let embedder = scope.spawn(|| embedder(&config));
            let tables = migrate(&postgres);
            (
                embedder
                    .join()
                    .unwrap_or_else(|_| Err(Failure::new(Exit::Failed, "loading the model failed"))),
                tables,
            )
        });
        tables?;
        make_scratch(&config.scratch_dir())?;
        let mut embedders = vec![embedder?];
        embedders.extend(further_models(&config, &db, added)?);
        let engine = Engine::new(Parts {
            db,
            embedders,
            reranker: reranker(&config)?,
            chat: chat(&config)?,
            disk: database_disk(&config, &postgres),
            settings: config.engine(env::current_exe()?)?,
        })?;
        Ok(Self { engine, postgres, config })
    }

    /// Warns if the index differs from the settings. A known model keeps its index: building it may take long, so the operator
    /// decides when. Commands that ask a question do not warn each time.
    pub(crate) fn warn_of_other_index(&self) {
        let (stands, wanted) = (self.engine.models().for_new_collections().row().index, self.config.index());
        if !stands.is_built_like(&wanted) {
            output::note(format!(
                "warning: the index of the vectors is {stands}; section [index] of the settings says {wanted}: `rag index --rebuild` builds it so"
            ));
        }
    }

    /// Warns about collections and jobs that need a model that the settings do not have.
    pub(crate) fn warn_of_missing_models(&self) -> Outcome<()> {
        let missing = self.engine.db().read(Actor::System, |conn| missing_models(conn, &self.config))?;
        for missing in &missing {
            output::note(format!("warning: {missing}"));
        }
        Ok(())
    }

    /// Returns the advice for an operator who has stored nothing; `None` if there is a document.
    pub(crate) fn advice_if_empty(&self) -> Outcome<Option<&'static str>> {
        let has_documents = self.engine.db().read(self.engine.local_actor(), documents::is_any_visible)?;
        let advice = "Nothing is stored yet: `rag ingest docs/` stores the documents of a folder.";
        Ok((!has_documents).then_some(advice))
    }

    /// Returns the operator's collection of that name.
    pub(crate) fn collection(&self, name: &str) -> Outcome<Collection> {
        let user = self.engine.local_user();
        let find = |conn: &mut PgConnection| collections::find_by_name(conn, user.id, name);
        self.engine.db().read(self.engine.local_actor(), find)?.ok_or_else(|| {
            Failure::new(Exit::Failed, format!("there is no collection named {name}"))
                .hint("`rag status` lists the collections")
        })
    }
}

/// Connects to a server, and checks that it meets the requirements.
pub(crate) fn connect(postgres: &Postgres) -> Outcome<PgConnection> {
    let conn = server::connect(postgres.url()).map_err(|error| match postgres {
        Postgres::Configured(_) => Failure::from(error)
            .hint("does the server of database.url (or $DATABASE_URL) run and accept that user? `rag config show` tells where the setting comes from"),
        _ => error.into(),
    })?;
    suitable(conn)
}

/// Connects to the server at `url`, and checks that it meets the requirements.
pub(crate) fn connect_to(url: &str) -> Outcome<PgConnection> {
    suitable(server::connect(url)?)
}

fn suitable(mut conn: PgConnection) -> Outcome<PgConnection> {
    match server::facts(&mut conn)?.shortcoming() {
        Some(shortcoming) => Err(Failure::new(Exit::Unreachable, shortcoming)),
        None => Ok(conn),
    }
}

/// Checks the server and brings its tables up to date.
fn migrate(postgres: &Postgres) -> Outcome<()> {
    migrations::run_pending(&mut connect(postgres)?)?;
    Ok(())
}

/// Loads the embedding model of the configuration.
pub(crate) fn embedder(config: &Config) -> Outcome<Arc<dyn Embedder>> {
    let section = &config.sections.embedding;
    if section.kind == EmbeddingKind::Local {
        let embedder = inference::load(config, |openvino| {
            LocalEmbedder::load(config.local_model(), &config.model_dir(), threads(section.threads), openvino)
        })?;
        return Ok(Arc::new(embedder));
    }
    let model = ModelInfo {
        name: section.model.clone(),
        dimensions: section.dimensions,
        max_tokens: section.max_tokens,
    };
    Ok(Arc::new(RemoteEmbedder::new(RemoteConfig {
        api_key: section.api_key.given().map(str::to_owned),
        request_dimensions: section.request_dimensions,
        query_prefix: section.query_prefix.clone(),
        document_prefix: section.document_prefix.clone(),
        batch_size: section.batch_size,
        timeout: ms(section.timeout_ms),
        retries: section.retries,
        ..RemoteConfig::new(section.base_url.clone(), model)
    })?))
}

/// Loads the installed local models that the database knows, so that a change of the settings leaves no collection without its
/// model, and those in `added`. A known model that cannot be loaded is skipped with a warning.
fn further_models(
    config: &Config,
    db: &Db,
    added: &[&'static LocalModel],
) -> Outcome<Vec<Arc<dyn Embedder>>> {
    let known = db.read(Actor::System, embedding_models::list)?;
    let mut further: Vec<Arc<dyn Embedder>> = Vec::new();
    let threads = threads(config.sections.embedding.threads);
    for model in LOCAL_MODELS.into_iter().filter(|model| model.name != config.embedding_model()) {
        let is_added = added.iter().any(|added| added.name == model.name);
        let is_known = known.iter().any(|known| known.name == model.name);
        let dir = paths::model_dir(model.folder);
        let is_wanted = is_added || (is_known && dir.is_dir());
        if !is_wanted {
            continue;
        }
        let loaded = inference::load(config, |openvino| LocalEmbedder::load(model, &dir, threads, openvino));
        match loaded {
            Ok(loaded) => further.push(Arc::new(loaded)),
            Err(error) if is_added => return Err(error),
            Err(error) => output::note(format!("warning: {}", error.message)),
        }
    }
    Ok(further)
}

/// Loads the reranker; `None` if none is configured.
pub(crate) fn reranker(config: &Config) -> Outcome<Option<Arc<dyn Reranker>>> {
    let section = &config.sections.rerank;
    Ok(match section.kind {
        RerankKind::Off => None,
        RerankKind::CrossEncoder => {
            let reranker = inference::load(config, |openvino| {
                CrossEncoder::load(&section.model_dir, threads(section.threads), openvino)
            })?;
            Some(Arc::new(reranker))
        }
        RerankKind::Remote => Some(Arc::new(RemoteReranker::new(RerankConfig {
            api_key: section.api_key.given().map(str::to_owned),
            timeout: ms(section.timeout_ms),
            ..RerankConfig::new(section.base_url.clone(), section.model.clone())
        })?)),
    })
}

/// Returns the wanted number of threads; the number of processors for 0.
fn threads(wanted: usize) -> usize {
    if wanted == 0 { thread::available_parallelism().map_or(1, usize::from) } else { wanted }
}

/// Returns the chat model; `None` if none is configured.
pub(crate) fn chat(config: &Config) -> Outcome<Option<Arc<dyn ChatModel>>> {
    let servers = chat_servers(config)?;
    if servers.is_empty() {
        return Ok(None);
    }
    let time = ms(config.sections.chat.first_token_timeout_ms);
    Ok(Some(Arc::new(ChatServers::new(servers)?.with_first_token_timeout(time))))
}

/// The chat servers in the order in which they are asked, with their prices; empty if the configuration names none.
pub(crate) fn chat_servers(config: &Config) -> Outcome<Vec<(Arc<dyn ChatModel>, Price)>> {
    let section = &config.sections.chat;
    if section.base_url.is_empty() {
        return Ok(Vec::new());
    }
    let first = ChatFallback {
        base_url: section.base_url.clone(),
        api_key: section.api_key.clone(),
        model: section.model.clone(),
        prompt_price: section.prompt_price,
        completion_price: section.completion_price,
    };
    let client = |server: &ChatFallback| -> Outcome<(Arc<dyn ChatModel>, Price)> {
        let client = OpenAiClient::new(OpenAiConfig {
            api_key: server.api_key.given().map(str::to_owned),
            connect_timeout: ms(section.connect_timeout_ms),
            first_byte_timeout: ms(section.first_byte_timeout_ms),
            idle_timeout: ms(section.idle_timeout_ms),
            retries: section.retries,
            ..OpenAiConfig::new(server.base_url.clone(), server.model.clone())
        })?;
        let price = Price { prompt: server.prompt_price, completion: server.completion_price };
        Ok((Arc::new(client), price))
    };
    std::iter::once(&first).chain(&section.fallbacks).map(client).collect()
}

fn make_scratch(dir: &Path) -> Outcome<()> {
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(dir);
    let found = made.and_then(|()| fs::symlink_metadata(dir)).map_err(|error| {
        Failure::new(Exit::Failed, format!("cannot make the folder {}: {error}", dir.display()))
            .hint("choose a place you may write to with --data-dir or ingest.scratch_dir")
    })?;
    // In a folder that everybody may write to, somebody else may have made it.
    if !found.is_dir() || found.uid() != rustix::process::geteuid().as_raw() {
        return Err(Failure::new(Exit::Failed, format!("{} is not a folder of this user", dir.display()))
            .hint("name another folder in ingest.scratch_dir"));
    }
    Ok(())
}

/// Removes the scratch files that killed processes left behind.
pub(crate) fn clear_scratch(dir: &Path) {
    for entry in dir.read_dir().into_iter().flatten().flatten() {
        let age = entry
            .metadata()
            .and_then(|found| found.modified())
            .map(|at| SystemTime::now().duration_since(at));
        if matches!(age, Ok(Ok(age)) if age > STALE) {
            // Best effort: a remaining file only occupies space.
            let _ = fs::remove_file(entry.path());
        }
    }
}
