//! Divides the text of a log into its entries, by the time stamps and levels at which they begin; reads no times.

use super::{BlockPart, PartKind};

/// Minimum number of entries of a log.
const MIN_ENTRIES: usize = 2;
/// Words for the severity of an entry.
const LEVELS: [&str; 12] = [
    "TRACE", "DEBUG", "INFO", "NOTICE", "WARN", "WARNING", "ERROR", "FATAL", "CRITICAL", "ALERT", "EMERG",
    "PANIC",
];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// The entries of a text of which at least half of the lines begin one, each with the lines that follow it, such as those of a stack
/// trace; `None` for other texts.
pub(super) fn log_entries(text: &str) -> Option<Vec<BlockPart>> {
    let filled = || text.lines().filter(|line| !line.trim().is_empty());
    let count = filled().filter(|line| begins_entry(line)).count();
    let is_log = count >= MIN_ENTRIES && count * 2 >= filled().count();
    if !is_log || !filled().next().is_some_and(begins_entry) {
        return None;
    }
    let mut entries: Vec<BlockPart> = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at + (line.len() - line.trim_start().len());
        let end = at + line.trim_end().len();
        at += line.len();
        match entries.last_mut() {
            _ if start >= end => {}
            Some(entry) if !begins_entry(line) => entry.bytes.end = end,
            _ => entries.push(BlockPart { bytes: start..end, kind: PartKind::Row, lead: None }),
        }
    }
    Some(entries)
}

/// Whether a line begins with a time stamp or a level, between brackets or not.
fn begins_entry(line: &str) -> bool {
    let line = line.trim_start().trim_start_matches(['[', '<', '(']);
    is_date(line) || is_clock(line) || is_syslog(line) || is_kernel_time(line) || is_level(line)
}

/// Whether the text begins with this pattern, in which `9` stands for a digit and every other character for itself.
fn fits(text: &str, pattern: &str) -> bool {
    let mut chars = text.chars();
    pattern.chars().all(|wanted| match chars.next() {
        Some(c) if wanted == '9' => c.is_ascii_digit(),
        other => other == Some(wanted),
    })
}

fn is_date(line: &str) -> bool {
    ["9999-99-99T99:99", "9999-99-99 99:99", "9999/99/99 99:99", "99/99/9999 99:99", "99.99.9999 99:99"]
        .iter()
        .any(|pattern| fits(line, pattern))
}

fn is_clock(line: &str) -> bool {
    fits(line, "99:99:99")
}

/// Whether the line begins as those of syslog: `Nov 30 02:41:25`.
fn is_syslog(line: &str) -> bool {
    let month = line.get(..3).unwrap_or_default();
    let rest = line.get(3..).unwrap_or_default();
    MONTHS.contains(&month) && (fits(rest, " 99 99:99:99") || fits(rest, "  9 99:99:99"))
}

/// Whether the line begins as those of the kernel: `[12345.678901]`, without the bracket.
fn is_kernel_time(line: &str) -> bool {
    let line = line.trim_start();
    let Some((time, _)) = line.split_once(']') else { return false };
    time.split_once('.').is_some_and(|(seconds, fraction)| {
        !seconds.is_empty()
            && fraction.len() >= 3
            && [seconds, fraction].iter().all(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
    })
}

/// Whether the line begins with a level in capitals: `ERROR ..`, `WARN: ..`, `[INFO] ..`.
fn is_level(line: &str) -> bool {
    let end = line.find(|c: char| !c.is_ascii_uppercase()).unwrap_or(line.len());
    let (word, rest) = line.split_at(end);
    LEVELS.contains(&word) && rest.starts_with([' ', ':', ']', '\t', '|', '['])
}
