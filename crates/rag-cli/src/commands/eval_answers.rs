//! `rag eval --answers`: asks the questions of a folder and prints the judgement of the answers as a table or JSON.

use std::process::ExitCode;

use indicatif::ProgressBar;
use rag_engine::evaluate::{AnswerEvaluation, AnswerReport, GroupReport, evaluate_answers};

use super::{ask::turn, eval::show};
use crate::{args::Eval, failure::Outcome, output, runtime::Context};

/// Loads the folder, asks its questions, prints the report.
pub(super) fn run(context: &Context, args: &Eval, bar: &ProgressBar) -> Outcome<ExitCode> {
    let evaluation = AnswerEvaluation {
        dir: &args.dir,
        workers: context.config.sections.ingest.workers,
        keep_as: args.keep_as.as_deref(),
    };
    let engine = &context.engine;
    let report = evaluate_answers(
        engine,
        evaluation,
        &mut |question| turn(engine, question, false, |_| ()),
        &mut |at| {
            show(bar, at);
        },
    );
    bar.finish_and_clear();
    let report = report?;
    if args.json {
        output::json(&report);
    } else {
        output::line(table(&report));
    }
    Ok(ExitCode::SUCCESS)
}

fn table(report: &AnswerReport) -> String {
    let row = |name: &str, group: &GroupReport| {
        format!(
            "{name:<14} {:>9} {:>8.3} {:>9.3} {:>10.3} {:>10.3} {:>9.2}\n",
            group.questions,
            group.answered,
            group.gold_string,
            group.gold_in_first_sentence,
            group.gold_cited,
            group.sentences
        )
    };
    let refused =
        report.right_refusals.map_or_else(String::new, |share| format!(", unanswerable refused {share:.3}"));
    format!(
        "{:<14} {:>9} {:>8} {:>9} {:>10} {:>10} {:>9}\n{}\n\
         answerable refused {:.3}{refused}; quotes verbatim {:.3}; ask p50 {:.1} ms, search p50 {:.1} ms, ratio {:.2}\n\
         {} documents, {} chunks, {}, answers by {}",
        "group",
        "questions",
        "answered",
        "gold",
        "gold first",
        "gold cited",
        "sentences",
        report.groups.iter().map(|(name, group)| row(name, group)).collect::<String>(),
        report.wrong_refusals,
        report.verbatim_quotes,
        report.ask_p50_ms,
        report.search_p50_ms,
        report.ask_to_search,
        report.documents,
        report.chunks,
        report.model,
        report.answered_by,
    )
}
