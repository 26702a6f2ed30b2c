//! Metrics in Prometheus's text format, served on a separate address; and one log line for each request.

use std::{io, net::SocketAddr, sync::OnceLock, time::Duration};

use actix_web::{
    App as ActixApp, Error, HttpResponse, HttpServer,
    body::MessageBody,
    dev::{Server, ServiceRequest, ServiceResponse},
    middleware::Next,
    rt, web,
};
use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use rag_repo::{Db, PoolState};
use rag_schema::enums::JobState;
use tokio::time::{Instant, interval};
use tracing::Instrument as _;

use crate::{app::App, telemetry};

/// Upper bounds of the buckets of all durations, in seconds.
const BUCKETS: [f64; 8] = [0.005, 0.02, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];
/// Interval at which the recorder aggregates its samples, so that its memory stays bounded even if the metrics are never read.
const FOLD_EVERY: Duration = Duration::from_secs(5);
/// Label of requests that match no route.
const NO_ROUTE: &str = "none";

/// Name and description of each metric.
const COUNTERS: [(&str, &str); 7] = [
    ("rag_http_requests_total", "Requests by method, route and class of the status."),
    ("rag_searches_total", "Searches, alone or of an answer, by whether they found something."),
    ("rag_answers_total", "Answers by outcome."),
    ("rag_chat_tokens_total", "Tokens that chat models read and wrote."),
    ("rag_documents_total", "Documents published, refused and deleted."),
    ("rag_chunks_stored_total", "Chunks of published documents."),
    ("rag_replica_reads_total", "Reads that a replica has served."),
];
const HISTOGRAMS: [(&str, &str); 2] = [
    (
        "rag_http_request_seconds",
        "Duration from the head of a request to the head of its response, by group of routes.",
    ),
    ("rag_search_step_seconds", "Duration of the steps of searches and answers."),
];
const GAUGES: [(&str, &str); 12] = [
    ("rag_build_info", "1, with the version of the program."),
    ("rag_streams_open", "Streams of answers that clients read."),
    (
        "rag_database_connections",
        "Connections by pool, and by state: open, idle, or the maximum of the pool.",
    ),
    ("rag_replica_used", "1 if reads are sent to the replica, otherwise 0."),
    (
        "rag_replica_lag_seconds",
        "Time that the replica is behind the primary at most; +Inf if it is not known.",
    ),
    ("rag_permits_available", "Requests that could begin at once, by what they wait for."),
    (
        "rag_chat_server_state",
        "1 for the state of a chat server, otherwise 0: closed (it is asked), open (left alone after failures), half_open (tried).",
    ),
    ("rag_database_up", "1 if the database answers, otherwise 0."),
    ("rag_disk_free_bytes", "Free space on the disk of the database, if it is of this machine."),
    ("rag_read_only", "1 if nothing is stored because the disk of the database is nearly full, otherwise 0."),
    ("rag_jobs", "Jobs by state."),
    ("rag_oldest_due_job_seconds", "Time that the oldest due job has waited; 0 if none is due."),
];

