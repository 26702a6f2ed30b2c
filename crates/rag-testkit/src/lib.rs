//! Test support: databases, a running application, builders. A dev-dependency only.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "what goes wrong in a test's set-up ends the test"
)]
#![expect(clippy::missing_panics_doc, reason = "everything here panics when the set-up fails")]

mod app;
mod checkout;
mod client;
mod cut_proxy;
mod db;
mod models;
mod redis;
mod replicated;

pub use app::{KEY, Setup, TestApp, engine_on, try_engine_on};
pub use checkout::checkout;
pub use client::{Answer, Client, Frame};
pub use cut_proxy::CutProxy;
pub use db::TestDb;
pub use models::{EndlessModel, MoodyEmbedder, StallingModel, UnreachableReranker};
pub use redis::TestRedis;
pub use replicated::Replicated;
pub use reqwest::blocking::RequestBuilder;
