//! Long-term memory: facts of users, recalled with reasons, and corrected instead of accumulated; each step can be undone.
//!
//! A memory is a passage in its user's collection of memories, so it has the search, word statistics and row-level security of
//! documents.

mod consolidate;
mod dates;
mod fact;
mod factors;
mod forget;
mod gates;
mod recall;
mod relevance;
mod remember;
pub(crate) mod rounds;
mod secrets;
mod signs;
mod similarity;
mod stated;
mod statements;
mod step;

pub use consolidate::Consolidated;
pub use dates::{TimeSpan, read_time};
pub use fact::{Fact, MAX_FACTS};
pub use factors::{Factors, Weights};
pub use forget::{Archive, MemoryEdit};
pub use gates::{Refused, refuse};
pub use recall::{Recall, RecallRequest, RecallSource, Recalled};
pub use remember::{How, Kept, Remembered};
pub(crate) use stated::{stated_facts, without_introduction};
pub(crate) use statements::asked_by;
