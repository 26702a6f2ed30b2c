//! The trace of a search as clients see it.

use rag_engine::retrieve::{Step, Trace};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// The steps of a search.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TraceView {
    /// Steps in the order in which they ran.
    pub(crate) steps: Vec<StepView>,
}

/// One step of a search.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StepView {
    /// Name of the step.
    pub(crate) step: &'static str,
    /// Duration in milliseconds, without the time for explaining the step's query.
    pub(crate) ms: f64,
    /// Details of the step; their names depend on the step and may change.
    #[schema(value_type = Object)]
    pub(crate) detail: Value,
    /// Lines of PostgreSQL's plan of the step's query, without numbers of rows or times; absent for a step without a query.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub(crate) plan: Vec<String>,
}

impl From<Trace> for TraceView {
    fn from(trace: Trace) -> Self {
        let steps = trace.steps.into_iter();
        let view =
            |step: Step| StepView { step: step.step, ms: step.ms, detail: step.detail, plan: step.plan };
        Self { steps: steps.map(view).collect() }
    }
}
