//! What every handler shares: the engine, the settings, and the door in front of the database.

use std::{io, sync::Arc, time::Duration};

use actix_web::{HttpRequest, web};
use rag_engine::{Actor, Engine};
use rag_repo::{PgConnection, RepoResult};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    ApiSettings,
    limits::{self, Limits},
    problem::{ApiError, ApiResult, Code, bug},
};

/// Shared by all handlers. Cheap to clone.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) engine: Engine,
    pub(crate) settings: Arc<ApiSettings>,
    /// Ends open streams.
    pub(crate) shutdown: CancellationToken,
    /// Turns under way: each ends by recording its answer, whether or not somebody still listens.
    pub(crate) turns: TaskTracker,
    /// How often somebody may call.
    pub(crate) limits: Arc<Limits>,
    door: Arc<Semaphore>,
    passwords: Arc<Semaphore>,
}

impl App {
    /// Fails when a setting cannot be used.
    pub(crate) fn new(engine: Engine, settings: ApiSettings) -> io::Result<Self> {
        let door = Arc::new(Semaphore::new(settings.max_concurrent_database_requests.max(1)));
        let passwords = Arc::new(Semaphore::new(settings.max_concurrent_passwords.max(1)));
        Ok(Self {
            engine,
            limits: Arc::new(Limits::new(&settings)?),
            settings: Arc::new(settings),
            shutdown: CancellationToken::new(),
            turns: TaskTracker::new(),
            door,
            passwords,
        })
    }

    /// Runs `work` in a transaction on behalf of `actor`, on a blocking thread. Who waits for it waits here, without a
    /// thread. It may run several times.
    pub(crate) async fn db<T: Send + 'static>(
        &self,
        actor: Actor,
        work: impl FnMut(&mut PgConnection) -> RepoResult<T> + Send + 'static,
    ) -> ApiResult<T> {
        self.blocking(move |engine| Ok(engine.db().transaction(actor, work)?)).await
    }

    /// Counts an attempt to prove something, or to make an account, by the address that it comes from.
    pub(crate) async fn attempt(&self, req: &HttpRequest) -> ApiResult<()> {
        let address = limits::client(req.peer_addr(), req.headers(), &self.settings.trusted_proxies);
        self.limits.attempt(address).await
    }

    /// As `blocking`, for what checks or hashes a password: few at a time, so that nobody is kept waiting by sign-ins.
    pub(crate) async fn with_password<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Engine) -> ApiResult<T> + Send + 'static,
    ) -> ApiResult<T> {
        let wait = Duration::from_millis(self.settings.admission_timeout_ms.max(1));
        let Ok(Ok(_permit)) = timeout(wait, self.passwords.acquire()).await else { return Err(busy()) };
        self.blocking(work).await
    }

    /// Runs `work` on a blocking thread, within the time limits.
    pub(crate) async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Engine) -> ApiResult<T> + Send + 'static,
    ) -> ApiResult<T> {
        let wait = Duration::from_millis(self.settings.admission_timeout_ms.max(1));
        let permit = timeout(wait, Arc::clone(&self.door).acquire_owned()).await;
        let Ok(Ok(permit)) = permit else { return Err(busy()) };
        let limit = Duration::from_millis(self.settings.request_timeout_ms.max(1));
        timeout(limit, self.run(permit, work)).await.unwrap_or_else(|_| Err(busy()))
    }

    /// As `blocking`, but waits as long as it takes: for what must not be lost.
    pub(crate) async fn blocking_patiently<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Engine) -> ApiResult<T> + Send + 'static,
    ) -> ApiResult<T> {
        let permit = Arc::clone(&self.door).acquire_owned().await.map_err(|closed| bug(&closed))?;
        self.run(permit, work).await
    }

    /// The permit goes with the work: a client that leaves does not free a thread that is still busy.
    async fn run<T: Send + 'static>(
        &self,
        permit: OwnedSemaphorePermit,
        work: impl FnOnce(&Engine) -> ApiResult<T> + Send + 'static,
    ) -> ApiResult<T> {
        let engine = self.engine.clone();
        let span = tracing::Span::current();
        web::block(move || {
            let _permit = permit;
            span.in_scope(|| work(&engine))
        })
        .await
        .map_err(|stopped| bug(&stopped))?
    }
}

fn busy() -> ApiError {
    ApiError::new(Code::Unavailable, "The server is busy. Try again shortly.")
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("engine", &self.engine).finish_non_exhaustive()
    }
}
