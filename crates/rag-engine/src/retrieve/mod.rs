//! Finding passages: both legs, fused, with every result's ranks and scores.

mod fusion;
mod search;

pub use fusion::{Fusion, LegHit, Ranked, fuse};
pub use search::{Found, Mode, SearchRequest, SearchResult, Timings};
