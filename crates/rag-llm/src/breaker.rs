//! A circuit breaker: after failures in a row it refuses requests for a time, then admits one. It reads no clock.

use std::{
    mem::discriminant,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// Number of failures in a row after which a server is left alone.
pub(crate) const MAX_FAILURES: u32 = 5;
const FIRST_PAUSE: Duration = Duration::from_secs(10);
const MAX_PAUSE: Duration = Duration::from_mins(5);
/// The pause reported while another request tries the server.
const TRIAL_PAUSE: Duration = Duration::from_secs(1);

/// The state of a circuit breaker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BreakerState {
    /// The server is asked.
    Closed,
    /// The server is left alone after failures in a row.
    Open,
    /// One request tries the server; all others leave it alone.
    HalfOpen,
}

impl BreakerState {
    /// All states.
    pub const ALL: [Self; 3] = [Self::Closed, Self::Open, Self::HalfOpen];

    /// The name of the state in metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open => "open",
            Self::HalfOpen => "half_open",
        }
    }
}

/// The admission of a request, which reports to the breaker at its end.
#[derive(Debug)]
pub(crate) struct Pass {
    /// Whether it tries a server that was left alone, and has not reported yet.
    pub(crate) is_trial: bool,
}

/// An event of an admitted request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Report {
    /// The server has sent a part of an answer, or has refused a request that it understands.
    Answering,
    /// The answer is complete.
    Complete,
    /// The server has failed, even if it had begun to answer.
    Failed,
    /// The client has given up, which says nothing about the server.
    Cancelled,
}

#[derive(Debug, Clone, Copy)]
enum State {
    Closed { failures: u32 },
    Open { until: Instant, pause: Duration },
    HalfOpen { until: Instant, pause: Duration },
}

#[derive(Debug)]
pub(crate) struct Breaker {
    state: Mutex<State>,
}

impl Breaker {
    pub(crate) fn new() -> Self {
        Self { state: Mutex::new(State::Closed { failures: 0 }) }
    }

    pub(crate) fn state(&self) -> BreakerState {
        match *self.lock() {
            State::Closed { .. } => BreakerState::Closed,
            State::Open { .. } => BreakerState::Open,
            State::HalfOpen { .. } => BreakerState::HalfOpen,
        }
    }

    /// Whether a request would be admitted.
    pub(crate) fn would_admit(&self, now: Instant) -> bool {
        match *self.lock() {
            State::Closed { .. } => true,
            State::Open { until, .. } => until <= now,
            State::HalfOpen { .. } => false,
        }
    }

    /// Admits a request, or returns the time until the next one can be admitted.
    pub(crate) fn admit(&self, now: Instant) -> Result<Pass, Duration> {
        let mut state = self.lock();
        match *state {
            State::Closed { .. } => Ok(Pass { is_trial: false }),
            State::HalfOpen { .. } => Err(TRIAL_PAUSE),
            State::Open { until, .. } if now < until => Err(until - now),
            State::Open { until, pause } => {
                *state = State::HalfOpen { until, pause };
                Ok(Pass { is_trial: true })
            }
        }
    }