/// Returns the recorder of this process. Fails if another one is installed.
fn recorder() -> io::Result<PrometheusHandle> {
    static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();
    if let Some(handle) = RECORDER.get() {
        return Ok(handle.clone());
    }
    let builder = PrometheusBuilder::new().set_buckets(&BUCKETS).map_err(io::Error::other)?;
    let recorder = builder.build_recorder();
    let handle = recorder.handle();
    metrics::set_global_recorder(recorder).map_err(|error| io::Error::other(error.to_string()))?;
    for (name, meaning) in COUNTERS {
        describe_counter!(name, meaning);
    }
    for (name, meaning) in HISTOGRAMS {
        describe_histogram!(name, meaning);
    }
    for (name, meaning) in GAUGES {
        describe_gauge!(name, meaning);
    }
    gauge!("rag_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
    Ok(RECORDER.get_or_init(|| handle).clone())
}

/// Serves `GET /metrics` at `bind`. Returns the bound address and the server. Needs no key: metrics contain no names, texts or
/// ids.
pub(crate) fn serve_metrics(app: &App, bind: SocketAddr) -> io::Result<(SocketAddr, Server)> {
    let handle = recorder()?;
    let folding = handle.clone();
    let shutdown = app.shutdown.clone();
    rt::spawn(async move {
        let mut pulse = interval(FOLD_EVERY);
        while shutdown.run_until_cancelled(pulse.tick()).await.is_some() {
            folding.run_upkeep();
        }
    });
    let shared = app.clone();
    let server = HttpServer::new(move || {
        ActixApp::new()
            .app_data(web::Data::new(shared.clone()))
            .app_data(web::Data::new(handle.clone()))
            .route("/metrics", web::get().to(show))
    })
    .workers(1)
    .disable_signals()
    .bind(bind)
    .map_err(|error| {
        let text =
            format!("cannot listen on {bind} for metrics: {error}. Choose another server.metrics_bind");
        io::Error::new(io::ErrorKind::InvalidInput, text)
    })?;
    let address = server.addrs().first().copied().ok_or_else(|| io::Error::other("nothing was bound"))?;
    Ok((address, server.run()))
}

async fn show(app: web::Data<App>, handle: web::Data<PrometheusHandle>) -> HttpResponse {
    set_gauges(&app).await;
    HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(handle.render())
}

/// Sets the gauges, whose values are measured at each scrape.
async fn set_gauges(app: &App) {
    set_database_gauges(app.engine.db());
    for (kind, available) in app.permits_available() {
        gauge!("rag_permits_available", "for" => kind).set(f64::from(available));
    }
    if let Some(disk) = app.engine.disk() {
        gauge!("rag_disk_free_bytes").set(bytes(disk.free_bytes));
        gauge!("rag_read_only").set(if disk.is_low { 1.0 } else { 0.0 });
    }
    let servers = app.engine.chat().map(|chat| chat.servers()).unwrap_or_default();
    for (number, server) in (1..).zip(servers) {
        let (number, model): (u32, _) = (number, server.writer.model.to_string());
        for (state, is_current) in server.states() {
            let labels =
                [("server", number.to_string()), ("model", model.clone()), ("state", state.to_owned())];
            gauge!("rag_chat_server_state", &labels).set(if is_current { 1.0 } else { 0.0 });
        }
    }
    let is_ready = app.is_ready().await;
    gauge!("rag_database_up").set(if is_ready { 1.0 } else { 0.0 });
    if !is_ready {
        return;
    }
    let Ok(queue) = app.blocking(|engine| Ok(engine.queue_length()?)).await else { return };
    for state in JobState::ALL {
        let count = queue.by_state.iter().find(|(of, _)| of == state).map_or(0, |(_, count)| *count);
        gauge!("rag_jobs", "state" => state.as_str()).set(float(count));
    }
    gauge!("rag_oldest_due_job_seconds").set(queue.oldest_due_s.unwrap_or(0.0));
}

/// Sets the gauges of the pools and of the replicas. Their number is that of the settings.
fn set_database_gauges(db: &Db) {
    for PoolState { name, open, idle, max } in db.pools() {
        for (state, count) in [("open", open), ("idle", idle), ("max", max)] {
            gauge!("rag_database_connections", "pool" => name.clone(), "state" => state)
                .set(f64::from(count));
        }
    }
    for (number, replica) in (1_u32..).zip(db.replicas()) {
        let number = number.to_string();
        gauge!("rag_replica_used", "replica" => number.clone()).set(if replica.is_used { 1.0 } else { 0.0 });
        let lag = replica.lag.map_or(f64::INFINITY, |lag| lag.as_secs_f64());
        gauge!("rag_replica_lag_seconds", "replica" => number.clone()).set(lag);
        counter!("rag_replica_reads_total", "replica" => number).absolute(replica.reads);
    }
}

/// Converts a count to a float; counts beyond 2^31 are shown as 2^31.
fn float(count: i64) -> f64 {
    f64::from(i32::try_from(count).unwrap_or(i32::MAX))
}

/// Converts a number of bytes to a float, exact to a megabyte.
fn bytes(count: u64) -> f64 {
    f64::from(u32::try_from(count >> 20).unwrap_or(u32::MAX)) * 1_048_576.0
}

/// Counts and times a request, and writes its log line.
pub(crate) async fn observe(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let begun = Instant::now();
    let method = req.method().clone();
    let path = req.path().to_owned();
    let span = telemetry::begin(&req);
    let response = next.call(req).instrument(span.clone()).await?;
    let route = response.request().match_pattern().unwrap_or_else(|| NO_ROUTE.to_owned());
    let took = begun.elapsed();
    let status = response.status();
    let class = format!("{}xx", status.as_u16() / 100);
    histogram!("rag_http_request_seconds", "group" => group(&route)).record(took.as_secs_f64());
    counter!("rag_http_requests_total", "method" => method.to_string(), "route" => route.clone(), "status" => class).increment(1);
    telemetry::end(&span, status);
    let ms = (took.as_secs_f64() * 1e5).round() / 1e2;
    if route == "/health" || route == "/ready" {
        tracing::debug!(%method, path, status = status.as_u16(), ms, "request");
    } else {
        tracing::info!(%method, path, status = status.as_u16(), ms, "request");
    }
    Ok(response)
}

/// Returns the group of a route: its first part after the version, without variables. Full routes would produce thousands of
/// series.
fn group(route: &str) -> String {
    let parts = route.split('/').filter(|part| !part.is_empty() && *part != "v1");
    parts.take_while(|part| !part.starts_with('{')).take(1).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_are_grouped_by_their_first_part() {
        for (route, expected) in [
            ("/v1/sessions/{id}/messages", "sessions"),
            ("/openai/v1/chat/completions", "openai"),
            ("/health", "health"),
            ("/", ""),
            (NO_ROUTE, "none"),
        ] {
            assert_eq!(group(route), expected);
        }
    }
}
