//! The whole application in the test's process: engine, workers and server on a free port.

use std::{
    iter,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::{Arc, mpsc},
    thread::{self, JoinHandle},
    time::Duration,
};

use rag_api::ApiSettings;
use rag_embed::{Embedder, Reranker, hash::HashEmbedder};
use rag_engine::{
    AccountSettings, AnalyticsSettings, AnswerSettings, Disk, Engine, EngineResult, FetchJobSettings,
    IngestSettings, JobSettings, MemorySettings, Parts, SearchSettings, Settings, jobs::Workers,
};
use rag_llm::ChatModel;
use rag_repo::{Actor, Db, PgConnection, PoolSettings, ReplicaSettings, RepoError};
use rag_schema::models::VectorIndex;
use rag_text::{ChunkSettings, OcrSettings, ReadLimits, ReadSettings};
use tempfile::TempDir;
use tokio::sync::oneshot;

use crate::{Client, TestDb};

/// The key of the application under test.
pub const KEY: &str = "the-key-of-the-test";

/// Connects each pool: however little its callers' patience, a test begins with pools that have connected.
fn connect(db: &Db) {
    let wanted = |db: &Db| {
        let nothing = |_: &mut PgConnection| Ok::<(), RepoError>(());
        db.read_primary(Actor::System, nothing).is_ok() && db.transaction(Actor::System, nothing).is_ok()
    };
    while !(wanted(db) && wanted(&db.for_work())) {}
}

/// What a test wants different.
pub struct Setup {
    /// Settings of the interface.
    pub api: ApiSettings,
    /// Pools of connections.
    pub pool: PoolSettings,
    /// Replicas of the database.
    pub replicas: ReplicaSettings,
    /// Model that embeds, of new collections.
    pub embedder: Arc<dyn Embedder>,
    /// Further models that the process has.
    pub more_embedders: Vec<Arc<dyn Embedder>>,
    /// Reranker; no search can be reranked without one.
    pub reranker: Option<Arc<dyn Reranker>>,
    /// Chat model; answers are extracted without one.
    pub chat: Option<Arc<dyn ChatModel>>,
    /// How is searched.
    pub search: SearchSettings,
    /// How is answered.
    pub answer: AnswerSettings,
    /// What is done with events.
    pub analytics: AnalyticsSettings,
    /// Failures after which a job is given up.
    pub max_failures: i32,
    /// Superseded versions that are kept of each document.
    pub kept_versions: i64,
    /// How addresses are fetched; none without it.
    pub fetch: Option<FetchJobSettings>,
    /// Whether scans are read, by the models that `make setup-ocr` installs.
    pub has_ocr: bool,
    /// Disk of the database; it is not watched without one.
    pub disk: Option<Disk>,
}

impl Default for Setup {
    fn default() -> Self {
        let api = ApiSettings {
            bind: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            bearer_key: Some(KEY.to_owned()),
            max_concurrent_reads: 8,
            max_concurrent_database_requests: 8,
            max_concurrent_uploads: 4,
            heartbeat_ms: 20,
            // A test asks as fast as it can.
            requests_per_minute: 0,
            max_upload_bytes: 1 << 20,
            max_body_bytes: 1 << 20,
            ..ApiSettings::default()
        };
        let pool = PoolSettings {
            read_connections: 4,
            write_connections: 4,
            work_connections: 3,
            ..PoolSettings::default()
        };
        Self {
            api,
            pool,
            replicas: ReplicaSettings { urls: Vec::new(), max_lag: Duration::from_secs(1) },
            embedder: Arc::new(HashEmbedder::new(256)),
            more_embedders: Vec::new(),
            reranker: None,
            chat: None,
            analytics: AnalyticsSettings::default(),
            search: SearchSettings { help_time: Duration::from_secs(30), ..SearchSettings::default() },
            answer: AnswerSettings::default(),
            max_failures: 1,
            kept_versions: 10,
            fetch: None,
            has_ocr: false,
            disk: None,
        }
    }
}

/// A running application. All of it ends with this value.
pub struct TestApp {
    /// The engine behind the interface.
    pub engine: Option<Engine>,
    address: SocketAddr,
    metrics: Option<SocketAddr>,
    stop: Option<oneshot::Sender<()>>,
    server: Option<JoinHandle<()>>,
    workers: Option<Workers>,
    _scratch: TempDir,
    db: Arc<TestDb>,
}

impl TestApp {
    /// Starts with a fake embedder and no chat model.
    pub fn start() -> Self {
        Self::with(Setup::default())
    }

    /// Starts with what the test wants different.
    pub fn with(setup: Setup) -> Self {
        Self::on(TestDb::new(), setup)
    }

    /// Starts on a database that is there.
    pub fn on(db: TestDb, setup: Setup) -> Self {
        Self::on_shared(Arc::new(db), setup)
    }

    /// Starts another server on the same database.
    #[must_use]
    pub fn beside(&self, setup: Setup) -> Self {
        Self::on_shared(Arc::clone(&self.db), setup)
    }

