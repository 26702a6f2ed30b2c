//! Finding passages: both legs, fused, with every result's ranks and scores.

mod context;
mod fusion;
mod highlight;
mod kind;
mod leg;
mod legs;
mod list;
mod merge;
mod query;
mod ranking;
mod request;
mod rerank;
mod reword;
mod search;
mod trace;
mod understanding;
mod wording;
mod words;

pub use context::Said;
pub use fusion::{Fusion, LegHit, Ranked};
pub use kind::{Kind, Shares};
pub use query::QueryText;
pub use ranking::{Boost, Cutoff, Feedback, Ranking};
pub use request::{Found, Mode, SearchRequest, SearchResult, Timings};
pub use trace::{Step, Trace};
pub use understanding::{MOST_WORDINGS, Understanding};
