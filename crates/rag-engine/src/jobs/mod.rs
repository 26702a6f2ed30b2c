//! Jobs of any kind: threads claim them from PostgreSQL under a lease, work on them by kind, and record their outcome.

mod control;
mod feed;
mod held;
mod lease_keeper;
mod length;
mod policy;
mod settle;
mod workers;

pub use feed::JobChanges;
pub(crate) use feed::JobFeed;
pub use length::QueueLength;
pub(crate) use settle::is_outage;
pub(crate) use workers::Shift;
pub use workers::Workers;
