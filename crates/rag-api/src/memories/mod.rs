//! `/v1/memories` and `/v1/recall`: the caller's own memories.

pub(crate) mod change;
pub(crate) mod recall;
pub(crate) mod store;
mod views;

pub(crate) use views::MemoryView;
