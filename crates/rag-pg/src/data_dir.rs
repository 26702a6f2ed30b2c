//! The data directory: its paths, owner, lock and password; never the cluster's own files.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use rand::RngExt;
use rand::distr::Alphanumeric;

use crate::error::{AtPath, PgError, Result};
use crate::user::ServerUser;

/// Name of the folder of temporary files in a data directory, which belongs to the program that runs the server.
pub const SCRATCH_DIR: &str = "scratch";
/// Name of the file in a data directory in which the program that runs the server notes the folders of its documents.
pub const FOLDERS_FILE: &str = "folders.json";

/// Maximum length of the socket's folder. Linux allows 107 bytes for the whole path and other systems 103;
/// PostgreSQL adds `/.s.PGSQL.12345`.
const MAX_SOCKET_DIR_BYTES: usize = 80;

/// Maximum time for a server whose owner was killed to end by itself.
pub(crate) const GRACE: Duration = Duration::from_millis(500);
/// The time between two polls.
pub(crate) const STEP: Duration = Duration::from_millis(10);

/// A data directory that exists or may exist.
#[derive(Debug, Clone)]
pub(crate) struct DataDir {
    path: PathBuf,
}

impl DataDir {
    /// The directory at `path`, which does not need to exist.
    pub(crate) fn locate(path: &Path) -> Result<Self> {
        let path = match path.canonicalize() {
            Ok(path) => path,
            Err(_) => std::path::absolute(path).at_path("find", path)?,
        };
        check_folder(&path)?;
        Ok(Self { path })
    }

    /// Creates the directory at `path` if it is missing, closed to all except `user`.
    pub(crate) fn prepare(path: &Path) -> Result<(Self, ServerUser)> {
        let path = std::path::absolute(path).at_path("find", path)?;
        check_folder(&path)?;
        let user = ServerUser::choose(&path)?;
        user.check_reach(&path)?;
        fs::create_dir_all(&path).at_path("create", &path)?;
        let path = path.canonicalize().at_path("find", &path)?;
        user.check_reach(&path)?;
        check_ours(&path)?;
        user.take_ownership(&path)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).at_path("close to others", &path)?;
        Ok((Self { path }, user))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The folder of the cluster, which `initdb` creates.
    pub(crate) fn cluster(&self) -> PathBuf {
        self.path.join("pgdata")
    }

    /// The folder in which a cluster is created before it is renamed.
    pub(crate) fn unfinished(&self) -> PathBuf {
        self.path.join("pgdata.unfinished")
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.path.join("postgres.log")
    }

    fn password_file(&self) -> PathBuf {
        self.path.join("password")
    }

    /// The major version that created the cluster; `None` if there is no cluster.
    pub(crate) fn major(&self) -> Result<Option<String>> {
        let path = self.cluster().join("PG_VERSION");
        match fs::read_to_string(&path) {
            Ok(text) => Ok(Some(text.trim().to_owned())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).at_path("read", &path),
        }
    }

    /// The superuser's password; `None` if the file is missing.
    pub(crate) fn password(&self) -> Result<Option<String>> {
        let path = self.password_file();
        match fs::read_to_string(&path) {
            Ok(text) => Ok(Some(text.trim().to_owned())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).at_path("read", &path),
        }
    }

    /// Stores `password` for the server's user alone.
    pub(crate) fn write_password(&self, password: &str, user: ServerUser) -> Result<PathBuf> {
        let path = self.password_file();
        let new = path.with_extension("new");
        let mut file = new_file().open(&new).at_path("write", &new)?;
        file.write_all(password.as_bytes()).and_then(|()| file.sync_all()).at_path("write", &new)?;
        user.take_ownership(&new)?;
        fs::rename(&new, &path).at_path("rename", &new)?;
        Ok(path)
    }

