//! The section of the configuration about traces.

use serde::Deserialize;

/// Traces for an OpenTelemetry collector.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Traces {
    /// URL of the collector; none are sent if it is empty.
    pub(crate) endpoint: String,
    /// Share of the requests and jobs that are traced, 0 to 1.
    pub(crate) sample: f64,
}
