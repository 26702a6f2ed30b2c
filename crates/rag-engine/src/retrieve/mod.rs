//! Finding passages: both legs, fused, with every result's ranks and scores.

mod context;
mod fusion;
mod highlight;
mod legs;
mod list;
mod query;
mod ranking;
mod request;
mod rerank;
mod search;
mod trace;

pub use context::leans_on_context;
pub use fusion::{Fusion, LegHit, Ranked, fuse};
pub use query::QueryText;
pub use ranking::{Boost, Cutoff, Feedback, Ranking};
pub use request::{Found, Mode, SearchRequest, SearchResult, Timings};
pub use trace::{Step, Trace};
