//! How far a replica is behind the primary: a comparison of their positions over time, without either server's clock.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use super::seen::Position;

/// The position of a server at one moment, as it says itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sample {
    /// The moment before the server was asked.
    pub(super) at: Instant,
    pub(super) position: Position,
    pub(super) is_replica: bool,
    /// Number of the cluster that the server was copied from, or is.
    pub(super) system: i64,
}

/// The latest positions of the primary.
#[derive(Debug, Default)]
pub(super) struct Primary {
    system: Option<i64>,
    marks: VecDeque<(Instant, Position)>,
}

impl Primary {
    /// Adds a position and forgets those that are older than `kept`.
    pub(super) fn note(&mut self, sample: &Sample, kept: Duration) {
        if sample.is_replica {
            return;
        }
        self.system = Some(sample.system);
        self.marks.push_back((sample.at, sample.position));
        while self.marks.front().is_some_and(|(at, _)| at.elapsed() > kept) {
            self.marks.pop_front();
        }
    }

    /// The latest moment whose changes a replica at `position` certainly has; `None` if that is too long ago.
    fn passed_by(&self, position: Position) -> Option<Instant> {
        self.marks.iter().rev().find(|(_, mark)| *mark <= position).map(|(at, _)| *at)
    }
}

/// Why a replica cannot serve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    Unknown,
    Away,
    IsPrimary,
    OtherSystem,
    Behind,
}

impl Fault {
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::Unknown => "it, or the primary server, has not answered yet",
            Self::Away => "it does not answer",
            Self::IsPrimary => "it accepts writes",
            Self::OtherSystem => "it is another server than that of database.url, and no copy of it",
            Self::Behind => "it is too far behind the primary server, or that does not answer",
        }
    }
}

/// What is known of a replica.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Standing {
    /// The newest position that it is known to have replayed.
    pub(super) replayed: Position,
    /// The latest moment whose changes it has, or the reason why that is not known.
    pub(super) has_changes_until: Result<Instant, Fault>,
}

impl Standing {
    /// Of a replica that has not been asked yet.
    pub(super) const UNKNOWN: Self = Self { replayed: 0, has_changes_until: Err(Fault::Unknown) };

    /// Of a replica that gave `sample`; without one it does not answer.
    pub(super) fn new(sample: Option<&Sample>, primary: &Primary) -> Self {
        let Some(sample) = sample else {
            return Self { has_changes_until: Err(Fault::Away), ..Self::UNKNOWN };
        };
        let has_changes_until = if primary.system.is_some_and(|system| system != sample.system) {
            Err(Fault::OtherSystem)
        } else if !sample.is_replica {
            Err(Fault::IsPrimary)
        } else {
            let fault = if primary.marks.is_empty() { Fault::Unknown } else { Fault::Behind };
            primary.passed_by(sample.position).ok_or(fault)
        };
        Self { replayed: sample.position, has_changes_until }
    }

    /// Whether it has all changes that are older than `max_lag`. It loses that by time if nothing is heard of either server.
    pub(super) fn is_fit(&self, max_lag: Duration) -> bool {
        self.fault(max_lag).is_none()
    }

    /// Why it does not serve.
    pub(super) fn fault(&self, max_lag: Duration) -> Option<Fault> {
        match self.has_changes_until {
            Ok(at) => (at.elapsed() > max_lag).then_some(Fault::Behind),
            Err(fault) => Some(fault),
        }
    }
}

/// A replica at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplicaState {
    /// Whether reads are sent to it.
    pub is_used: bool,
    /// Whether it accepts writes: then it is no replica, and `database.url` leads to it.
    pub is_primary: bool,
    /// How far it is behind the primary at most; `None` if that is not known.
    pub lag: Option<Duration>,
    /// Number of reads that it has served.
    pub reads: u64,
    /// Why it serves no reads, in words that follow "replica N: "; `None` if it does.
    pub fault: Option<&'static str>,
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAX_LAG: Duration = Duration::from_mins(1);

    fn sample(position: Position) -> Sample {
        Sample { at: Instant::now(), position, is_replica: true, system: 7 }
    }

    fn primary(positions: &[Position]) -> Primary {
        let mut primary = Primary::default();
        for position in positions {
            primary.note(&Sample { is_replica: false, ..sample(*position) }, MAX_LAG);
        }
        primary
    }

    #[test]
    fn a_replica_has_the_changes_of_the_latest_position_that_it_has_passed() {
        let primary = primary(&[10, 20, 30]);
        let times: Vec<_> = primary.marks.iter().map(|(at, _)| *at).collect();
        for (position, expected) in [(30, Ok(times[2])), (29, Ok(times[1])), (9, Err(Fault::Behind))] {
            let standing = Standing::new(Some(&sample(position)), &primary);
            assert_eq!(standing.has_changes_until, expected, "{position}");
            assert_eq!(standing.is_fit(MAX_LAG), expected.is_ok());
        }
    }

    #[test]
    fn an_idle_primary_makes_no_replica_look_old() {
        let primary = primary(&[10, 10, 10]);
        let standing = Standing::new(Some(&sample(10)), &primary);
        assert_eq!(standing.has_changes_until, Ok(primary.marks[2].0));
    }

    #[test]
    fn only_a_replica_of_this_very_server_is_fit() {
        let primary = primary(&[10]);
        for (sample, fault) in [
            (None, Fault::Away),
            (Some(Sample { is_replica: false, ..sample(10) }), Fault::IsPrimary),
            (Some(Sample { system: 8, ..sample(10) }), Fault::OtherSystem),
            (Some(Sample { system: 8, is_replica: false, ..sample(10) }), Fault::OtherSystem),
        ] {
            let standing = Standing::new(sample.as_ref(), &primary);
            assert_eq!(standing.has_changes_until, Err(fault));
            assert!(!standing.is_fit(MAX_LAG));
        }
    }

    #[test]
    fn a_replica_of_which_nothing_is_heard_is_fit_for_a_time_only() {
        let standing = Standing::new(Some(&sample(10)), &primary(&[10]));
        assert!(standing.is_fit(MAX_LAG) && !standing.is_fit(Duration::ZERO));
    }
}
