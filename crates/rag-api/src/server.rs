//! The server: binds, serves, and stops gracefully.

use std::{io, net::SocketAddr};

use actix_cors::Cors;
use actix_web::{App as ActixApp, HttpServer, dev::ServerHandle, http::header, middleware::from_fn, rt, web};
use rag_engine::Engine;
use tokio::sync::Mutex;
use tracing_actix_web::TracingLogger;

use crate::{
    ApiSettings, app::App, connection::Connection, event_stream, finish, metrics, routes, span::RequestSpan,
};

/// Number of blocking threads for work without a permit: spooled files and readiness checks.
const SPARE_THREADS: usize = 16;
/// Maximum number of unsent bytes of one connection: it bounds the memory for a client that does not read a stream.
const WRITE_BUFFER_BYTES: usize = 8 << 10;

/// A server that accepts requests.
#[derive(Debug)]
pub struct RunningServer {
    address: SocketAddr,
    handle: ServerHandle,
    app: App,
    metrics: Option<(SocketAddr, ServerHandle)>,
    task: Mutex<Option<rt::task::JoinHandle<io::Result<()>>>>,
}

/// Binds and serves. Call it inside an `actix_web::rt::System`. It does not handle signals. Fails if the address cannot be bound,
/// and with `InvalidInput` if a setting is invalid.
pub fn serve(engine: Engine, settings: ApiSettings) -> io::Result<RunningServer> {
    let settings = ApiSettings { bearer_key: settings.bearer_key.filter(|key| !key.is_empty()), ..settings };
    let (bind, workers, timeout_s) = (settings.bind, settings.workers.max(1), settings.shutdown_timeout_s);
    // The permits are the limit, not the threads; requests of one worker may hold all of them.
    let threads = settings.max_concurrent_database_requests
        + settings.max_concurrent_reads
        + settings.max_concurrent_model_requests
        + settings.max_concurrent_uploads
        + settings.max_concurrent_passwords
        + SPARE_THREADS;
    engine.keep_turns(event_stream::encode).map_err(io::Error::other)?;
    let app = App::new(engine, settings)?;
    let metrics = app.settings.metrics_bind.map(|bind| metrics::serve_metrics(&app, bind)).transpose()?;
    let shared = app.clone();
    let server = HttpServer::new(move || {
        ActixApp::new()
            .app_data(web::Data::new(shared.clone()))
            .configure(routes::configure)
            .wrap(cors(&shared.settings.cors_origins))
            .wrap(from_fn(finish::finish))
            .wrap(from_fn(metrics::observe))
            .wrap(TracingLogger::<RequestSpan>::new())
    })
    .workers(workers)
    .worker_max_blocking_threads(threads)
    .h1_write_buffer_size(WRITE_BUFFER_BYTES)
    .on_connect(Connection::keep)
    .disable_signals()
    .shutdown_timeout(timeout_s)
    .bind(bind)?;
    let address = server.addrs().first().copied().ok_or_else(|| io::Error::other("nothing was bound"))?;
    let server = server.run();
    let handle = server.handle();
    let task = Mutex::new(Some(rt::spawn(server)));
    let metrics = metrics.map(|(address, server)| {
        let handle = server.handle();
        rt::spawn(server);
        (address, handle)
    });
    Ok(RunningServer { address, handle, app, metrics, task })
}

impl RunningServer {
    /// Returns the address on which it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the address on which it serves metrics; `None` if it does not.
    pub fn metrics_address(&self) -> Option<SocketAddr> {
        self.metrics.as_ref().map(|(address, _)| *address)
    }

    /// Waits until the server has ended, because of `stop` or of a failure.
    pub async fn ended(&self) -> io::Result<()> {
        match self.task.lock().await.take() {
            Some(task) => task.await.map_err(io::Error::other)?,
            None => Ok(()),
        }
    }

    /// Ends open streams at once, stores the answers written so far, lets other requests finish, and stops.
    pub async fn stop(&self) {
        self.app.shutdown.cancel();
        self.app.turns.close();
        self.app.turns.wait().await;
        // Turns of other processes continue there.
        self.app.engine.stop_following();
        self.handle.stop(true).await;
        if let Some((_, handle)) = &self.metrics {
            handle.stop(false).await;
        }
    }
}

/// Allows requests only from pages of the listed origins, apart from the server's own.
fn cors(origins: &[String]) -> Cors {
    let allowed = origins.iter().fold(Cors::default(), |cors, origin| cors.allowed_origin(origin));
    if origins.is_empty() {
        return allowed.block_on_origin_mismatch(false);
    }
    allowed
        .allowed_methods(["GET", "POST", "PUT", "PATCH", "DELETE"])
        .allowed_headers([header::AUTHORIZATION, header::CONTENT_TYPE, header::ACCEPT])
        .allowed_headers(["last-event-id", "idempotency-key"])
        .expose_headers(["location", "retry-after", "x-request-id", "idempotency-replayed"])
        .max_age(600)
}
