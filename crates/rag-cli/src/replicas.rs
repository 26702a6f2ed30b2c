//! The replicas of the settings, watched for a moment as `rag serve` watches them.

use std::{
    thread,
    time::{Duration, Instant},
};

use rag_repo::{Db, ReplicaState};

use crate::config::Config;

/// Maximum time for a replica to show that it is fit.
const PATIENCE: Duration = Duration::from_secs(3);
const STEP: Duration = Duration::from_millis(20);

/// Returns the state of each replica of the database at `url`, as soon as all are well, and after three seconds at the latest.
pub(crate) fn look(url: &str, config: &Config) -> Vec<ReplicaState> {
    let db = Db::new(url, &config.pool()).with_replicas(&config.replicas());
    let begun = Instant::now();
    loop {
        let states = db.replicas();
        if states.iter().all(is_well) || begun.elapsed() >= PATIENCE {
            return states;
        }
        thread::sleep(STEP);
    }
}

/// Whether a replica does its part: it serves reads, or it is the primary at present.
pub(crate) fn is_well(state: &ReplicaState) -> bool {
    state.is_used || state.is_primary
}

/// Describes the state of a replica.
pub(crate) fn describe(state: &ReplicaState) -> String {
    match (state.fault, state.lag) {
        _ if state.is_primary => "accepts writes: it is the primary server now".to_owned(),
        (Some(fault), Some(lag)) => format!("serves no reads: {fault} ({:.1} s)", lag.as_secs_f64()),
        (Some(fault), None) => format!("serves no reads: {fault}"),
        (None, lag) => format!("serves reads, at most {:.1} s behind", lag.unwrap_or_default().as_secs_f64()),
    }
}
