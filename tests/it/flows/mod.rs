//! Flows over several routes, and the server under stress.

mod answers;
mod defaults;
mod events;
mod fallbacks;
mod hostile;
mod injection;
mod job_control;
mod job_events;
mod jobs;
mod limits;
mod memory;
mod metrics;
mod models;
mod overload;
mod real_model;
mod recollect;
mod reembed;
mod resumed;
mod retried;
mod rounds;
mod stopped;
mod summaries;
mod supported;
mod tokens;
mod upgraded;
mod usage;
