//! Queries against a real PostgreSQL, each test in a transaction that is rolled back.

mod fixture;
mod jobs;
mod lexical;
mod schema;
mod search_plans;
mod visibility;
