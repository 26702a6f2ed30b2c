//! Workspace-level integration tests: the interface as clients see it, whole flows, and the order of the house.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests: a failure is the test's"
)]

mod authorisation;
mod dropin;
mod flows;
mod mcp;
mod openai;
mod openapi;
mod routes;
mod tidy;
