//! The lines of the report: a check's grade, finding and cure; how they are printed.

use rag_repo::checkup::Repair;
use serde::Serialize;
use serde_json::json;

use crate::{
    args::Doctor,
    failure::{Exit, Failure},
    output,
};

/// The result of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum Grade {
    Ok,
    Warn,
    Fail,
}

/// A line of the report.
#[derive(Debug, Serialize)]
pub(super) struct Check {
    pub(super) name: &'static str,
    pub(super) grade: Grade,
    pub(super) finding: String,
    pub(super) cure: Option<String>,
    /// The repair, as an infinitive: the one that `--repair` would do, or has done if the grade is OK.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) repair: Option<&'static str>,
    /// Exit code if the check failed.
    #[serde(skip)]
    pub(super) exit: Exit,
    /// The heading under which it is named among others, if it is OK and says nothing but that.
    #[serde(skip)]
    pub(super) heading: Option<&'static str>,
}

impl Check {
    pub(super) fn ok(name: &'static str, finding: impl Into<String>) -> Self {
        Self {
            name,
            grade: Grade::Ok,
            finding: finding.into(),
            cure: None,
            repair: None,
            exit: Exit::Failed,
            heading: None,
        }
    }

    pub(super) fn bad(
        name: &'static str,
        grade: Grade,
        finding: impl Into<String>,
        cure: impl Into<String>,
    ) -> Self {
        Self { grade, cure: Some(cure.into()), ..Self::ok(name, finding) }
    }

    pub(super) fn warn(name: &'static str, finding: impl Into<String>, cure: impl Into<String>) -> Self {
        Self::bad(name, Grade::Warn, finding, cure)
    }

    pub(super) fn failed(name: &'static str, failure: Failure) -> Self {
        let Failure { exit, message, hint } = failure;
        Self { grade: Grade::Fail, cure: hint, exit, ..Self::ok(name, message) }
    }

    /// Names the check among others under the heading if it is OK.
    pub(super) fn under(self, heading: &'static str) -> Self {
        Self { heading: Some(heading).filter(|_| self.grade == Grade::Ok), ..self }
    }

    /// Adds a repair to a check that is not OK.
    pub(super) fn with_repair(self, repair: Option<Repair>) -> Self {
        Self { repair: repair.map(|repair| repair.does), ..self }
    }
}

/// Prints the checks: those that are OK and say nothing else on one line for each heading.
pub(super) fn print(checks: &[Check], args: Doctor) {
    let count = |grade: Grade| checks.iter().filter(|check| check.grade == grade).count();
    let (failed, warned) = (count(Grade::Fail), count(Grade::Warn));
    if args.json {
        output::json(&json!({"ok": failed == 0, "checks": checks}));
        return;
    }
    let mut shown: Vec<&str> = Vec::new();
    for check in checks {
        match check.heading {
            None => show(check, args),
            Some(heading) if shown.contains(&heading) => {}
            Some(heading) => {
                shown.push(heading);
                let names: Vec<&str> = checks
                    .iter()
                    .filter(|check| check.heading == Some(heading))
                    .map(|check| check.name)
                    .collect();
                output::line(format!("OK    {heading:<18} {}", wrapped(&names)));
            }
        }
    }
    output::line(format!("\n{}", summary(checks.len(), failed, warned)));
}

fn summary(all: usize, failed: usize, warned: usize) -> String {
    let all = output::count(all, "check");
    match (failed, warned) {
        (0, 0) => format!("{all}: no problem was found."),
        (0, _) => format!("{all}: no problem was found, with {}.", output::count(warned, "warning")),
        _ => format!("{all}: {failed} failed, with {}.", output::count(warned, "warning")),
    }
}

fn show(check: &Check, args: Doctor) {
    let grade = match check.grade {
        Grade::Ok => "OK  ",
        Grade::Warn => "WARN",
        Grade::Fail => "FAIL",
    };
    output::line(format!("{grade}  {:<18} {}", check.name, check.finding));
    let cures = check.cure.iter().cloned().chain(offer(check, args));
    for cure in cures {
        output::line(format!("      {:<18} -> {cure}", ""));
    }
}

/// Returns the line about the repair of a check that is not OK.
fn offer(check: &Check, args: Doctor) -> Option<String> {
    let does = check.repair.filter(|_| check.grade != Grade::Ok)?;
    match args {
        Doctor { repair: true, dry_run: true, .. } => Some(format!("--repair would {does}")),
        Doctor { repair: true, .. } => None,
        Doctor { .. } => Some(format!("`rag doctor --repair`: {does}")),
    }
}

/// Joins names with commas, on lines that fit a terminal.
fn wrapped(names: &[&str]) -> String {
    const MAX_CHARS: usize = 90;
    let mut lines = vec![String::new()];
    for (place, name) in names.iter().enumerate() {
        let comma = if place + 1 < names.len() { "," } else { "" };
        if let Some(line) = lines.last_mut().filter(|line| line.len() + name.len() < MAX_CHARS) {
            let space = if line.is_empty() { "" } else { " " };
            line.extend([space, name, comma]);
        } else {
            lines.push(format!("{name}{comma}"));
        }
    }
    lines.join(&format!("\n{:25}", ""))
}
