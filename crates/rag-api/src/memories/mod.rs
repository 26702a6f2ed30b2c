//! `/v1/memories` and `/v1/recall`: what the caller wants remembered; memories are the caller's own alone.

pub(crate) mod change;
pub(crate) mod recall;
pub(crate) mod store;
mod views;

pub(crate) use views::MemoryView;
