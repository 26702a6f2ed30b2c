//! Sends the spans of requests, searches, answers and jobs to an OpenTelemetry collector (OTLP over HTTP).

use std::{env, time::Duration};

use opentelemetry::{KeyValue, global, trace::TracerProvider as _};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::{
    Resource,
    propagation::TraceContextPropagator,
    trace::{Sampler, SdkTracerProvider},
};
use reqwest::{blocking::Client, redirect::Policy};
use tracing::Subscriber;
use tracing_subscriber::{
    Layer,
    filter::{FilterExt as _, LevelFilter, Targets, filter_fn},
    registry::LookupSpan,
};

use crate::{
    config::traces,
    failure::{Exit, Failure, Outcome},
};

/// Path of traces at a collector (OTLP 1.9, "OTLP/HTTP Request").
const PATH: &str = "v1/traces";
/// The span around the log lines of a request, in which the span for traces stands.
const LOG_SPAN: &str = "request";
/// How long the collector may take for a batch of spans.
const PATIENCE: Duration = Duration::from_secs(5);

/// The sender of spans. Sends those that are left when it is dropped.
pub(crate) struct Traces(SdkTracerProvider);

impl Traces {
    /// Starts the sender; `None` if no collector is configured.
    pub(crate) fn start(settings: &traces::Traces) -> Outcome<Option<Self>> {
        if settings.endpoint.is_empty() {
            return Ok(None);
        }
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(client(&settings.endpoint)?)
            .with_endpoint(format!("{}/{PATH}", settings.endpoint.trim_end_matches('/')))
            .with_protocol(Protocol::HttpBinary)
            .with_timeout(PATIENCE)
            .build()
            .map_err(|error| {
                Failure::new(Exit::Usage, format!("traces.endpoint: cannot send traces there: {error}"))
                    .hint("it is the URL of a collector, such as http://127.0.0.1:4318")
            })?;
        let resource =
            Resource::builder().with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")));
        let resource = match env::var_os("OTEL_SERVICE_NAME") {
            Some(_) => resource,
            None => resource.with_service_name("rag"),
        };
        let provider = SdkTracerProvider::builder()
            .with_resource(resource.build())
            .with_sampler(Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(settings.sample))))
            .with_batch_exporter(exporter)
            .build();
        global::set_text_map_propagator(TraceContextPropagator::new());
        Ok(Some(Self(provider)))
    }

    /// The layer that turns our spans into those of OpenTelemetry. Other crates' spans and all events are left out: they may hold
    /// what people wrote.
    pub(crate) fn layer<S: Subscriber + for<'a> LookupSpan<'a>>(&self) -> impl Layer<S> + use<S> {
        let ours = ["rag_api", "rag_engine", "rag_repo"].map(|target| (target, LevelFilter::DEBUG));
        let ours = Targets::new().with_targets(ours);
        let spans = filter_fn(|metadata| metadata.is_span() && metadata.name() != LOG_SPAN);
        tracing_opentelemetry::layer()
            .with_tracer(self.0.tracer("rag"))
            .with_location(false)
            .with_threads(false)
            .with_tracked_inactivity(false)
            .with_filter(ours.and(spans))
    }
}

fn client(endpoint: &str) -> Outcome<Client> {
    // An error means that the process already has a provider, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = Client::builder().timeout(PATIENCE).redirect(Policy::none());
    if endpoint.starts_with("http://") {
        builder = builder.tls_certs_only([]); // works where no root certificates are installed
    }
    builder.build().map_err(|error| Failure::new(Exit::Failed, format!("cannot send traces: {error}")))
}

impl Drop for Traces {
    fn drop(&mut self) {
        // The collector may be away; the work is done.
        if let Err(error) = self.0.shutdown() {
            tracing::debug!(%error, "cannot send the last traces");
        }
    }
}
