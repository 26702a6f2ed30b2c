//! `rag activity`: what was searched and asked, in all organisations of the server.

use std::process::ExitCode;

use rag_engine::ActivityReport;
use rag_repo::{
    Actor,
    activity::{Activity, AskedQuestion},
};
use serde_json::{Value, json};

use crate::{args::UsageArgs, config::Config, failure::Outcome, output, runtime::Context};

/// Questions that are shown of each list.
const SHOWN_QUESTIONS: usize = 10;

/// Shows the report.
pub(crate) fn run(config: Config, args: &UsageArgs) -> Outcome<ExitCode> {
    let context = Context::open(config)?;
    let report = context.engine.report_activity(Actor::System, (args.from, args.to), None)?;
    if args.json {
        output::json(&to_json(&report));
    } else {
        show(&report);
    }
    Ok(ExitCode::SUCCESS)
}

fn to_json(report: &ActivityReport) -> Value {
    let counts = |counts: &Activity| {
        json!({
            "searches": counts.searches, "empty_searches": counts.empty_searches,
            "search_p50_ms": counts.search_p50_ms, "search_p95_ms": counts.search_p95_ms,
            "answers": counts.answers, "answered": counts.answered, "not_found": counts.not_found,
            "unsupported": counts.unsupported, "broken_off": counts.broken_off,
            "answer_p50_ms": counts.answer_p50_ms, "answer_p95_ms": counts.answer_p95_ms,
            "users": counts.users, "published": counts.published, "refused": counts.refused, "deleted": counts.deleted,
        })
    };
    let question = |asked: &AskedQuestion| {
        json!({
            "question": asked.question, "asked": asked.asked, "unanswered": asked.unanswered,
            "last_asked_at": asked.last_asked_at,
        })
    };
    let days = report.days.iter().map(|day| json!({"day": day.day, "total": counts(day)}));
    json!({
        "from": report.from, "to": report.to, "total": counts(&report.total), "days": days.collect::<Vec<_>>(),
        "questions": report.questions.iter().map(question).collect::<Vec<_>>(),
        "unanswered": report.unanswered.iter().map(question).collect::<Vec<_>>(),
        "stores_questions": report.stores_questions,
    })
}

fn show(report: &ActivityReport) {
    output::line(format!("Activity from {} to {} (UTC)\n", report.from, report.to));
    if report.days.is_empty() {
        return output::line("Nothing was searched, asked or stored.");
    }
    output::line(format!(
        "{:<10} {:>8} {:>7} {:>9} {:>8} {:>9} {:>11} {:>9} {:>6}  {:>9} {:>7}",
        "",
        "searches",
        "empty",
        "p95 (ms)",
        "answers",
        "not found",
        "unsupported",
        "p95 (ms)",
        "users",
        "published",
        "refused"
    ));
    for day in &report.days {
        row(&day.day.map(|day| day.to_string()).unwrap_or_default(), day);
    }
    row("total", &report.total);
    list("Asked most often", &report.questions);
    list("Most often without an answer", &report.unanswered);
    if !report.stores_questions {
        output::line(
            "\nThe text of questions is not stored. `analytics.store_queries = true` lists here what is asked and what has no answer.",
        );
    }
}

fn row(name: &str, counts: &Activity) {
    let ms = |ms: Option<f64>| ms.map_or_else(|| "-".to_owned(), |ms| format!("{ms:.1}"));
    output::line(format!(
        "{name:<10} {:>8} {:>7} {:>9} {:>8} {:>9} {:>11} {:>9} {:>6}  {:>9} {:>7}",
        counts.searches,
        counts.empty_searches,
        ms(counts.search_p95_ms),
        counts.answers,
        counts.not_found,
        counts.unsupported,
        ms(counts.answer_p95_ms),
        counts.users,
        counts.published,
        counts.refused,
    ));
}

fn list(title: &str, questions: &[AskedQuestion]) {
    if questions.is_empty() {
        return;
    }
    output::line(format!("\n{title}\n{:>6} {:>10}", "asked", "unanswered"));
    for asked in questions.iter().take(SHOWN_QUESTIONS) {
        output::line(format!(
            "{:>6} {:>10}  {}",
            asked.asked,
            asked.unanswered,
            output::short(&asked.question, 90)
        ));
    }
}
