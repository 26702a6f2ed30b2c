//! `rag eval`: judges retrieval on a test collection, as a table or as JSON.

use std::process::ExitCode;

use indicatif::{ProgressBar, ProgressStyle};
use rag_engine::evaluate::{LegReport, Progress, Report, evaluate};

use crate::{args::Eval, config::Config, failure::Outcome, output, runtime::Context};

/// Loads the folder, runs its queries, prints what came of it.
pub(crate) fn run(config: Config, args: &Eval) -> Outcome<ExitCode> {
    let context = Context::open(config)?;
    let bar = if output::is_watched() { ProgressBar::new(0) } else { ProgressBar::hidden() };
    if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} [{elapsed}]") {
        bar.set_style(style);
    }
    let workers = context.config.sections.ingest.workers;
    let report =
        evaluate(&context.engine, &args.dir, workers, args.keep_as.as_deref(), &mut |at| show(&bar, at));
    bar.finish_and_clear();
    let report = report?;
    if args.json {
        output::json(&report);
    } else {
        output::line(table(&report));
    }
    Ok(ExitCode::SUCCESS)
}

fn show(bar: &ProgressBar, at: Progress) {
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
            "{name:<8} {:>8.4} {:>10.4} {:>11.4} {:>8.4} {:>8.1} {:>8.1}\n",
            leg.ndcg_at_10, leg.recall_at_10, leg.recall_at_100, leg.mrr_at_10, leg.p50_ms, leg.p95_ms
        )
    };
    let legs = &report.legs;
    format!(
        "{:<8} {:>8} {:>10} {:>11} {:>8} {:>8} {:>8}\n{}{}{}\n{} documents, {} chunks, {} queries, {}; ready after {:.0} s",
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
        report.documents,
        report.chunks,
        report.queries,
        report.model,
        report.ingest_s,
    )
}
