//! `rag` and its PostgreSQL are killed with -9 in the middle, again and again; nothing is lost, doubled or half visible.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests: a failure is the test's")]

mod backup;
mod ingest;
mod ledger;
mod model;
mod poison;
mod scene;
mod serve;
mod server;
mod traces;
