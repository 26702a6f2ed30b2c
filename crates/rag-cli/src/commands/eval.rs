//! `rag eval`: evaluates retrieval or answers on a test collection, and prints a table or JSON.

use std::{fmt, fs, path::Path, process::ExitCode};

use indicatif::ProgressBar;
use rag_engine::{
    evaluate::{Evaluation, LegReport, Legs, Progress, Report, evaluate, is_memory_set},
    retrieve::GroupBy,
};

use super::{eval_answers, eval_memory};
use crate::{
    args::{Eval, GroupName},
    config::Config,
    failure::{Exit, Failure, Outcome},
    output, progress,
    runtime::Context,
};

/// Loads the folder, runs its queries, prints the report.
pub(crate) fn run(config: Config, args: &Eval) -> Outcome<ExitCode> {
    let before = args.compare.as_deref().map(earlier).transpose()?;
    let context = Context::open(config)?;
    context.warn_of_other_index();
    let bar = progress_bar();
    if is_memory_set(&args.dir) {
        return eval_memory::run(&context, args, &bar);
    }
    if args.answers {
        return eval_answers::run(&context, args, &bar);
    }
    let evaluation = Evaluation {
        dir: &args.dir,
        workers: context.config.sections.ingest.workers,
        keep_as: args.keep_as.as_deref(),
        sweep: args.sweep.as_deref(),
        group_by: match args.group_by {
            GroupName::Passage => GroupBy::Passage,
            GroupName::Document => GroupBy::Document { passages: 1 },
        },
    };
    let report = evaluate(&context.engine, evaluation, &mut |at| show(&bar, at));
    bar.finish_and_clear();
    let report = report?;
    if args.json {
        output::json(&report);
    } else {
        output::line(table(&report));
    }
    let Some(before) = before else { return Ok(ExitCode::SUCCESS) };
    let changes = changes(&before.legs, &report.legs);
    if !args.json {
        output::line("\nagainst the earlier run:");
        for change in &changes {
            output::line(change.to_string());
        }
    }
    let lost: Vec<String> =
        changes.iter().filter(|change| change.by < -args.tolerance).map(Change::to_string).collect();
    if lost.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    Err(Failure::new(Exit::Failed, format!("quality was lost: {}", lost.join("; ")))
        .hint("mend the ranking; when the loss is meant, keep this run's JSON as the new measure"))
}

fn progress_bar() -> ProgressBar {
    progress::styled(|| ProgressBar::new(0), "{msg} {wide_bar} {pos}/{len} [{elapsed}]")
}

/// Reads the report of an earlier run.
fn earlier(file: &Path) -> Outcome<Report> {
    let bad = |error: &dyn std::fmt::Display| {
        Failure::new(Exit::Usage, format!("{} is no earlier run: {error}", file.display()))
            .hint("make one with `rag eval DIR --json > FILE`")
    };
    let text = fs::read_to_string(file).map_err(|error| bad(&error))?;
    serde_json::from_str(&text).map_err(|error| bad(&error))
}

/// The change of a measure.
struct Change {
    leg: &'static str,
    figure: &'static str,
    from: f64,
    by: f64,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { leg, figure, from, by } = self;
        write!(f, "{leg:<8} {figure:<11} {from:.4} -> {:.4} ({by:+.4})", from + by)
    }
}

fn changes(before: &Legs, after: &Legs) -> Vec<Change> {
    let legs = [
        ("lexical", &before.lexical, &after.lexical),
        ("dense", &before.dense, &after.dense),
        ("fused", &before.fused, &after.fused),
    ];
    let change = |leg, figure, from: f64, to: f64| Change { leg, figure, from, by: to - from };
    legs.into_iter()
        .flat_map(|(leg, before, after)| {
            [
                change(leg, "nDCG@10", before.ndcg_at_10, after.ndcg_at_10),
                change(leg, "recall@100", before.recall_at_100, after.recall_at_100),
            ]
        })
        .collect()
}

pub(super) fn show(bar: &ProgressBar, at: Progress) {
    let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    let (message, done, all) = match at {
        Progress::Uploading(sent) => ("uploading", count(sent), count(sent)),
        Progress::Ingesting(open) => {
            let all = bar.length().unwrap_or(0);
            ("embedding", all.saturating_sub(u64::try_from(open).unwrap_or(0)), all)
        }
        Progress::Searching(done, all) => ("searching", count(done), count(all)),
    };
    bar.set_message(message);
    bar.set_length(all);
    bar.set_position(done);
}

fn table(report: &Report) -> String {
    let row = |name: &str, leg: &LegReport| {
        format!(
            "{name:<17} {:>8.4} {:>10.4} {:>11.4} {:>8.4} {:>8.1} {:>8.1}\n",
            leg.ndcg_at_10, leg.recall_at_10, leg.recall_at_100, leg.mrr_at_10, leg.p50_ms, leg.p95_ms
        )
    };
    let legs = &report.legs;
    format!(
        "{:<17} {:>8} {:>10} {:>11} {:>8} {:>8} {:>8}\n{}{}{}{}\n{} documents, {} chunks, {} queries, {}; ready after {:.0} s",
        "leg",
        "nDCG@10",
        "recall@10",
        "recall@100",
        "MRR@10",
        "p50 ms",
        "p95 ms",
        row("lexical", &legs.lexical),
        row("dense", &legs.dense),
        row("fused", &legs.fused),
        report.sweep.iter().map(|(name, leg)| row(name, leg)).collect::<String>(),
        report.documents,
        report.chunks,
        report.queries,
        report.model,
        report.ingest_s,
    )
}
