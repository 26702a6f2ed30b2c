//! Taking documents in: an upload is stored with a job at once, and workers do the rest.

mod build;
mod language;
mod store;
mod upload;
mod worker;

pub(crate) use build::titled;
pub use upload::{Accepted, Upload};
pub use worker::Workers;
