//! The trace of a search: its steps with their times, and PostgreSQL's plans.

use std::time::Instant;

use rag_repo::{PgConnection, RepoResult, search::Planned, statement::PlanDepth};
use serde::Serialize;
use serde_json::Value;

/// The trace of a search.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Trace {
    /// Steps in order.
    pub steps: Vec<Step>,
}

/// One step.
#[derive(Debug, Clone, Serialize)]
pub struct Step {
    /// Name of the step.
    pub step: &'static str,
    /// Duration in milliseconds, without explaining the step's query.
    pub ms: f64,
    /// Inputs and results of the step.
    pub detail: Value,
    /// Lines of PostgreSQL's plan of the step's query; empty for a step without a query.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub plan: Vec<String>,
}

/// Records the trace, if requested.
#[derive(Debug, Clone)]
pub(super) struct Tracer {
    /// The steps so far and the depth of their plans; `None` if no trace is requested.
    trace: Option<(Trace, PlanDepth)>,
    last: Instant,
}

impl Tracer {
    pub(super) fn new(depth: Option<PlanDepth>) -> Self {
        Self { trace: depth.map(|depth| (Trace::default(), depth)), last: Instant::now() }
    }

    /// Starts the clock of the next step.
    pub(super) fn restart(&mut self) {
        self.last = Instant::now();
    }

    /// Records a step that took the time since the last one.
    pub(super) fn step(&mut self, step: &'static str, detail: impl FnOnce() -> Value) {
        let Some((trace, _)) = &mut self.trace else { return };
        let ms = self.last.elapsed().as_secs_f64() * 1e3;
        trace.steps.push(Step { step, ms, detail: detail(), plan: Vec::new() });
        self.last = Instant::now();
    }

    /// Adds the plan of the last step's query.
    pub(super) fn plan(&mut self, conn: &mut PgConnection, query: &Planned) -> RepoResult<()> {
        let Some((trace, depth)) = &mut self.trace else { return Ok(()) };
        if let Some(step) = trace.steps.last_mut() {
            step.plan = query.explain(conn, *depth)?;
            self.last = Instant::now();
        }
        Ok(())
    }

    pub(super) fn finish(self) -> Option<Trace> {
        self.trace.map(|(trace, _)| trace)
    }
}
