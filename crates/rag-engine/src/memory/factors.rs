//! The bounded factors of a recall apart from relevance, each around 1 and each shown in the result.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::dates::TimeSpan;

/// The weight of each signal; 0 switches it off. A factor is 1 + weight * (signal - .5).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weights {
    /// Weight of importance, 0 to 1.
    pub importance: f64,
    /// Weight of recency, 0 to 1: how recently the memory became valid.
    pub recency: f64,
    /// Weight of use, 0 to 1: how often recalls returned the memory.
    pub uses: f64,
    /// Weight of the proximity to the time that the question names, 0 to 1.
    pub time: f64,
    /// Weight of the outcomes of a tool, 0 to 1: how often its uses succeed.
    pub outcomes: f64,
}

impl Default for Weights {
    fn default() -> Self {
        Self { importance: 0.3, recency: 0.2, uses: 0.1, time: 0.8, outcomes: 0.2 }
    }
}

/// Maximum of a weight: a greater one would let a signal reverse the order of relevance.
const MAX_WEIGHT: f64 = 1.0;
/// Number of days after which the recency is halved.
const HALF_LIFE_DAYS: f64 = 30.0;
/// Minimum and maximum number of days from the named time after which about a third of the proximity is left. Between them it is the
/// length of that time: a day away matters for "on 4 May", not for "in May".
const NEAR_DAYS: (f64, f64) = (1.0, 31.0);
const SECONDS_A_DAY: f64 = 86_400.0;

impl Weights {
    /// Checks that the weights are in range.
    pub fn check(&self) -> Result<(), &'static str> {
        let all = [self.importance, self.recency, self.uses, self.time, self.outcomes];
        if all.iter().all(|weight| (0.0..=MAX_WEIGHT).contains(weight)) {
            Ok(())
        } else {
            Err("the weights of a recall must be 0 to 1")
        }
    }
}

/// The properties of a passage that the factors use.
#[derive(Debug, Clone, Copy)]
pub(super) struct Signals {
    /// Importance, from 0 to 1.
    pub(super) importance: f64,
    /// Start of validity.
    pub(super) since: DateTime<Utc>,
    /// Number of recalls that returned the passage.
    pub(super) use_count: i32,
}

/// The factors of one result.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Factors {
    /// Factor of importance.
    pub importance: f64,
    /// Factor of recency.
    pub recency: f64,
    /// Factor of use.
    pub uses: f64,
    /// Factor of the proximity to the time that the question names; 1 if it names none.
    pub time: f64,
    /// Factor of the outcomes of a tool; 1 for other passages.
    pub outcomes: f64,
}

impl Factors {
    /// The factors of a passage without signals.
    pub(super) const NEUTRAL: Self =
        Self { importance: 1.0, recency: 1.0, uses: 1.0, time: 1.0, outcomes: 1.0 };

    pub(super) fn new(
        weights: &Weights,
        signals: &Signals,
        now: DateTime<Utc>,
        asked: Option<TimeSpan>,
    ) -> Self {
        let age = days(signals.since, now).max(0.0);
        let uses = f64::from(signals.use_count.max(0));
        Self {
            importance: factor(weights.importance, signals.importance),
            recency: factor(weights.recency, 0.5_f64.powf(age / HALF_LIFE_DAYS)),
            uses: factor(weights.uses, 0.5 + 0.5 * uses / (uses + 5.0)),
            time: asked.map_or(1.0, |asked| factor(weights.time, nearness(signals.since, asked))),
            ..Self::NEUTRAL
        }
    }

    /// Returns the factors of a tool whose uses succeed with this probability, 0 to 1.
    pub(super) fn of_tool(weights: &Weights, success_rate: f64) -> Self {
        Self { outcomes: factor(weights.outcomes, success_rate), ..Self::NEUTRAL }
    }

    /// Returns the product of all factors.
    pub(super) fn product(self) -> f64 {
        self.importance * self.recency * self.uses * self.time * self.outcomes
    }
}

/// Returns the factor of a signal, 0 to 1; .5 changes nothing.
fn factor(weight: f64, signal: f64) -> f64 {
    1.0 + weight * (signal.clamp(0.0, 1.0) - 0.5)
}

/// Returns 1 within the span, and less with the distance from it.
fn nearness(time: DateTime<Utc>, asked: TimeSpan) -> f64 {
    let distance = days(time, asked.from).max(days(asked.until, time)).max(0.0);
    let (min, max) = NEAR_DAYS;
    (-distance / days(asked.from, asked.until).clamp(min, max)).exp()
}

fn days(from: DateTime<Utc>, until: DateTime<Utc>) -> f64 {
    until.signed_duration_since(from).as_seconds_f64() / SECONDS_A_DAY
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn factors(since: &str, asked: Option<TimeSpan>) -> Factors {
        let signals = Signals { importance: 0.5, since: time(since), use_count: 0 };
        Factors::new(&Weights::default(), &signals, time("2024-03-13T00:00:00Z"), asked)
    }

    #[test]
    fn a_signal_moves_a_score_by_half_of_its_weight_at_most() {
        for importance in [-1.0, 0.0, 0.5, 1.0, 7.0] {
            let signals = Signals { importance, since: time("1970-01-01T00:00:00Z"), use_count: i32::MAX };
            let found = Factors::new(&Weights::default(), &signals, time("2024-03-13T00:00:00Z"), None);
            assert!((found.importance - 1.0).abs() <= 0.15 + 1e-12, "{found:?}");
            assert!((0.3..=1.5).contains(&found.product()), "{found:?}");
        }
    }

    #[test]
    fn outcomes_move_the_score_of_a_tool_by_a_tenth_at_most() {
        let [failing, unused, working] =
            [0.0, 0.5, 1.0].map(|rate| Factors::of_tool(&Weights::default(), rate).product());
        assert_eq!((failing, unused, working), (0.9, 1.0, 1.1));
    }

    #[test]
    fn the_named_time_raises_what_lies_in_it() {
        let asked =
            Some(TimeSpan { from: time("2023-05-01T00:00:00Z"), until: time("2023-06-01T00:00:00Z") });
        let [within, near, far] = ["2023-05-17T00:00:00Z", "2023-06-04T00:00:00Z", "2024-03-01T00:00:00Z"]
            .map(|since| factors(since, asked).time);
        assert!((within - 1.4).abs() < 1e-12 && near < within && far < near, "{within} {near} {far}");
        assert!((factors("2023-05-17T00:00:00Z", None).time - 1.0).abs() < 1e-12);
    }

    #[test]
    fn newer_counts_more_and_half_is_left_after_the_half_life() {
        let [new, old] =
            ["2024-03-13T00:00:00Z", "2024-02-12T00:00:00Z"].map(|since| factors(since, None).recency);
        assert!((new - 1.1).abs() < 1e-9 && (old - 1.0).abs() < 1e-9, "{new} {old}");
    }
}
