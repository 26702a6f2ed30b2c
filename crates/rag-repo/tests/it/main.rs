//! Queries against a real PostgreSQL, each test in a transaction that is rolled back.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "helpers of tests: a failure is the test's"
)]

mod collection_models;
mod db;
mod events;
mod fair_queue;
mod filter;
mod fixture;
mod indexes;
mod job_control;
mod job_histories;
mod jobs;
mod lexical;
mod lexical_counts;
mod newer_tables;
mod own_database;
mod ownership;
mod passages;
mod private_rows;
mod protected_tables;
mod retries;
mod row_security;
mod schema;
mod scope;
mod search_plans;
mod slow_statements;
mod tls;
mod tool_uses;
mod visibility;
