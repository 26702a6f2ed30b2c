//! Filters: what is accepted, what it means, and that nothing in them can hurt.

mod documents;
mod generator;
mod grammar;
mod hostile;
mod oracle;
mod random;
mod spec;
