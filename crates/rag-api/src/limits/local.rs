//! Counters of this process.

use std::time::Duration;

use governor::{
    DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock, DefaultClock},
};

use super::Rate;

/// Counters by caller. Full ones are removed from time to time, so memory is bounded by the number of recent callers.
#[derive(Debug)]
pub(super) struct LocalCounters(DefaultKeyedRateLimiter<String>);

/// Number of callers above which full counters are removed.
const MAX_KEYS: usize = 10_000;

impl LocalCounters {
    pub(super) fn new(rate: Rate) -> Self {
        let evenly = Quota::with_period(rate.interval()).unwrap_or_else(|| Quota::per_minute(rate.calls));
        Self(RateLimiter::keyed(evenly.allow_burst(rate.calls)))
    }

    /// Counts a call. Returns the time to wait if it exceeds the limit.
    pub(super) fn count(&self, who: &str) -> Option<Duration> {
        if self.0.len() > MAX_KEYS {
            self.0.retain_recent();
            self.0.shrink_to_fit();
        }
        let refusal = self.0.check_key(&who.to_owned()).err()?;
        Some(refusal.wait_time_from(DefaultClock::default().now()))
    }
}
