//! Checks of the PostgreSQL server: what it must have, its settings, its tables, its connections and its clock.

use std::time::{Duration, SystemTime};

use rag_repo::{
    PgConnection, checkup, migrations,
    server::{self, RoleFacts, ServerFacts},
};

use super::report::{Check, Grade};
use crate::{
    config::Config,
    failure::{Failure, Outcome},
    output,
    postgres::Postgres,
    replicas,
};

/// Number of roles that row-level security needs.
const ROLES: usize = 4;
/// Connections besides the pool's: the probe, an upkeep, this command.
const FURTHER_CONNECTIONS: i64 = 3;
/// Difference between the clocks of the server and of this machine that is tolerated.
const MAX_CLOCK_DIFFERENCE: Duration = Duration::from_secs(5);
/// The heading of checks that say nothing else if they are OK.
pub(super) const HEADING: &str = "server";

/// Returns the check of a database that does not answer. The hints of other commands refer to `rag doctor`, which would be of no
/// use here.
pub(super) fn unusable(config: &Config, failure: Failure) -> Check {
    // A failure without a hint has the cure in its message.
    let Some(hint) = failure.hint.clone() else { return Check::failed("PostgreSQL", failure) };
    let cure = match hint {
        hint if !hint.contains("rag doctor") => hint,
        _ if config.sections.database.url.given().is_some() => {
            "start the server of database.url (or $DATABASE_URL), or correct its address, user and password: `rag config show` \
             tells where the setting comes from"
                .to_owned()
        }
        _ => format!(
            "{} has the cause; free disk space or memory if it lacks, then run `rag serve`",
            config.data_dir().join("postgres.log").display()
        ),
    };
    Check::failed("PostgreSQL", failure.hint(cure))
}

/// Checks the server. Returns whether the tables are up to date.
pub(super) fn look(
    conn: &mut PgConnection,
    postgres: &Postgres,
    config: &Config,
    checks: &mut Vec<Check>,
) -> Outcome<bool> {
    let facts = server::facts(conn)?;
    checks.push(Check::ok("PostgreSQL", format!("{}, {}", facts.version(), postgres.place())));
    checks.push(match facts.shortcoming() {
        Some(shortcoming) => Check::bad("requirements", Grade::Fail, shortcoming, "see docs/OPERATIONS.md"),
        None => Check::ok(
            "pgvector",
            facts.vector_installed.clone().or(facts.vector_available.clone()).unwrap_or_default(),
        ),
    });
    checks.push(recovery(&facts));
    checks.push(encryption(&facts));
    checks.extend(durability(&facts));
    checks.push(connections(conn, config)?);
    checks.push(clock(conn)?);
    checks.extend(replicas(postgres, config));
    let pending = migrations::pending(conn)?;
    checks.push(if pending.is_empty() {
        Check::ok("tables", "up to date")
    } else if migrations::are_all_pending(conn)? {
        Check::ok("tables", "the database is new: the first `rag serve` or `rag ingest` creates them")
    } else {
        Check::warn(
            "tables",
            format!("pending: {}", output::count(pending.len(), "migration")),
            "`rag migrate`, or the next start, runs them",
        )
    });
    if pending.is_empty() {
        checks.push(roles(&server::roles(conn)?));
    }
    Ok(pending.is_empty())
}

fn recovery(facts: &ServerFacts) -> Check {
    if facts.in_recovery {
        Check::bad(
            "recovery",
            Grade::Fail,
            "the server is a replica or still recovers: it refuses every write",
            "connect to the primary server, or SELECT pg_promote()",
        )
    } else {
        Check::ok("recovery", "the server accepts writes").under(HEADING)
    }
}

fn encryption(facts: &ServerFacts) -> Check {
    if facts.is_encrypted {
        Check::ok("encryption", "the connection to PostgreSQL is encrypted")
    } else if facts.is_local {
        Check::ok("encryption", "not needed: PostgreSQL is on this machine")
    } else {
        Check::warn(
            "encryption",
            "the connection to PostgreSQL on another machine is not encrypted",
            "switch TLS on at the server (ssl = on) and add sslmode=verify-full to database.url",
        )
    }
}

