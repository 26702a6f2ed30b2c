//! Ingest: an upload is stored together with a job, and workers read, chunk, embed and publish it.

mod build;
mod bundle;
mod read;
mod store;
mod upload;

pub(crate) use build::titled;
pub(crate) use bundle::work_on;
pub use read::PageText;
pub use upload::{Accepted, Upload};
pub(crate) use upload::{StoreError, hash};
