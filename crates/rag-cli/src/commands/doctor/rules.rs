//! The rules of the database, and the vector indexes: checks them, and repairs what breaks them if the command is told to.

use rag_engine::words::reindex_versions;
use rag_repo::{
    Db, PgConnection, RepoError, RepoResult,
    checkup::{self, Area, Depth, Finding, Means, Repair, Rule, Severity},
};
use rag_schema::models::EmbeddingModel;

use super::{
    report::{Check, Grade},
    server,
};
use crate::{
    args::Doctor,
    config::Config,
    failure::{Failure, Outcome},
    output,
    postgres::Postgres,
};

const INDEX_REPAIR: &str = "build it; writes to its vectors wait meanwhile";

/// Checks all rules. With `--repair`, repairs each that is broken before the next is checked: one repair makes work for another.
pub(super) fn look(
    conn: &mut PgConnection,
    postgres: &Postgres,
    config: &Config,
    args: Doctor,
    checks: &mut Vec<Check>,
) -> Outcome<()> {
    // A sample can miss what a repair has to know.
    let depth = if args.repair { Depth::Whole } else { Depth::Sample };
    let doctor = Surgery { postgres, config, depth, repairs: args.repair && !args.dry_run };
    checks.push(doctor.vector_indexes(conn, "vector indexes", checkup::missing_vector_indexes)?);
    checks.push(doctor.vector_indexes(conn, "index use", checkup::unused_vector_indexes)?);
    for rule in checkup::rules() {
        if config.sections.memory.index_rounds || !rule.is_about_rounds() {
            checks.push(doctor.rule(conn, rule)?);
        }
    }
    Ok(())
}

/// Checks, and repairs if it shall.
struct Surgery<'c> {
    postgres: &'c Postgres,
    config: &'c Config,
    depth: Depth,
    repairs: bool,
}

impl Surgery<'_> {
    fn rule(&self, conn: &mut PgConnection, rule: &Rule) -> Outcome<Check> {
        let heading = match rule.area {
            Area::Schema => "schema",
            Area::Server => server::HEADING,
            Area::Data => "stored data",
        };
        let found = match checkup::check(conn, rule, self.depth) {
            Ok(found) if found.count == 0 => {
                return Ok(Check::ok(rule.name, kept(rule, &found)).under(heading));
            }
            Ok(found) => found,
            Err(RepoError::TooSlow) => {
                let limit = checkup::MAX_QUERY_MS;
                return Ok(Check::ok(rule.name, format!("not checked: it takes more than {limit} ms here")));
            }
            Err(error @ RepoError::Unavailable(_)) => return Err(error.into()),
            Err(error) => return Ok(Check::failed(rule.name, error.into())),
        };
        let before = broken(rule, &found);
        let Some(repair) = rule.repair.filter(|_| self.repairs) else {
            let grade = grade(rule.severity);
            let cure = Some(rule.cure.to_owned()).filter(|cure| !cure.is_empty());
            return Ok(Check { grade, cure, ..Check::ok(rule.name, before) }.with_repair(rule.repair));
        };
        let after = self.operate(conn, repair).and_then(|()| Ok(checkup::check(conn, rule, self.depth)?));
        let check = match after {
            Ok(after) if after.count == 0 => {
                Check::ok(rule.name, format!("{before}. Repair done: {}", repair.does))
            }
            Ok(after) => Check::bad(
                rule.name,
                grade(rule.severity),
                format!("{}, after the repair", broken(rule, &after)),
                if rule.cure.is_empty() { "run `rag doctor` again in a minute" } else { rule.cure },
            ),
            Err(failure) => failed_repair(rule.name, grade(rule.severity), &before, failure),
        };
        Ok(check.with_repair(Some(repair)))
    }

    fn operate(&self, conn: &mut PgConnection, repair: Repair) -> Outcome<()> {
        match repair.means {
            Means::Rows(statements) => Ok(checkup::change_rows(conn, statements)?),
            Means::Maintenance(list) => Ok(checkup::maintain(conn, list)?),
            Means::Words(list) => {
                let versions = checkup::versions(conn, list)?;
                Ok(reindex_versions(&self.db(), &versions, || {})?)
            }
        }
    }

    fn db(&self) -> Db {
        Db::new(self.postgres.url(), &self.config.pool())
    }

    /// Checks the vector indexes of all models by a query that returns the models without a usable one.
    fn vector_indexes(
        &self,
        conn: &mut PgConnection,
        name: &'static str,
        find: fn(&mut PgConnection) -> RepoResult<Vec<EmbeddingModel>>,
    ) -> Outcome<Check> {
        let kept = "every model has its vector index, and searches use it";
        let found = find(conn)?;
        let Some(first) = found.first() else { return Ok(Check::ok(name, kept).under("schema")) };
        let models = output::count(found.len(), "model");
        let before = format!("{models} without a vector index that searches use, such as {}", first.name);
        if !self.repairs {
            let check = Check { grade: Grade::Warn, ..Check::ok(name, before) };
            return Ok(Check { repair: Some(INDEX_REPAIR), ..check });
        }
        let memory = self.config.sections.index.build_memory_mb;
        let built = found.iter().try_for_each(|model| checkup::rebuild_vector_index(conn, model, memory));
        if let Err(error) = built {
            let check = failed_repair(name, Grade::Warn, &before, error.into());
            return Ok(Check { repair: Some(INDEX_REPAIR), ..check });
        }
        let check = match find(conn)?.first() {
            None => Check::ok(name, format!("{before}. Repair done: {INDEX_REPAIR}")),
            Some(_) => Check::warn(name, format!("{before}, after the repair"), "`rag index --rebuild`"),
        };
        Ok(Check { repair: Some(INDEX_REPAIR), ..check })
    }
}

fn grade(severity: Severity) -> Grade {
    match severity {
        Severity::Warning => Grade::Warn,
        Severity::Failure => Grade::Fail,
    }
}

fn failed_repair(name: &'static str, grade: Grade, before: &str, failure: Failure) -> Check {
    Check::bad(
        name,
        grade,
        format!("{before}. The repair failed: {}", failure.message),
        failure.hint.unwrap_or_else(|| "the log of PostgreSQL has the cause".to_owned()),
    )
}

fn kept(rule: &Rule, found: &Finding) -> String {
    match found.sample {
        Some(rows) => format!("{} (a sample of {rows})", rule.kept),
        None => rule.kept.to_owned(),
    }
}

fn broken(rule: &Rule, found: &Finding) -> String {
    let Finding { count, example, sample } = found;
    let (one, many) = rule.noun;
    let noun = if *count == 1 { one } else { many };
    let of = sample.map(|rows| format!(" of a sample of {rows}")).unwrap_or_default();
    let such_as = match example {
        Some(example) if *count == 1 => format!(" ({example})"),
        Some(example) => format!(" (such as {example})"),
        None => String::new(),
    };
    format!("{count} {noun}{of}{such_as} {}", rule.state)
}
