//! The HTTP interface: routes, bodies, views, problems, limits. Holds no SQL, no ranking and reads no environment.

mod accounts;
mod answers;
mod app;
mod ask;
mod auth;
mod collections;
mod connection;
mod content;
mod documents;
mod event_stream;
mod extract;
mod finish;
mod health;
mod jobs;
mod limits;
mod openapi;
mod page;
mod problem;
mod ranking;
mod registration;
mod respond;
mod routes;
mod search;
mod server;
mod sessions;
mod settings;
mod span;
mod synonyms;
mod trace;
mod ui;
mod understanding;
mod uploads;

pub use openapi::openapi_json;
pub use problem::{Code, FieldProblem, Problem};
pub use server::{RunningServer, serve};
pub use settings::ApiSettings;
