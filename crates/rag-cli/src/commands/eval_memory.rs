//! `rag eval` on a folder of conversations: recalls its questions and prints the judgement as a table or JSON.

use std::process::ExitCode;

use indicatif::ProgressBar;
use rag_engine::evaluate::{MemoryReport, RecallMeasures, evaluate_memory};

use super::eval::show;
use crate::{
    args::Eval,
    failure::{Exit, Failure, Outcome},
    output,
    runtime::Context,
};

/// Loads the folder, recalls its questions, prints the report.
pub(super) fn run(context: &Context, args: &Eval, bar: &ProgressBar) -> Outcome<ExitCode> {
    if args.answers || args.keep_as.is_some() || args.sweep.is_some() || args.compare.is_some() {
        let problem =
            "--answers, --keep-as, --sweep and --compare judge documents, and this folder has conversations";
        return Err(Failure::new(Exit::Usage, problem).hint("leave them out"));
    }
    let workers = context.config.sections.ingest.workers;
    let report = evaluate_memory(&context.engine, &args.dir, workers, &mut |at| show(bar, at));
    bar.finish_and_clear();
    let report = report?;
    if args.json {
        output::json(&report);
    } else {
        output::line(table(&report));
    }
    Ok(ExitCode::SUCCESS)
}

fn table(report: &MemoryReport) -> String {
    let mut lines = vec![
        format!("{:<16} {:^34} {:^34}", "", "turns", "sessions"),
        format!("{:<16} {HEADS} {HEADS} {:>8}", "", "p50 ms"),
    ];
    for way in &report.ways {
        let (turns, sessions) = (measures(&way.turns), measures(&way.sessions));
        lines.push(format!("{:<16} {turns} {sessions} {:>8.1}", way.name, way.p50_ms));
    }
    if let Some(last) = report.ways.last().filter(|way| way.categories.len() > 1) {
        lines.push(format!("\nturns of `{}` by category:", last.name));
        for (name, of_category) in &last.categories {
            lines.push(format!(
                "{name:<16} {} {:>8} questions",
                measures(of_category),
                of_category.questions()
            ));
        }
    }
    lines.push(format!(
        "\n{} questions, {} rounds, indexed in {:.1} s, {}",
        report.questions, report.rounds, report.index_s, report.model
    ));
    lines.join("\n")
}

const HEADS: &str = "  at 1  any@5 any@10  all@5 all@10";

fn measures(of: &RecallMeasures) -> String {
    format!(
        "{:>6.3} {:>6.3} {:>6.3} {:>6.3} {:>6.3}",
        of.recall_at_1(),
        of.recall_any_at_5(),
        of.recall_any_at_10(),
        of.recall_all_at_5(),
        of.recall_all_at_10()
    )
}
