//! Creates the cluster once: `initdb` under another name, then a rename; changes only the password of a finished one.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use rand::RngExt;

use crate::conf;
use crate::data_dir::{DataDir, random_password};
use crate::error::{AtPath, PgError, Result};
use crate::log::last_lines;
use crate::machine;
use crate::settings::{NAME, Settings};
use crate::user::ServerUser;

/// Minimum free space for a new cluster, which takes 40 MB and soon writes its first logs.
const NEEDED_BYTES: u64 = 128 << 20;

const INITDB: &[&str] = &[
    "--username=rag",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--auth-local=scram-sha-256",
    "--auth-host=scram-sha-256",
    "--data-checksums",
    "--no-sync",
    "--no-instructions",
];

/// Creates the cluster if there is none, and returns the password of its superuser.
pub(crate) fn ensure_cluster(settings: &Settings, dir: &DataDir, user: ServerUser) -> Result<String> {
    let maker = Maker { settings, user };
    let finished = dir.major()?.is_some();
    match dir.password()? {
        Some(password) if finished => Ok(password),
        _ if finished => maker.replace_password(dir),
        _ => maker.make(dir),
    }
}

struct Maker<'a> {
    settings: &'a Settings,
    user: ServerUser,
}

impl Maker<'_> {
    fn make(&self, dir: &DataDir) -> Result<String> {
        if let Some(free) = machine::free_bytes(dir.path()).filter(|free| *free < NEEDED_BYTES) {
            return Err(PgError::NoSpace { path: dir.path().into(), free, needed: NEEDED_BYTES });
        }
        remove_unfinished(dir)?;
        let password = random_password();
        let password_file = dir.write_password(&password, self.user)?;
        // A unique name: the initdb of a killed process may still be writing under another one.
        let new = dir.unfinished().with_extension(format!("unfinished-{:08x}", rand::rng().random::<u32>()));
        let mut initdb = self.program("initdb");
        initdb.args(INITDB).arg("--pwfile").arg(password_file).arg("-D").arg(&new);
        succeeded("initdb", initdb.output().at_path("start initdb for", &new)?)?;
        let conf = new.join("postgresql.conf");
        let mut file = OpenOptions::new().append(true).open(&conf).at_path("open", &conf)?;
        file.write_all(conf::INCLUDES.as_bytes()).at_path("write", &conf)?;
        self.single_user(&new, &format!("CREATE DATABASE {NAME}"))?;
        if !self.settings.throw_away {
            let mut sync = self.program("initdb");
            sync.arg("--sync-only").arg("-D").arg(&new);
            succeeded("initdb --sync-only", sync.output().at_path("start initdb for", &new)?)?;
        }
        fs::rename(&new, dir.cluster()).at_path("rename", &new)?;
        dir.sync()?;
        Ok(password)
    }

    /// Sets a new password if the file was lost but the data were not: a user who can write to the data directory may do that.
    fn replace_password(&self, dir: &DataDir) -> Result<String> {
        tracing::warn!("The password file is missing: setting a new password");
        let password = random_password();
        self.single_user(&dir.cluster(), &format!("ALTER ROLE {NAME} PASSWORD '{password}'"))?;
        dir.write_password(&password, self.user)?;
        Ok(password)
    }

    /// Runs one statement in a server without clients.
    fn single_user(&self, cluster: &Path, statement: &str) -> Result<()> {
        let mut command = self.program("postgres");
        command.arg("--single").arg("-D").arg(cluster).args(["-c", "log_statement=none", "postgres"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().at_path("start postgres for", cluster)?;
        if let Some(mut input) = child.stdin.take() {
            input.write_all(format!("{statement}\n").as_bytes()).at_path("talk to postgres for", cluster)?;
        }
        let output = child.wait_with_output().at_path("wait for postgres for", cluster)?;
        // Its exit status does not depend on the statement.
        let failed = String::from_utf8_lossy(&output.stderr).contains("ERROR:");
        if failed {
            Err(failure("postgres --single", &output))
        } else {
            succeeded("postgres --single", output)
        }
    }

    fn program(&self, name: &str) -> Command {
        let mut command = self.settings.command(name, self.user);
        command.stdin(Stdio::null());
        command
    }
}

/// Removes the folders of killed starts. A folder that is still being written can fail, and is removed next time.
fn remove_unfinished(dir: &DataDir) -> Result<()> {
    for entry in dir.path().read_dir().at_path("list", dir.path())?.flatten() {
        if entry.file_name().to_string_lossy().starts_with("pgdata.unfinished") {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
    // Without its version file the folder is not a cluster, but it may hold other data, so it is not removed.
    let cluster = dir.cluster();
    let empty = !cluster.exists() || fs::remove_dir(&cluster).is_ok();
    if empty {
        Ok(())
    } else {
        Err(std::io::Error::other("it holds files, but no cluster")).at_path("use", &cluster)
    }
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "takes what Command::output returns, at the end of a chain"
)]
pub(crate) fn succeeded(program: &'static str, output: Output) -> Result<()> {
    if output.status.success() { Ok(()) } else { Err(failure(program, &output)) }
}

fn failure(program: &'static str, output: &Output) -> PgError {
    let text = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    let output_tail = last_lines(&String::from_utf8_lossy(&text));
    PgError::Program { program, status: output.status.to_string(), output: output_tail }
}
