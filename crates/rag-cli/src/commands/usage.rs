//! `rag usage`: tokens and costs of chat models, of all organisations of the server.

use std::process::ExitCode;

use rag_engine::UsageReport;
use rag_repo::{Actor, model_usage::UsageTotals};
use serde_json::{Value, json};

use crate::{args::UsageArgs, config::Config, failure::Outcome, output, runtime::Context};

/// Shows the ledger.
pub(crate) fn run(config: Config, args: &UsageArgs) -> Outcome<ExitCode> {
    let context = Context::open(config)?;
    let report = context.engine.report_usage(Actor::System, (args.from, args.to), None)?;
    if args.json {
        output::json(&to_json(&report));
    } else {
        show(&report);
    }
    Ok(ExitCode::SUCCESS)
}

fn to_json(report: &UsageReport) -> Value {
    let totals = |totals: &UsageTotals| {
        json!({
            "requests": totals.request_count, "prompt_tokens": totals.prompt_tokens,
            "completion_tokens": totals.completion_tokens, "estimated_tokens": totals.estimated_tokens,
            "cost_micros": totals.cost_micros,
        })
    };
    let days = report.days.iter().map(|(day, sum)| json!({"day": day, "total": totals(sum)}));
    let models = report.models.iter().map(|(model, sum)| json!({"model": model, "total": totals(sum)}));
    let purposes =
        report.purposes.iter().map(|(purpose, sum)| json!({"purpose": purpose, "total": totals(sum)}));
    let users = report
        .users
        .iter()
        .map(|(id, email, sum)| json!({"user_id": id, "email": email, "total": totals(sum)}));
    json!({
        "from": report.from, "to": report.to, "total": totals(&report.total), "days": days.collect::<Vec<_>>(),
        "models": models.collect::<Vec<_>>(), "purposes": purposes.collect::<Vec<_>>(), "users": users.collect::<Vec<_>>(),
    })
}

fn show(report: &UsageReport) {
    output::line(format!("Chat models from {} to {} (UTC)\n", report.from, report.to));
    if report.total.request_count == 0 {
        return output::line("No chat model was asked.");
    }
    output::line(format!(
        "{:<32} {:>9} {:>13} {:>13} {:>13}  {:>12}",
        "", "requests", "tokens read", "written", "estimated", "cost"
    ));
    for (day, totals) in &report.days {
        row(&day.to_string(), totals);
    }
    output::line("");
    for (model, totals) in &report.models {
        row(model, totals);
    }
    output::line("");
    for (purpose, totals) in &report.purposes {
        row(purpose, totals);
    }
    output::line("");
    for (_, email, totals) in &report.users {
        row(email, totals);
    }
    output::line("");
    row("total", &report.total);
}

fn row(name: &str, totals: &UsageTotals) {
    let UsageTotals { request_count, prompt_tokens, completion_tokens, estimated_tokens, cost_micros } =
        totals;
    output::line(format!(
        "{:<32} {request_count:>9} {prompt_tokens:>13} {completion_tokens:>13} {estimated_tokens:>13}  {:>12}",
        output::short(name, 32),
        cost(*cost_micros)
    ));
}

/// Millionths as a decimal number.
fn cost(micros: i64) -> String {
    format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn costs_are_decimal_numbers() {
        assert_eq!(
            [0, 7, 1_250_000, 12_000_000].map(cost),
            ["0.000000", "0.000007", "1.250000", "12.000000"]
        );
    }
}
