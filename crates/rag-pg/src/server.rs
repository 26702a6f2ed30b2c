//! Starts and stops the server of a data directory; `conf` writes its configuration.

use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use crate::address::Address;
use crate::conf;
use crate::data_dir::{DataDir, Lock, STEP};
use crate::error::{AtPath, PgError, Result};
use crate::init;
use crate::log::Log;
use crate::postmaster::{self, Postmaster};
use crate::process::Process;
use crate::settings::{NAME, Settings};
use crate::status::{Running, Status, status};
use crate::user::ServerUser;

/// The port in the name of the socket file if no TCP port is configured.
const SOCKET_PORT: u16 = 5432;
/// Maximum time until a server says that it starts.
const START: Duration = Duration::from_mins(1);
/// Maximum time of the recovery after a crash. PostgreSQL begins it again from the start if it is stopped.
const RECOVERY: Duration = Duration::from_hours(6);
/// Interval at which the log says that a recovery goes on.
const RECOVERY_NOTE: Duration = Duration::from_secs(30);
/// Maximum time for the remaining processes of a killed server or start to release its memory and files.
const LEFT_OVERS: Duration = Duration::from_secs(10);

/// Starts the server of a data directory; creates its cluster first if there is none.
///
/// Removes files left over from killed servers; a running server is an error with its process. Returns when the server accepts
/// connections.
pub fn start(settings: &Settings) -> Result<Server> {
    let (dir, user) = DataDir::prepare(&settings.data_dir)?;
    user.check_reach(&settings.install.program("postgres"))?;
    if let Some(found) = dir.major()?.filter(|found| *found != settings.install.version().major.to_string()) {
        let installed = settings.install.version();
        return Err(PgError::OtherMajor { data_dir: dir.path().into(), found, installed });
    }
    let lock = dir.lock(user)?;
    postmaster::clear_left_overs(&dir, lock.last_server)?;
    let password = init::ensure_cluster(settings, &dir, user)?;
    check_owner(&dir.cluster(), user)?;
    let socket_dir = dir.socket_dir(user)?;
    let mut home = Home { settings: settings.clone(), dir, user, password, lock, socket_dir };
    let process = Arc::new(home.launch()?);
    Ok(Server { home, process })
}

/// Refuses a cluster of another user; root takes it over instead.
fn check_owner(cluster: &Path, user: ServerUser) -> Result<()> {
    let owner = fs::metadata(cluster).at_path("look at", cluster)?.uid();
    match owner == user.uid {
        true => Ok(()),
        false if user.is_other() => user.take_ownership_of_all(cluster),
        false => Err(PgError::WrongOwner { path: cluster.into(), owner, user: user.uid }),
    }
}

/// A server started by this process. Dropping it stops the server.
#[derive(Debug)]
pub struct Server {
    home: Home,
    process: Arc<Process>,
}

impl Server {
    /// The server that another process runs on `data_dir`; waits until it accepts connections.
    pub fn join(data_dir: &Path) -> Result<Running> {
        let began = Instant::now();
        loop {
            match status(data_dir)? {
                Status::Running(running) if running.ready => return Ok(running),
                Status::Running(_) if began.elapsed() < START => thread::sleep(STEP),
                _ => return Err(PgError::NotRunning { data_dir: data_dir.into() }),
            }
        }
    }

    /// The libpq URL of its database over the Unix socket; it holds the password.
    pub fn url(&self) -> String {
        self.home.address().url()
    }

    /// The libpq URL over TCP; `None` if no port is configured.
    pub fn tcp_url(&self) -> Option<String> {
        let port = self.home.settings.port?;
        Some(format!("postgresql://{NAME}:{}@127.0.0.1:{port}/{NAME}", self.home.password))
    }

    /// The process of the server.
    pub fn pid(&self) -> i32 {
        self.process.pid()
    }

    /// Waits for the server to end.
    pub fn wait(&self) -> ExitStatus {
        self.process.wait()
    }

    /// The exit status of a server that has ended.
    pub fn try_wait(&self) -> Option<ExitStatus> {
        self.process.try_wait()
    }

    /// Starts the server again, with the same settings and URL; one that still runs is stopped first.
    pub fn restart(&mut self) -> Result<()> {
        self.process.stop();
        postmaster::clear_left_overs(&self.home.dir, self.process.pid())?;
        self.process = Arc::new(self.home.launch()?);
        Ok(())
    }

