//! Flows over several routes, and the server under stress.

mod overload;
mod real_model;
mod retried;
mod stopped;
