//! Flows over several routes, and the server under stress.

mod overload;
mod stopped;
