//! Times, their medians, and the table that shows them.

use std::{
    fmt,
    time::{Duration, Instant},
};

use serde::Serialize;

/// A figure and its reference, both from this run.
#[derive(Debug, Serialize)]
pub(crate) struct Figure {
    /// The name of the measurement.
    pub(crate) name: &'static str,
    /// Unit of both values.
    pub(crate) unit: &'static str,
    /// The measured value.
    pub(crate) ours: f64,
    /// The name of the reference.
    pub(crate) reference_name: &'static str,
    /// The reference's value.
    pub(crate) reference: f64,
    /// The measured value divided by the reference.
    pub(crate) ratio: f64,
}

impl Figure {
    pub(crate) fn new(
        name: &'static str,
        unit: &'static str,
        ours: f64,
        reference_name: &'static str,
        reference: f64,
    ) -> Self {
        Self { name, unit, ours, reference_name, reference, ratio: ours / reference }
    }
}

/// Runs `work` and returns its result and time.
pub(crate) fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let begun = Instant::now();
    let value = work();
    (value, begun.elapsed())
}

/// Milliseconds of a duration.
pub(crate) fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

/// The median of the values; 0 if there are none.
pub(crate) fn median(values: &mut [f64]) -> f64 {
    percentile(values, 50)
}

/// The percentile (0 to 99) of the values; 0 if there are none. Sorts them.
pub(crate) fn percentile(values: &mut [f64], percent: usize) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() * percent / 100).copied().unwrap_or(0.0)
}

/// Converts a count to a floating-point number; exact below four thousand million.
pub(crate) fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Seconds of a duration, to the tenth.
pub(crate) fn seconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 10.0).round() / 10.0
}

/// Peak memory of a process of this machine, in MB; `None` if it is not known.
pub(crate) fn peak_rss_mb(process: &str) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u32 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(f64::from(kilobytes) / 1_024.0)
}

/// Reports the progress of a long step to standard error, apart from the result.
#[expect(clippy::print_stderr, reason = "progress of a program that runs for minutes")]
pub(crate) fn progress(text: &str) {
    eprintln!("rag-bench: {text}");
}

/// A figure is a table of one row.
impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&table(std::slice::from_ref(self)))
    }
}

/// The table for people.
pub(crate) fn table(figures: &[Figure]) -> String {
    let head =
        format!("{:<34} {:>12} {:>12} {:>7}  {}\n", "figure", "ours", "reference", "ratio", "reference is");
    let row = |figure: &Figure| {
        let name = format!("{} ({})", figure.name, figure.unit);
        format!(
            "{name:<34} {:>12.2} {:>12.2} {:>7.2}  {}\n",
            figure.ours, figure.reference, figure.ratio, figure.reference_name
        )
    };
    head + &figures.iter().map(row).collect::<String>()
}
