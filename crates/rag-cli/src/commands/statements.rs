//! `rag pg statements`: the statements that the database spends its time on, from the extension `pg_stat_statements`.

use std::{io, process::ExitCode};

use rag_repo::{
    PgConnection,
    server::connect,
    server_statements::{self, ServerStatement, StatementOrder, StatisticsFacts},
};
use rustix::termios::tcgetwinsize;
use serde_json::{Value, json};

use crate::{
    args::{StatementColumn, StatementsArgs},
    config::Config,
    failure::{Exit, Failure, Outcome},
    output,
    postgres::{Postgres, require_database},
};

/// Minimum width of a text in a list, in characters.
const MIN_TEXT_CHARS: usize = 40;
/// Width of the columns before the text, in characters.
const COLUMNS_CHARS: usize = 69;

/// Shows or resets the statistics.
pub(crate) fn run(config: &Config, args: &StatementsArgs) -> Outcome<ExitCode> {
    let postgres = open(config)?;
    let (mut conn, database) = statistics(&postgres)?;
    let facts = require(&mut conn)?;
    if args.reset {
        if !facts.may_reset {
            let cure = format!("GRANT EXECUTE ON FUNCTION pg_stat_statements_reset TO {};", facts.user_name);
            return Err(Failure::new(Exit::Failed, "cannot reset the statistics: this user may not do that")
                .hint(format!("let a superuser run\n  {cure}")));
        }
        server_statements::reset(&mut conn, database)?;
        output::line("The statements of this database are counted from now on.");
        return Ok(ExitCode::SUCCESS);
    }
    let found = server_statements::list(&mut conn, database, order(args.by), args.limit)?;
    let since = server_statements::counted_since(&mut conn)?;
    if args.json {
        let statements: Vec<_> = found.iter().map(to_json).collect();
        output::json(&json!({"since": since, "statements": statements}));
    } else if found.is_empty() {
        output::line(format!("No statement has run since {}.", since.format("%Y-%m-%d %H:%M UTC")));
    } else {
        output::line(format!("Statements of this database since {}\n", since.format("%Y-%m-%d %H:%M UTC")));
        show(&found);
    }
    Ok(ExitCode::SUCCESS)
}

fn open(config: &Config) -> Outcome<Postgres> {
    require_database(config)?;
    Postgres::open(config)
}

/// Connects to a database with the extension. For the embedded server that is one beside ours, so that a backup can be loaded into a
/// server without the extension; then the result names our database.
fn statistics(postgres: &Postgres) -> Outcome<(PgConnection, Option<&'static str>)> {
    let Postgres::Configured(url) = postgres else {
        let mut conn = connect(&rag_pg::maintenance_url(postgres.url()))?;
        server_statements::create_extension(&mut conn)?;
        return Ok((conn, Some(rag_pg::NAME)));
    };
    Ok((connect(url)?, None))
}

/// Fails with the cure if the connection cannot read the statistics.
fn require(conn: &mut PgConnection) -> Outcome<StatisticsFacts> {
    let facts = server_statements::facts(conn)?;
    let mut cures = Vec::new();
    if !facts.is_loaded {
        cures.push("ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements';  -- added to those that are set; then restart the server".to_owned());
    }
    if !facts.is_created {
        cures.push(format!("CREATE EXTENSION pg_stat_statements;  -- in the database {}", facts.database));
    }
    if !facts.may_read {
        cures.push(format!("GRANT pg_read_all_stats TO {};", facts.user_name));
    }
    if cures.is_empty() {
        return Ok(facts);
    }
    let message = "cannot list the statements: the server does not give the statistics of pg_stat_statements to this user";
    Err(Failure::new(Exit::Failed, message).hint(format!("let a superuser run\n  {}", cures.join("\n  "))))
}

fn order(column: StatementColumn) -> StatementOrder {
    match column {
        StatementColumn::Total => StatementOrder::Total,
        StatementColumn::Mean => StatementOrder::Mean,
        StatementColumn::Calls => StatementOrder::Calls,
        StatementColumn::Reads => StatementOrder::Reads,
        StatementColumn::Temp => StatementOrder::Temp,
    }
}

fn to_json(statement: &ServerStatement) -> Value {
    json!({
        "text": statement.text, "calls": statement.calls, "total_ms": statement.total_ms, "share": statement.share,
        "mean_ms": statement.mean_ms, "max_ms": statement.max_ms, "rows": statement.rows,
        "cache_hits": statement.cache_hits, "read_bytes": statement.read_bytes, "temp_bytes": statement.temp_bytes,
    })
}

fn show(statements: &[ServerStatement]) {
    let width = tcgetwinsize(io::stdout()).ok().map(|size| usize::from(size.ws_col));
    output::line(format!(
        "{:>6} {:>10} {:>9} {:>9} {:>9} {:>6} {:>6} {:>5}  statement",
        "share", "total ms", "calls", "mean ms", "rows", "cached", "read", "temp"
    ));
    for statement in statements {
        let text = one_line(&statement.text, width);
        let ServerStatement { share, total_ms, calls, mean_ms, rows, .. } = statement;
        let cached = statement.cache_hits.map_or("-".to_owned(), |hits| format!("{:.0} %", hits * 100.0));
        output::line(format!(
            "{:>4.1} % {total_ms:>10.0} {calls:>9} {mean_ms:>9.2} {rows:>9} {cached:>6} {:>6} {:>5}  {text}",
            share * 100.0,
            size(statement.read_bytes),
            size(statement.temp_bytes)
        ));
    }
}

/// The text without its comments, cut to what a terminal of that width has left.
fn one_line(text: &str, width: Option<usize>) -> String {
    let code: Vec<_> =
        text.lines().map(|line| line.split_once("-- ").map_or(line, |(code, _)| code)).collect();
    let most = width.map_or(usize::MAX, |width| width.saturating_sub(COLUMNS_CHARS).max(MIN_TEXT_CHARS));
    output::short(&code.join(" "), most)
}

/// A size in five characters: `0`, `812k`, `4M`, `12G`.
fn size(bytes: i64) -> String {
    match bytes {
        0..1024 => bytes.to_string(),
        1024..1_048_576 => format!("{}k", bytes >> 10),
        1_048_576..1_073_741_824 => format!("{}M", bytes >> 20),
        _ => format!("{}G", bytes >> 30),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_one_line_that_fits_the_terminal() {
        let text = "-- $1 an id\nSELECT *  -- all\nFROM documents\nWHERE id = $1 AND title = $2";
        assert_eq!(one_line(text, None), "SELECT * FROM documents WHERE id = $1 AND title = $2");
        assert_eq!(one_line(text, Some(COLUMNS_CHARS + 44)).chars().count(), 44);
        assert_eq!(one_line(text, Some(10)).chars().count(), MIN_TEXT_CHARS);
    }

    #[test]
    fn sizes_have_five_characters_at_most() {
        let sizes = [0, 1023, 1024, 5 << 20, 1023 << 20, 4000 << 30].map(size);
        assert_eq!(sizes, ["0", "1023", "1k", "5M", "1023M", "4000G"]);
    }
}
