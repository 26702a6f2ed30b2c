//! Finds passages of any kind: both legs, fused, with the ranks and scores of each result.

mod candidates;
mod context;
mod fusion;
mod groups;
mod highlight;
mod identifiers;
mod learned;
mod list;
mod merge;
mod own_language;
mod query;
mod ranking;
mod request;
mod rerank;
mod reword;
mod search;
mod search_context;
mod synonym_words;
mod trace;
mod understand;
mod understanding;
mod wording;
mod wording_search;
mod words;

pub use context::Said;
pub(crate) use context::standalone;
pub use fusion::{Fusion, LegHit, Ranked};
pub(crate) use learned::passage_digest;
pub use query::QueryText;
pub use ranking::{Boost, Cutoff, Feedback, Ranking};
pub use request::{EmbeddedQuestion, Found, GroupBy, Mode, SearchRequest, SearchResult, Timings};
pub use trace::{Step, Trace};
pub use understanding::{MAX_WORDINGS, Understanding, UnderstandingChange};