fn durability(facts: &ServerFacts) -> impl Iterator<Item = Check> {
    let settings = [
        ("fsync", &facts.fsync, "a crash of the machine can destroy the database"),
        ("full_page_writes", &facts.full_page_writes, "a crash of the machine can destroy the database"),
        ("synchronous_commit", &facts.synchronous_commit, "a crash can take back the last uploads"),
        ("data_checksums", &facts.data_checksums, "silent damage of the disk stays unseen"),
    ];
    settings.into_iter().map(|(name, value, risk)| {
        if value != "off" {
            return Check::ok(name, value).under(HEADING);
        }
        let cure = if name == "data_checksums" {
            "pg_checksums --enable on the stopped server".to_owned()
        } else {
            format!("ALTER SYSTEM SET {name} = on")
        };
        Check::warn(name, format!("off: {risk}"), cure)
    })
}

/// Checks that the pools of a `rag serve` find as many connections as they may open.
fn connections(conn: &mut PgConnection, config: &Config) -> Outcome<Check> {
    let facts = checkup::connections(conn)?;
    let pool = config.sections.database.max_connections;
    let free = facts.allowed - facts.open + facts.ours;
    let finding = format!("{free} of {} are free for rag, which opens up to {pool}", facts.allowed);
    Ok(if free < i64::from(pool) + FURTHER_CONNECTIONS {
        Check::warn(
            "connections",
            finding,
            "lower database.max_connections, raise max_connections of the server, or end other clients",
        )
    } else {
        Check::ok("connections", finding)
    })
}

/// Checks the replicas of the settings; `None` if there are none.
fn replicas(postgres: &Postgres, config: &Config) -> Option<Check> {
    let states = replicas::look(postgres.url(), config);
    let name = "read replicas";
    let described =
        (1..).zip(&states).map(|(number, state)| format!("{number} {}", replicas::describe(state)));
    let finding = described.collect::<Vec<_>>().join("; ");
    if states.is_empty() {
        None
    } else if states.iter().all(replicas::is_well) {
        Some(Check::ok(name, finding))
    } else {
        let cure = "the primary serves its reads meanwhile: look at its log, its disk and its network, or correct database.replicas";
        Some(Check::warn(name, finding, cure))
    }
}

fn clock(conn: &mut PgConnection) -> Outcome<Check> {
    let asked = SystemTime::now();
    let server = SystemTime::from(checkup::clock(conn)?);
    let answered = SystemTime::now();
    let off = asked.duration_since(server).or_else(|_| server.duration_since(answered)).unwrap_or_default();
    Ok(if off > MAX_CLOCK_DIFFERENCE {
        Check::warn(
            "clock",
            format!("the server's clock differs from this machine's by {} s", off.as_secs()),
            "set both by NTP: logins and leases end by the server's clock",
        )
    } else {
        Check::ok("clock", "the server's clock is this machine's").under(HEADING)
    })
}

/// Checks the roles that row-level security needs, which the last migrations created.
fn roles(found: &[RoleFacts]) -> Check {
    match found.iter().find_map(RoleFacts::fault) {
        _ if found.len() < ROLES => Check::bad(
            "roles",
            Grade::Fail,
            format!("{} of {} are there", found.len(), output::count(ROLES, "role")),
            "docs/OPERATIONS.md says how an administrator makes them",
        ),
        Some(fault) => Check::bad("roles", Grade::Fail, "row-level security does not hold", fault),
        None if found.iter().any(RoleFacts::is_held_worker) => Check::warn(
            "roles",
            "rag_worker is held by policies: documents are stored by INSERT, which is slower than COPY",
            "let a superuser run ALTER ROLE rag_worker BYPASSRLS",
        ),
        None => Check::ok("roles", "row-level security holds everybody but the worker"),
    }
}
