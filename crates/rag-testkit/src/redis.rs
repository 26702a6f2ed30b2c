//! A Redis for one test.

use std::{
    os::unix::net::UnixStream,
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread,
};

use tempfile::TempDir;

use crate::checkout::rag_home;

/// A Redis of its own on a socket in a folder of its own; killed at the end.
pub struct TestRedis {
    server: Child,
    folder: TempDir,
}

impl TestRedis {
    /// Starts one, and waits until it answers.
    #[expect(clippy::new_without_default, reason = "a default value would be a server")]
    pub fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let server = Command::new(program())
            .args(["--port", "0", "--save", "", "--unixsocket", "socket"])
            .current_dir(folder.path())
            .stdout(Stdio::null())
            .spawn()
            .expect("no redis-server: `scripts/setup redis` installs it");
        let redis = Self { server, folder };
        while UnixStream::connect(redis.socket()).is_err() {
            thread::yield_now();
        }
        redis
    }

    /// Where it is.
    pub fn url(&self) -> String {
        format!("redis+unix://{}", self.socket().display())
    }

    /// Ends it at once.
    pub fn kill(&mut self) {
        self.server.kill().unwrap();
        self.server.wait().unwrap();
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join("socket")
    }
}

impl Drop for TestRedis {
    fn drop(&mut self) {
        // It may have been killed before.
        _ = self.server.kill();
        _ = self.server.wait();
    }
}

/// What `scripts/setup` installed, else what the system has.
fn program() -> PathBuf {
    let installed = rag_home().join("tools/redis/redis-server");
    if installed.exists() { installed } else { PathBuf::from("redis-server") }
}