    /// Creates the folder for the Unix socket: inside the directory, or under /tmp if the path is too long or has unsuitable characters.
    pub(crate) fn socket_dir(&self, user: ServerUser) -> Result<PathBuf> {
        let inside = self.path.join("run");
        let plain = inside.to_str().is_some_and(|text| !text.contains(['"', ',', '\\', '\n']));
        let dir = if plain && inside.as_os_str().len() <= MAX_SOCKET_DIR_BYTES {
            inside
        } else {
            self.socket_dir_in_tmp(user)
        };
        match DirBuilder::new().mode(0o700).create(&dir) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                return Err(error).at_path("create", &dir);
            }
            _ => {}
        }
        let mut found = fs::symlink_metadata(&dir).at_path("look at", &dir)?;
        // Created now, or by a start that was killed before it could change the owner.
        if found.uid() == rustix::process::geteuid().as_raw() {
            user.take_ownership(&dir)?;
            found = fs::symlink_metadata(&dir).at_path("look at", &dir)?;
        }
        // In /tmp another user may have created it first.
        if !found.is_dir() || found.uid() != user.uid || found.mode() & 0o077 != 0 {
            return Err(PgError::WrongOwner { path: dir, owner: found.uid(), user: user.uid });
        }
        for entry in dir.read_dir().at_path("list", &dir)?.flatten() {
            // This process holds the lock, so sockets and their lock files are left over from a killed server.
            if entry.file_name().to_string_lossy().starts_with(".s.PGSQL.") {
                fs::remove_file(entry.path()).at_path("remove", &entry.path())?;
            }
        }
        Ok(dir)
    }

    fn socket_dir_in_tmp(&self, user: ServerUser) -> PathBuf {
        let mut hasher = DefaultHasher::new();
        self.path.hash(&mut hasher);
        PathBuf::from(format!("/tmp/rag-pg-{}-{:016x}", user.uid, hasher.finish()))
    }

    /// Makes a rename or a removal in the directory durable.
    pub(crate) fn sync(&self) -> Result<()> {
        File::open(&self.path).and_then(|dir| dir.sync_all()).at_path("write", &self.path)
    }

    /// Locks the directory for this process.
    pub(crate) fn lock(&self, user: ServerUser) -> Result<Lock> {
        let path = self.path.join("lock");
        let mut options = new_file();
        let mut file = options.read(true).truncate(false).open(&path).at_path("open", &path)?;
        user.take_ownership(&path)?;
        let began = Instant::now();
        let locked = loop {
            match file.try_lock() {
                // A process that was killed while it started another one holds the lock until that one runs its own program.
                Err(TryLockError::WouldBlock) if began.elapsed() < GRACE => thread::sleep(STEP),
                tried => break tried,
            }
        };
        let mut text = String::new();
        file.read_to_string(&mut text).at_path("read", &path)?;
        let mut numbers = text.split_whitespace().map(|word| word.parse().unwrap_or(0));
        let (owner, server) = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
        match locked {
            Ok(()) => Ok(Lock { file, path, last_server: server }),
            Err(TryLockError::WouldBlock) => {
                Err(PgError::AlreadyRunning { data_dir: self.path.clone(), pid: owner })
            }
            Err(TryLockError::Error(error)) => Err(error).at_path("lock", &path),
        }
    }
}

/// Options that create or empty a file for the server's user alone. They follow no link: where root starts the server, that user could
/// have it write to any file by a link in the data directory.
pub(crate) fn new_file() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600).custom_flags(no_links());
    options
}

/// The flag of `open` that refuses links.
pub(crate) fn no_links() -> i32 {
    i32::try_from(rustix::fs::OFlags::NOFOLLOW.bits()).unwrap_or_default()
}

/// Refuses a file in place of a folder.
fn check_folder(path: &Path) -> Result<()> {
    match fs::metadata(path) {
        Ok(found) if !found.is_dir() => Err(PgError::NotAFolder { path: path.into() }),
        _ => Ok(()),
    }
}

/// Refuses a folder that holds files of another program: closing /home to all except one user would do great harm. A closed folder with
/// `SCRATCH_DIR` and `FOLDERS_FILE` alone is ours: commands that use another PostgreSQL make them before a server has run here.
fn check_ours(path: &Path) -> Result<()> {
    let entries: Vec<_> =
        path.read_dir().at_path("list", path)?.flatten().map(|entry| entry.file_name()).collect();
    let is_open = fs::metadata(path).at_path("look at", path)?.mode() & 0o077 != 0;
    let is_of_commands = |name: &OsString| name == SCRATCH_DIR || name == FOLDERS_FILE;
    let is_fresh = entries.is_empty() || (!is_open && entries.iter().all(is_of_commands));
    if is_fresh || path.join("lock").is_file() { Ok(()) } else { Err(PgError::NotOurs { path: path.into() }) }
}

/// The right to run the server of a data directory; it ends with the process, even if that is killed.
#[derive(Debug)]
pub(crate) struct Lock {
    file: File,
    path: PathBuf,
    /// The server that the last holder ran; 0 if unknown.
    pub(crate) last_server: i32,
}

impl Lock {
    /// Records the process that holds the directory and the server that it runs.
    pub(crate) fn write_holder(&mut self, server: i32) -> Result<()> {
        let text = format!("{} {server}\n", std::process::id());
        let mut write = || {
            self.file.set_len(0)?;
            self.file.rewind()?;
            self.file.write_all(text.as_bytes())
        };
        write().at_path("write", &self.path)
    }
}

/// A password of 40 letters and digits, 238 bits: nothing in it needs quoting anywhere.
pub(crate) fn random_password() -> String {
    rand::rng().sample_iter(Alphanumeric).take(40).map(char::from).collect()
}