    /// Takes a request's report into account, and returns whether the breaker has opened or closed. Reports of requests that were
    /// admitted before the breaker opened change nothing.
    pub(crate) fn report(&self, pass: &mut Pass, report: Report, now: Instant) -> bool {
        let mut state = self.lock();
        let before = *state;
        *state = match (before, pass.is_trial, report) {
            (State::HalfOpen { .. }, true, Report::Answering | Report::Complete) => {
                State::Closed { failures: 0 }
            }
            (State::HalfOpen { pause, .. }, true, Report::Failed) => {
                let pause = (pause * 2).min(MAX_PAUSE);
                State::Open { until: now + pause, pause }
            }
            (State::HalfOpen { until, pause }, true, Report::Cancelled) => State::Open { until, pause },
            (State::Closed { .. }, false, Report::Complete) => State::Closed { failures: 0 },
            (State::Closed { failures }, false, Report::Failed) if failures + 1 < MAX_FAILURES => {
                State::Closed { failures: failures + 1 }
            }
            (State::Closed { .. }, false, Report::Failed) => {
                State::Open { until: now + FIRST_PAUSE, pause: FIRST_PAUSE }
            }
            (state, ..) => state,
        };
        pass.is_trial = false;
        discriminant(&before) != discriminant(&*state)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Fails until the breaker opens.
    fn opened(now: Instant) -> Breaker {
        let breaker = Breaker::new();
        for _ in 0..MAX_FAILURES {
            assert_eq!(breaker.state(), BreakerState::Closed);
            breaker.report(&mut breaker.admit(now).unwrap(), Report::Failed, now);
        }
        breaker
    }

    #[test]
    fn it_opens_after_failures_in_a_row_and_admits_one_request_after_the_pause() {
        let start = Instant::now();
        let breaker = opened(start);
        assert_eq!(breaker.admit(start).unwrap_err(), FIRST_PAUSE);
        let later = start + FIRST_PAUSE;
        assert!(breaker.admit(later.checked_sub(Duration::from_millis(1)).unwrap()).is_err());
        let mut trial = breaker.admit(later).unwrap();
        assert_eq!(breaker.state(), BreakerState::HalfOpen);
        assert_eq!(breaker.admit(later).unwrap_err(), TRIAL_PAUSE);
        breaker.report(&mut trial, Report::Answering, later);
        assert_eq!(breaker.state(), BreakerState::Closed);
        breaker.report(&mut trial, Report::Failed, later);
        assert_eq!(
            breaker.state(),
            BreakerState::Closed,
            "a later failure of the trial is the first of a new row"
        );
    }

    #[test]
    fn pauses_double_up_to_the_limit_and_a_cancelled_trial_costs_none() {
        let mut now = Instant::now();
        let breaker = opened(now);
        let mut expected = FIRST_PAUSE;
        for _ in 0..10 {
            let pause = breaker.admit(now).unwrap_err();
            assert_eq!(pause, expected);
            now += pause;
            breaker.report(&mut breaker.admit(now).unwrap(), Report::Cancelled, now);
            breaker.report(&mut breaker.admit(now).unwrap(), Report::Failed, now);
            expected = (expected * 2).min(MAX_PAUSE);
        }
        assert_eq!(expected, MAX_PAUSE);
    }

    proptest! {
        /// Whatever requests report, in any order and at any time: the breaker opens only at a failure, never refuses for longer
        /// than the limit, admits one request at a time while it tries the server, and a working server closes it.
        #[test]
        fn histories_of_reports(steps in proptest::collection::vec((0_u64..400, 0_usize..5, 0_usize..8), 1..200)) {
            let breaker = Breaker::new();
            let mut now = Instant::now();
            let mut under_way: Vec<Pass> = Vec::new();
            for (seconds, step, which) in steps {
                now += Duration::from_secs(seconds);
                let before = breaker.state();
                let reports = [Report::Answering, Report::Complete, Report::Failed, Report::Cancelled];
                match reports.get(step) {
                    None => match breaker.admit(now) {
                        Ok(pass) => {
                            prop_assert!(before != BreakerState::HalfOpen);
                            under_way.push(pass);
                        }
                        Err(pause) => {
                            prop_assert!(pause <= MAX_PAUSE);
                            prop_assert!(before != BreakerState::Closed);
                        }
                    },
                    Some(_) if under_way.is_empty() => {}
                    Some(report) => {
                        let mut pass = under_way.swap_remove(which % under_way.len());
                        breaker.report(&mut pass, *report, now);
                        let after = breaker.state();
                        if before == BreakerState::Closed && after != before {
                            prop_assert_eq!((*report, after), (Report::Failed, BreakerState::Open));
                        }
                        if *report == Report::Answering {
                            under_way.push(pass);
                        }
                    }
                }
                prop_assert!(under_way.iter().filter(|pass| pass.is_trial).count() <= 1);
            }
            for mut pass in under_way {
                breaker.report(&mut pass, Report::Cancelled, now);
            }
            now += MAX_PAUSE;
            breaker.report(&mut breaker.admit(now).unwrap(), Report::Complete, now);
            prop_assert_eq!(breaker.state(), BreakerState::Closed);
        }
    }
}
