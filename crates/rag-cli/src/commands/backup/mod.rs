//! `rag backup` and `rag restore`: backs up a database while it serves, verifies a backup, and restores it.

mod manifest;

use std::{
    env, fs,
    fs::File,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::atomic::{AtomicU64, Ordering},
};

use rag_pg::{Install, Temporary};
use rag_repo::{PgConnection, backup, clock, migrations, server};

use self::manifest::{DUMP, Manifest, Origin};
use crate::{
    args::{Backup, BackupCommand, Restore},
    config::Config,
    failure::{Exit, Failure, Outcome},
    output,
    postgres::{self, Postgres},
    progress,
    runtime::{connect, connect_to},
};

/// Creates or verifies a backup.
pub(crate) fn run(config: &Config, args: Backup) -> Outcome<ExitCode> {
    match args.verify {
        Some(BackupCommand::Verify { folder }) => verify(config, &folder),
        None => make(config, args.folder),
    }
}

/// Restores a backup into an empty database.
pub(crate) fn restore(config: &Config, args: &Restore) -> Outcome<ExitCode> {
    let manifest = Manifest::read(&args.folder)?;
    let postgres = Postgres::open(config)?;
    let conn = &mut connect(&postgres)?;
    if !backup::is_empty(conn)? {
        return Err(Failure::new(Exit::Failed, "cannot restore: the database holds tables already")
            .hint("restore into a new place, such as `rag --data-dir NEW restore ..`, or into a new database named by database.url"));
    }
    load(&postgres::install(config)?, postgres.url(), &args.folder, &manifest)?;
    compare(conn, &manifest)?;
    let newer = migrations::run_pending(conn)?;
    output::line(format!("Restored the backup of {}: {}.", manifest.made_at, manifest.summary()));
    for version in newer {
        output::line(format!("Ran the migration {version}, which is newer than the backup."));
    }
    Ok(ExitCode::SUCCESS)
}

fn make(config: &Config, folder: Option<PathBuf>) -> Outcome<ExitCode> {
    let postgres = Postgres::open(config)?;
    let conn = &mut connect(&postgres)?;
    let made_at = clock::now(conn)?;
    let folder =
        folder.unwrap_or_else(|| PathBuf::from(format!("rag-backup-{}", made_at.format("%Y%m%dT%H%M%SZ"))));
    if folder.exists() {
        return Err(Failure::new(Exit::Usage, format!("{} exists already", folder.display()))
            .hint("name a new folder"));
    }
    if backup::is_empty(conn)? {
        return Err(Failure::new(Exit::Failed, "cannot back up: the database has no tables")
            .hint("name the data with --data-dir or database.url"));
    }
    if !backup::sees_every_row(conn)? {
        let user = server::facts(conn)?.user_name;
        return Err(Failure::new(
            Exit::Failed,
            format!("cannot back up: row-level security hides rows from the user {user}"),
        )
        .hint(format!("connect as a superuser, or let an administrator run ALTER ROLE {user} BYPASSRLS")));
    }
    let install = postgres::install(config)?;
    let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Removed unless it is renamed to the final folder. It contains the documents of all users, so only its owner can read it.
    let unfinished = tempfile::Builder::new()
        .prefix("rag-backup.unfinished-")
        .permissions(fs::Permissions::from_mode(0o700))
        .tempdir_in(parent)
        .map_err(|error| {
            Failure::new(Exit::Failed, format!("cannot write into {}: {error}", parent.display()))
        })?;
    let dump = unfinished.path().join(DUMP);
    let origin = backup::in_snapshot(conn, |conn, snapshot| -> Outcome<Origin> {
        let size = || fs::metadata(&dump).map_or(0, |found| found.len());
        watched("saved", size, || Ok(rag_pg::dump(&install, postgres.url(), snapshot, &dump)?))?;
        output::note("Reading every row once more, to compare copies with it.");
        Ok(Origin {
            made_at: made_at.to_rfc3339(),
            server_version: server::facts(conn)?.version(),
            migration: backup::last_migration(conn)?.unwrap_or_default(),
            owned_by_rules: backup::owned_by_rules(conn)?,
            facts: backup::facts(conn)?,
        })
    })?;
    File::open(&dump)?.sync_all()?;
    let manifest = Manifest::describe(origin, unfinished.path())?;
    manifest.write(unfinished.path())?;
    File::open(unfinished.path())?.sync_all()?;
    fs::rename(unfinished.keep(), &folder)?;
    File::open(parent)?.sync_all()?;
    output::line(format!(
        "{}: {}, {}.",
        folder.display(),
        output::bytes(manifest.dump_bytes),
        manifest.summary()
    ));
    output::line(format!("`rag backup verify {}` proves that it can be restored.", folder.display()));
    Ok(ExitCode::SUCCESS)
}

fn verify(config: &Config, folder: &Path) -> Outcome<ExitCode> {
    let manifest = Manifest::read(folder)?;
    let install = postgres::install(config)?;
    let temporary = Temporary::start(install.clone(), Some(env::current_exe()?))?;
    let url = temporary.server().url();
    load(&install, &url, folder, &manifest)?;
    compare(&mut connect_to(&url)?, &manifest)?;
    output::line(format!(
        "{} is whole: restored into a throw-away PostgreSQL {}, it equals what was saved on {}: {}.",
        folder.display(),
        install.version(),
        manifest.made_at,
        manifest.summary()
    ));
    Ok(ExitCode::SUCCESS)
}

fn load(install: &Install, url: &str, folder: &Path, manifest: &Manifest) -> Outcome<()> {
    backup::ensure_roles(&mut connect_to(url)?)?;
    let last = backup::give_to_rules(&manifest.owned_by_rules);
    let loaded = AtomicU64::new(0);
    watched(
        "restored",
        || loaded.load(Ordering::Relaxed),
        || Ok(rag_pg::load(install, url, &folder.join(DUMP), &last, &loaded)?),
    )
}

fn compare(conn: &mut PgConnection, manifest: &Manifest) -> Outcome<()> {
    output::note("Comparing every row with what was saved.");
    let differences = manifest.differences(backup::in_snapshot(conn, |conn, _| backup::facts(conn))?);
    if differences.is_empty() {
        return Ok(());
    }
    Err(Failure::new(
        Exit::Failed,
        format!("the copy differs from what was saved: {}", differences.join("; ")),
    )
    .hint("make another backup, and check the memory and the disk of this machine"))
}

/// Shows the number of bytes that are done while `work` runs.
fn watched(verb: &str, done: impl Fn() -> u64, work: impl FnOnce() -> Outcome<()> + Send) -> Outcome<()> {
    let bar = progress::spinner();
    let look = || {
        bar.set_message(format!("{} {verb}", output::bytes(done())));
        bar.tick();
    };
    progress::watch(&bar, look, work)
}