    /// Disconnects the clients, writes a checkpoint and ends the server.
    pub fn stop(self) -> ExitStatus {
        self.process.stop()
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.home.settings
    }

    pub(crate) fn address(&self) -> Address {
        self.home.address()
    }

    pub(crate) fn process(&self) -> Arc<Process> {
        Arc::clone(&self.process)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.process.stop();
        // The socket's folder may be in /tmp, where nothing else would remove it.
        let _ = fs::remove_dir(&self.home.socket_dir);
    }
}

/// Whether a server ended because another one, or a remaining process of one, holds its memory or files.
fn is_taken(log_tail: &str) -> bool {
    ["still in use", "\"postmaster.pid\" already exists"].iter().any(|sign| log_tail.contains(sign))
}

/// A locked data directory with everything for a start.
#[derive(Debug)]
struct Home {
    settings: Settings,
    dir: DataDir,
    user: ServerUser,
    password: String,
    lock: Lock,
    socket_dir: PathBuf,
}

impl Home {
    /// Starts the server and waits until it accepts connections.
    fn launch(&mut self) -> Result<Process> {
        let conf = conf::write_conf(&self.settings, &self.dir.cluster())?;
        self.user.take_ownership(&conf)?;
        self.socket_dir = self.dir.socket_dir(self.user)?;
        let began = Instant::now();
        loop {
            let (log, file) = Log::open(&self.dir.log())?;
            self.user.take_ownership(&log.path)?;
            let started = self.spawn(file).and_then(|process| {
                self.lock.write_holder(process.pid())?;
                self.wait_ready(process, &log)
            });
            match started {
                Err(PgError::Ended { tail, .. }) if is_taken(&tail) && began.elapsed() < LEFT_OVERS => {
                    thread::sleep(STEP);
                    postmaster::clear_left_overs(&self.dir, self.lock.last_server)?;
                }
                other => return other,
            }
        }
    }

    /// Spawns the server; the command line has the settings that configuration files must not override.
    fn spawn(&self, log: File) -> Result<Process> {
        let listen = if self.settings.port.is_some() { "127.0.0.1" } else { "" };
        let mut command = self.settings.command("postgres", self.user);
        command.arg("-D").arg(self.dir.cluster()).arg("-p").arg(self.port().to_string());
        for setting in [
            format!("unix_socket_directories=\"{}\"", self.socket_dir.display()),
            "unix_socket_permissions=0700".to_owned(),
            format!("listen_addresses={listen}"),
            "logging_collector=off".to_owned(),
            "log_destination=stderr".to_owned(),
        ] {
            command.arg("-c").arg(setting);
        }
        let copy = log.try_clone().at_path("open", &self.dir.log())?;
        command.stdin(Stdio::null()).stdout(copy).stderr(log);
        Process::spawn(command).at_path("start", &self.settings.install.program("postgres"))
    }

    fn wait_ready(&self, process: Process, log: &Log) -> Result<Process> {
        let began = Instant::now();
        let (mut limit, mut noted) = (START, began);
        while began.elapsed() < limit {
            if let Some(status) = process.wait_for(STEP) {
                return Err(PgError::Ended {
                    status: status.to_string(),
                    log: log.path.clone(),
                    tail: log.tail(),
                });
            }
            let found = Postmaster::running(&self.dir.cluster()).filter(|found| found.pid == process.pid());
            match found {
                Some(found) if found.ready => return Ok(process),
                Some(_) => limit = RECOVERY,
                None => {}
            }
            if noted.elapsed() > RECOVERY_NOTE {
                noted = Instant::now();
                let seconds = began.elapsed().as_secs();
                tracing::warn!(
                    seconds,
                    "PostgreSQL is still starting: it recovers from a crash, as its log says"
                );
            }
        }
        let seconds = limit.as_secs();
        Err(PgError::TimedOut { wanted: "ready", seconds, log: log.path.clone(), tail: log.tail() })
    }

    fn port(&self) -> u16 {
        self.settings.port.unwrap_or(SOCKET_PORT)
    }

    fn address(&self) -> Address {
        Address { password: self.password.clone(), socket_dir: self.socket_dir.clone(), port: self.port() }
    }
}
