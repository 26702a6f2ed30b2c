//! Runs the embedded migrations; two starts at once wait for each other.

use diesel::migration::{Migration, MigrationSource};
use diesel::pg::Pg;
use diesel::{PgConnection, prelude::*, sql_types::BigInt};
use diesel_migrations::MigrationHarness;
use rag_schema::MIGRATIONS;

use crate::{RepoError, RepoResult};

/// Key of the advisory lock: "rag-migr" in ASCII.
const LOCK_KEY: i64 = 0x7261_672d_6d69_6772;

/// Runs the pending migrations and returns their versions. Refuses tables that a newer program has changed.
pub fn run_pending(conn: &mut PgConnection) -> RepoResult<Vec<String>> {
    // Behind a pooler that shares connections between transactions, the unlocking could reach another connection than the lock and leave the
    // lock for the next start to wait for. So a start that has nothing to run takes none.
    if pending(conn).is_ok_and(|pending| pending.is_empty()) {
        return Ok(Vec::new());
    }
    locked(conn, |conn| {
        refuse_newer(conn)?;
        let versions = conn.run_pending_migrations(MIGRATIONS).map_err(|error| failed(&*error))?;
        Ok(versions.iter().map(ToString::to_string).collect())
    })
}

fn refuse_newer(conn: &mut PgConnection) -> RepoResult<()> {
    let known = MigrationSource::<Pg>::migrations(&MIGRATIONS).map_err(|error| failed(&*error))?;
    let applied = conn.applied_migrations().map_err(|error| failed(&*error))?;
    match applied
        .iter()
        .find(|version| !known.iter().any(|migration| migration.name().version() == **version))
    {
        None => Ok(()),
        Some(version) => Err(RepoError::Migration(format!(
            "a newer version of rag has changed the tables (migration {version}): use that version or a newer one"
        ))),
    }
}

/// Takes back the last migration and says which it was; none when there is none left.
pub fn revert_last(conn: &mut PgConnection) -> RepoResult<Option<String>> {
    locked(conn, |conn| {
        if conn.applied_migrations().map_err(|error| failed(&*error))?.is_empty() {
            return Ok(None);
        }
        let version = conn.revert_last_migration(MIGRATIONS).map_err(|error| failed(&*error))?;
        Ok(Some(version.to_string()))
    })
}

/// Migrations that have not been run, oldest first. Refuses tables that a newer program has changed.
pub fn pending(conn: &mut PgConnection) -> RepoResult<Vec<String>> {
    refuse_newer(conn)?;
    let pending = conn.pending_migrations(MIGRATIONS).map_err(|error| failed(&*error))?;
    Ok(pending.iter().map(|migration| migration.name().to_string()).collect())
}

/// Whether no migration has been run: the database is new.
pub fn are_all_pending(conn: &mut PgConnection) -> RepoResult<bool> {
    Ok(conn.applied_migrations().map_err(|error| failed(&*error))?.is_empty())
}

fn locked<T>(
    conn: &mut PgConnection,
    work: impl FnOnce(&mut PgConnection) -> RepoResult<T>,
) -> RepoResult<T> {
    diesel::sql_query("SELECT pg_advisory_lock($1)").bind::<BigInt, _>(LOCK_KEY).execute(conn)?;
    let result = work(conn);
    diesel::sql_query("SELECT pg_advisory_unlock($1)").bind::<BigInt, _>(LOCK_KEY).execute(conn)?;
    result
}

fn failed(error: &(dyn std::error::Error + Send + Sync)) -> RepoError {
    RepoError::Migration(error.to_string())
}
