//! State that all handlers share: the engine, the settings, and the permits to work.

use std::{io, net::IpAddr, sync::Arc, time::Duration};

use actix_web::{HttpRequest, web};
use rag_engine::{Actor, Engine, EngineError, EngineResult, answer::Steps};
use rag_repo::{PgConnection, RepoResult};
use tokio::{
    sync::{Mutex, Semaphore},
    time::{Instant, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    ApiSettings,
    limits::{self, RateLimits},
    problem::ApiResult,
    scratch::Scratch,
};

/// Maximum time for the database to answer a readiness check; and the time for which its result is reused.
const PROBE_PATIENCE: Duration = Duration::from_secs(1);
const READINESS_HOLDS: Duration = Duration::from_millis(250);

/// The state that all handlers share. Cheap to clone.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) engine: Engine,
    pub(crate) settings: Arc<ApiSettings>,
    /// Token whose cancellation ends open streams.
    pub(crate) shutdown: CancellationToken,
    /// Turns in progress: each ends by storing its answer, even if no client reads it.
    pub(crate) turns: TaskTracker,
    /// Rate limits of callers.
    pub(crate) limits: Arc<RateLimits>,
    /// Disk space for uploads in progress.
    pub(crate) scratch: Arc<Scratch>,
    permits: Arc<Permits>,
    readiness: Arc<Mutex<Option<Readiness>>>,
}

/// The result of the last readiness check.
#[derive(Debug, Clone, Copy)]
struct Readiness {
    at: Instant,
    is_ready: bool,
}

/// Permits to use a blocking thread, by the resource that the work mostly waits for: work that waits for a slow model, a password
/// hash or a large file does not use the permits of plain reads and writes.
#[derive(Debug)]
struct Permits {
    reads: Arc<Semaphore>,
    database: Arc<Semaphore>,
    models: Arc<Semaphore>,
    uploads: Arc<Semaphore>,
    passwords: Arc<Semaphore>,
}

impl Permits {
    fn new(settings: &ApiSettings) -> Self {
        let permits = |count: usize| Arc::new(Semaphore::new(count.max(1)));
        Self {
            reads: permits(settings.max_concurrent_reads),
            database: permits(settings.max_concurrent_database_requests),
            models: permits(settings.max_concurrent_model_requests),
            uploads: permits(settings.max_concurrent_uploads),
            passwords: permits(settings.max_concurrent_passwords),
        }
    }
}

impl App {
    /// Creates the state. Fails if a setting is invalid.
    pub(crate) fn new(engine: Engine, settings: ApiSettings) -> io::Result<Self> {
        Ok(Self {
            engine,
            limits: Arc::new(RateLimits::new(&settings)?),
            scratch: Arc::new(Scratch::new(settings.max_scratch_bytes, settings.max_upload_bytes)),
            permits: Arc::new(Permits::new(&settings)),
            settings: Arc::new(settings),
            shutdown: CancellationToken::new(),
            turns: TaskTracker::new(),
            readiness: Arc::default(),
        })
    }

