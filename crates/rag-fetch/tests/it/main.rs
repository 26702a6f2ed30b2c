//! Fetching from servers of this machine: what is never asked, what is obeyed, and what is bounded.
#![expect(clippy::unwrap_used, reason = "what goes wrong in a test's set-up ends the test")]

mod guard;
mod limits;
mod pages;
mod rules;
mod server;
