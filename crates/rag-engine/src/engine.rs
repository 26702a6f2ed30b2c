//! The engine: the shared state of all use cases, built once.

use std::{
    sync::{Arc, Condvar, Mutex, OnceLock, PoisonError},
    time::Duration,
};

use rag_embed::{Embedder, Reranker};
use rag_fetch::Fetcher;
use rag_llm::{ChatModel, Completer};
use rag_repo::{Actor, Db, RepoResult, embedding_models, users};
use rag_schema::models::User;

use crate::{
    Disk, EngineError, EngineResult, LOCAL_USER, Settings,
    answer::{RunningTurns, TurnKeeper},
    disk::Watch,
    events::Recorder,
    jobs::JobFeed,
    models::Models,
};

/// The parts of which an engine is built.
pub struct Parts {
    /// Database, with all migrations applied.
    pub db: Db,
    /// Models that embed questions and documents, at least one; the first is the model of new collections.
    pub embedders: Vec<Arc<dyn Embedder>>,
    /// Model that reranks the best passages; `None` if there is none.
    pub reranker: Option<Arc<dyn Reranker>>,
    /// Model that writes answers; without one, answers are extracted.
    pub chat: Option<Arc<dyn ChatModel>>,
    /// Disk of the database; `None` if this process cannot measure it, or no part of it is to stay free.
    pub disk: Option<Disk>,
    /// Settings.
    pub settings: Settings,
}

/// The use cases. Cheap to clone: clones share everything.
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
    db: Db,
}

struct Inner {
    parts: Parts,
    disk: Option<Arc<Watch>>,
    completer: Option<Completer>,
    fetcher: Option<Fetcher>,
    models: Models,
    local_user: User,
    new_work: (Mutex<u64>, Condvar),
    running_turns: Arc<RunningTurns>,
    turn_keeper: OnceLock<TurnKeeper>,
    events: Recorder,
    job_feed: Arc<JobFeed>,
}

impl Engine {
    /// Registers the embedding models and builds the engine.
    pub fn new(mut parts: Parts) -> EngineResult<Self> {
        let known = parts.db.read(Actor::System, embedding_models::list)?;
        Models::check(&parts.embedders, &known)?;
        let (models, local_user) = parts.db.transaction(Actor::System, |conn| -> RepoResult<_> {
            let models = Models::register(conn, &parts.embedders, &parts.settings.index)?;
            let user = users::ensure_admin(conn, LOCAL_USER.0, LOCAL_USER.1)?;
            Ok((models, user))
        })?;
        let models =
            models.ok_or_else(|| EngineError::Invalid("An engine needs an embedding model.".to_owned()))?;
        let disk = parts.disk.take().map(Watch::start).transpose()?;
        let completer = parts.chat.clone().map(Completer::new).transpose()?;
        let fetcher = parts.settings.fetch.as_ref().map(|fetch| Fetcher::new(fetch.pages.clone()));
        let new_work = (Mutex::new(0), Condvar::new());
        let running_turns = Arc::default();
        let events = Recorder::start(parts.db.for_work())?;
        let db = parts.db.clone();
        let turn_keeper = OnceLock::new();
        let inner = Inner {
            parts,
            disk,
            completer,
            fetcher,
            models,
            local_user,
            new_work,
            running_turns,
            turn_keeper,
            events,
            job_feed: Arc::default(),
        };
        Ok(Self { inner: Arc::new(inner), db })
    }

    /// Returns the same engine with the database connections of work in the background.
    pub(crate) fn for_work(&self) -> Self {
        Self { inner: Arc::clone(&self.inner), db: self.db.for_work() }
    }

    /// Returns the database, for plain reads and writes.
    pub fn db(&self) -> &Db {
        &self.db
    }

    /// Returns the settings.
    pub fn settings(&self) -> &Settings {
        &self.inner.parts.settings
    }

    pub(crate) fn disk_watch(&self) -> Option<&Watch> {
        self.inner.disk.as_deref()
    }

    /// Returns the embedding models of this process.
    pub fn models(&self) -> &Models {
        &self.inner.models
    }

    /// Returns the reranker; `None` if none is configured.
    pub fn reranker(&self) -> Option<&dyn Reranker> {
        self.inner.parts.reranker.as_deref()
    }

    /// Returns the chat model; `None` if none is configured.
    pub fn chat(&self) -> Option<&Arc<dyn ChatModel>> {
        self.inner.parts.chat.as_ref()
    }

    /// Returns the operator of the machine, on whose behalf the command line and the server's own key act.
    pub fn local_user(&self) -> &User {
        &self.inner.local_user
    }

    /// Returns the operator as the actor of a transaction.
    pub fn local_actor(&self) -> Actor {
        Actor::user(self.inner.local_user.id)
    }

    /// Returns the chat model for short completions that a blocking thread waits for.
    pub(crate) fn completer(&self) -> Option<&Completer> {
        self.inner.completer.as_ref()
    }

    /// Returns whether this process fetches documents from addresses.
    pub fn can_fetch(&self) -> bool {
        self.inner.fetcher.is_some()
    }

    /// Returns the fetcher of documents; `None` if this process fetches none.
    pub(crate) fn fetcher(&self) -> Option<&Fetcher> {
        self.inner.fetcher.as_ref()
    }

    /// Returns the turns that run in this process.
    pub(crate) fn running_turns(&self) -> &RunningTurns {
        &self.inner.running_turns
    }

    /// As `running_turns`, for use in another thread.
    pub(crate) fn shared_turns(&self) -> Arc<RunningTurns> {
        Arc::clone(&self.inner.running_turns)
    }

    /// Returns the keeper of the turns, which is set in a process that serves turns.
    pub(crate) fn turn_keeper(&self) -> &OnceLock<TurnKeeper> {
        &self.inner.turn_keeper
    }

    /// Returns the feed of changes of jobs, for use in another thread.
    pub(crate) fn shared_job_feed(&self) -> Arc<JobFeed> {
        Arc::clone(&self.inner.job_feed)
    }

    pub(crate) fn events(&self) -> &Recorder {
        &self.inner.events
    }

    /// Wakes idle workers.
    pub(crate) fn announce_work(&self) {
        let (count, bell) = &self.inner.new_work;
        *count.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        bell.notify_all();
    }

    /// Returns how often work has been announced.
    pub(crate) fn work_count(&self) -> u64 {
        *self.inner.new_work.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until the count of announcements differs from `seen`, at most `timeout`.
    pub(crate) fn wait_for_work(&self, seen: u64, timeout: Duration) {
        let (count, bell) = &self.inner.new_work;
        let guard = count.lock().unwrap_or_else(PoisonError::into_inner);
        drop(bell.wait_timeout_while(guard, timeout, |count| *count == seen));
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("models", &self.inner.models).finish_non_exhaustive()
    }
}