    /// Reads in a transaction on behalf of `actor`, on a blocking thread; `work` may run several times, and on a replica. PostgreSQL
    /// refuses writes in it: they go through the engine.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        actor: Actor,
        work: impl FnMut(&mut PgConnection) -> RepoResult<T> + Send + 'static,
    ) -> ApiResult<T> {
        self.on_thread(&self.permits.reads, move |engine| Ok(engine.db().read(actor, work)?)).await
    }

    /// As `read`, never from a replica.
    pub(crate) async fn read_primary<T: Send + 'static>(
        &self,
        actor: Actor,
        work: impl FnMut(&mut PgConnection) -> RepoResult<T> + Send + 'static,
    ) -> ApiResult<T> {
        self.on_thread(&self.permits.reads, move |engine| Ok(engine.db().read_primary(actor, work)?)).await
    }

    /// As `read_primary`, at the end of a request that writes, which does not wait for the reads of others.
    pub(crate) async fn read_back<T: Send + 'static>(
        &self,
        actor: Actor,
        work: impl FnMut(&mut PgConnection) -> RepoResult<T> + Send + 'static,
    ) -> ApiResult<T> {
        self.blocking(move |engine| Ok(engine.db().read_back(actor, work)?)).await
    }

    /// Counts an attempt to authenticate or to create an account, by the client's address.
    pub(crate) async fn attempt(&self, req: &HttpRequest) -> ApiResult<()> {
        self.limits.attempt(self.address(req)).await
    }

    /// Counts an attempt at an account's password: by the client's address and, unless the account has signed in from there
    /// before, by the account. Guesses from many addresses are thus slow, and do not lock out the account's owner.
    pub(crate) async fn attempt_account(&self, req: &HttpRequest, email: &str) -> ApiResult<()> {
        self.attempt(req).await?;
        let (name, address) = (email.to_owned(), self.address(req).to_string());
        if self.blocking(move |engine| Ok(engine.is_known_address(&name, &address)?)).await? {
            return Ok(());
        }
        self.limits.attempt_account(email).await
    }

    /// Returns the client's address of a request; for IPv6, the network of its site.
    pub(crate) fn address(&self, req: &HttpRequest) -> IpAddr {
        limits::client(req.peer_addr(), req.headers(), &self.settings.trusted_proxies)
    }

    /// Returns whether the database answers. Needs no permit, and concurrent calls share one check.
    pub(crate) async fn is_ready(&self) -> bool {
        let mut last = self.readiness.lock().await;
        if let Some(known) = last.filter(|known| known.at.elapsed() < READINESS_HOLDS) {
            return known.is_ready;
        }
        let engine = self.engine.clone();
        let check = web::block(move || engine.db().probe(PROBE_PATIENCE).is_ok());
        let is_ready = matches!(timeout(PROBE_PATIENCE, check).await, Ok(Ok(true)));
        *last = Some(Readiness { at: Instant::now(), is_ready });
        is_ready
    }

    /// Runs `work` that uses the database on a blocking thread, within the time limits.
    pub(crate) async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Engine) -> ApiResult<T> + Send + 'static,
    ) -> ApiResult<T> {
        self.on_thread(&self.permits.database, work).await
    }

    /// As `blocking`, for work that uses models and waits for them.
    pub(crate) async fn with_models<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Engine) -> ApiResult<T> + Send + 'static,
    ) -> ApiResult<T> {
        self.on_thread(&self.permits.models, work).await
    }

    /// As `blocking`, for work that stores an uploaded file.
    pub(crate) async fn with_upload<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Engine) -> ApiResult<T> + Send + 'static,
    ) -> ApiResult<T> {
        self.on_thread(&self.permits.uploads, work).await
    }

    /// As `blocking`, for work that verifies or hashes a password: few run at a time, so that sign-ins do not delay other
    /// requests.
    pub(crate) async fn with_password<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Engine) -> ApiResult<T> + Send + 'static,
    ) -> ApiResult<T> {
        self.on_thread(&self.permits.passwords, work).await
    }

    /// The permit is held until the work ends: a client that disconnects does not free a thread that is still busy.
    async fn on_thread<T: Send + 'static, E: From<EngineError> + Send + 'static>(
        &self,
        permits: &Arc<Semaphore>,
        work: impl FnOnce(&Engine) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E> {
        let wait = Duration::from_millis(self.settings.admission_timeout_ms.max(1));
        let permit = timeout(wait, Arc::clone(permits).acquire_owned()).await;
        let Ok(Ok(permit)) = permit else { return Err(busy().into()) };
        let engine = self.engine.clone();
        let span = tracing::Span::current();
        let work = web::block(move || {
            let _permit = permit;
            span.in_scope(|| work(&engine))
        });
        let limit = Duration::from_millis(self.settings.request_timeout_ms.max(1));
        match timeout(limit, work).await {
            Ok(Ok(result)) => result,
            Ok(Err(stopped)) => Err(EngineError::Bug(Box::new(stopped)).into()),
            Err(_late) => Err(busy().into()),
        }
    }
}

impl App {
    /// Returns the numbers of free permits, by the resource that their holders mostly wait for.
    pub(crate) fn permits_available(&self) -> [(&'static str, u32); 5] {
        let free = |permits: &Semaphore| u32::try_from(permits.available_permits()).unwrap_or(u32::MAX);
        let Permits { reads, database, models, uploads, passwords } = &*self.permits;
        [
            ("reads", free(reads)),
            ("database", free(database)),
            ("models", free(models)),
            ("uploads", free(uploads)),
            ("passwords", free(passwords)),
        ]
    }
}

impl Steps for App {
    async fn database<T: Send + 'static>(
        &self,
        step: impl FnOnce(&Engine) -> EngineResult<T> + Send + 'static,
    ) -> EngineResult<T> {
        self.on_thread(&self.permits.database, step).await
    }

    async fn models<T: Send + 'static>(
        &self,
        step: impl FnOnce(&Engine) -> EngineResult<T> + Send + 'static,
    ) -> EngineResult<T> {
        self.on_thread(&self.permits.models, step).await
    }
}

fn busy() -> EngineError {
    EngineError::Unavailable("The server is busy. Try again shortly.")
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("engine", &self.engine).finish_non_exhaustive()
    }
}