    fn on_shared(db: Arc<TestDb>, setup: Setup) -> Self {
        let scratch = TempDir::new().unwrap();
        let pool = Db::new(db.url(), &setup.pool);
        connect(&pool);
        let pool = pool.with_replicas(&setup.replicas);
        let mut settings = Settings {
            search: setup.search,
            answer: setup.answer,
            analytics: setup.analytics,
            fetch: setup.fetch,
            ..settings(scratch.path().to_owned())
        };
        settings.ingest.max_failures = setup.max_failures;
        settings.ingest.kept_versions = setup.kept_versions;
        settings.ingest.reading.ocr = setup.has_ocr.then(ocr);
        let engine = Engine::new(Parts {
            db: pool,
            embedders: iter::once(setup.embedder).chain(setup.more_embedders).collect(),
            reranker: setup.reranker,
            chat: setup.chat,
            disk: setup.disk,
            settings,
        })
        .unwrap();
        let workers = Workers::start(&engine, 1).unwrap();
        let (addresses, stop, server) = serve(engine.clone(), setup.api);
        Self {
            engine: Some(engine),
            address: addresses.api,
            metrics: addresses.metrics,
            stop: Some(stop),
            server: Some(server),
            workers: Some(workers),
            _scratch: scratch,
            db,
        }
    }

    /// A client with the key.
    pub fn client(&self) -> Client {
        Client::new(self.address, Some(KEY))
    }

    /// A client with that key, token or link.
    pub fn bearing(&self, secret: &str) -> Client {
        Client::new(self.address, Some(secret))
    }

    /// A client of the address for metrics, without a key.
    ///
    /// # Panics
    /// If the setup has no address for metrics.
    pub fn metrics(&self) -> Client {
        Client::new(self.metrics.expect("metrics are served"), None)
    }

    /// A client without a key.
    pub fn anonymous(&self) -> Client {
        Client::new(self.address, None)
    }

    /// The engine behind the interface.
    pub fn engine(&self) -> &Engine {
        self.engine.as_ref().unwrap()
    }

    /// Where its database is.
    pub fn database_url(&self) -> &str {
        self.db.url()
    }

    /// Stops the workers in order, as the end of the program does, and starts others.
    pub fn restart_workers(&mut self) {
        if let Some(workers) = self.workers.take() {
            workers.stop();
        }
        self.workers = Some(Workers::start(self.engine(), 1).unwrap());
    }

    /// Stops the server in order.
    pub fn stop_server(&mut self) {
        drop(self.stop.take());
        if let Some(server) = self.server.take() {
            assert!(server.join().is_ok() || thread::panicking(), "the server panicked");
        }
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        self.stop_server();
        if let Some(workers) = self.workers.take() {
            workers.stop();
        }
        self.engine = None;
    }
}

/// Where a server listens.
struct Addresses {
    api: SocketAddr,
    metrics: Option<SocketAddr>,
}

type Served = (Addresses, oneshot::Sender<()>, JoinHandle<()>);

fn serve(engine: Engine, settings: ApiSettings) -> Served {
    let (stop, stopped) = oneshot::channel::<()>();
    let (tell, told) = mpsc::channel();
    let server = thread::spawn(move || {
        actix_web::rt::System::new().block_on(async {
            let server = rag_api::serve(engine, settings).unwrap();
            tell.send(Addresses { api: server.address(), metrics: server.metrics_address() }).unwrap();
            // The sender is dropped to stop us.
            let _ = stopped.await;
            server.stop().await;
            server.ended().await.unwrap();
        });
    });
    (told.recv().expect("the server starts"), stop, server)
}

/// An engine of another process on a database that is there, without workers and server.
pub fn engine_on(database_url: &str, embedders: Vec<Arc<dyn Embedder>>) -> Engine {
    try_engine_on(database_url, embedders).expect("an engine")
}

/// As `engine_on`, with the error of an engine that cannot start.
pub fn try_engine_on(database_url: &str, embedders: Vec<Arc<dyn Embedder>>) -> EngineResult<Engine> {
    let db = Db::new(database_url, &PoolSettings::default());
    let settings = settings(std::env::temp_dir());
    Engine::new(Parts { db, embedders, reranker: None, chat: None, disk: None, settings })
}

/// As in `config/rag.toml`, but for small documents.
fn settings(scratch: PathBuf) -> Settings {
    Settings {
        ingest: IngestSettings {
            chunks: ChunkSettings { max_tokens: 64, overlap_tokens: 8, reserve_tokens: 16 },
            reading: ReadSettings { program: program(), scratch, limits: ReadLimits::default(), ocr: None },
            default_language: "eng".to_owned(),
            lease_s: 60,
            max_failures: 1,
            max_lost_leases: 3,
            kept_versions: 10,
        },
        fetch: None,
        jobs: JobSettings::default(),
        index: VectorIndex::default(),
        search: SearchSettings::default(),
        answer: AnswerSettings::default(),
        memory: MemorySettings::default(),
        accounts: AccountSettings::default(),
        analytics: AnalyticsSettings::default(),
    }
}

/// Text recognition, which must be installed.
fn ocr() -> OcrSettings {
    let default = || PathBuf::from(std::env::var_os("HOME").expect("HOME")).join(".cache/rag");
    let home = std::env::var_os("RAG_HOME").map_or_else(default, PathBuf::from);
    let dir = home.join("model/ppocr-v6-small");
    assert!(dir.is_dir(), "{} is missing: run `make setup-ocr`", dir.display());
    OcrSettings { dir, page_ms: 120_000, max_pages: 10 }
}

/// The `rag` program, which reads documents in a child process.
fn program() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let program = test.parent().and_then(|deps| deps.parent()).expect("target/<profile>/deps").join("rag");
    assert!(
        program.exists(),
        "{} is missing: run `cargo build -p rag-cli`, or `make test`",
        program.display()
    );
    program
}
