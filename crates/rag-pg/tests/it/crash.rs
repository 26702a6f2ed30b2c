//! Crashes of the server and of its owner at any time; the next start recovers.

use std::fs::{self, DirBuilder};
use std::io::{BufRead, BufReader};
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use rag_pg::{Supervisor, start};

use crate::support::{Folder, kill, rag_home, wait_until};

/// The example program, which cargo builds with the tests.
fn example() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    tests.ancestors().nth(2).unwrap().join("examples/pg")
}

/// The example as the owner of a server, with the server's process and URL.
fn spawn_owner(folder: &Folder) -> (Child, i32, String) {
    let mut command = Command::new(example());
    command.arg(rag_home()).arg(folder.data_dir()).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut owner = command.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(owner.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let (pid, url) = line.trim().split_once(' ').unwrap();
    (owner, pid.parse().unwrap(), url.to_owned())
}

#[test]
fn a_killed_server_starts_again_with_its_data() {
    let folder = Folder::new();
    let mut server = start(&folder.settings()).unwrap();
    folder.psql(&server.url(), "CREATE TABLE kept AS SELECT generate_series(1, 1000) n").unwrap();
    kill(server.pid());
    assert!(!server.wait().success());
    server.restart().unwrap();
    assert_eq!(folder.psql(&server.url(), "SELECT count(*) FROM kept").unwrap(), "1000");
    kill(server.pid());
    drop(server);
    let server = start(&folder.settings()).unwrap();
    assert_eq!(folder.psql(&server.url(), "SELECT count(*) FROM kept").unwrap(), "1000");
}

#[test]
fn a_supervisor_starts_a_killed_server_again_under_the_same_url() {
    let folder = Folder::new();
    let supervisor = Supervisor::start(&folder.settings()).unwrap();
    folder.psql(supervisor.url(), "CREATE TABLE kept ()").unwrap();
    for _ in 0..2 {
        let first = supervisor.pid();
        kill(first);
        wait_until("another server", || supervisor.pid() != first);
        folder.psql(supervisor.url(), "SELECT * FROM kept").unwrap();
    }
    let url = supervisor.url().to_owned();
    assert!(!supervisor.has_given_up());
    supervisor.stop();
    folder.psql(&url, "SELECT 1").unwrap_err();
}

#[test]
fn a_supervisor_gives_up_on_a_server_that_cannot_start() {
    let folder = Folder::new();
    let supervisor = Supervisor::start(&folder.settings()).unwrap();
    fs::write(folder.cluster().join("custom.conf"), "no_such_setting = 1\n").unwrap();
    kill(supervisor.pid());
    wait_until("giving up", || supervisor.has_given_up());
}

#[test]
fn the_server_shuts_down_cleanly_when_its_owner_is_killed() {
    let folder = Folder::new();
    let (mut owner, pid, url) = spawn_owner(&folder);
    folder.psql(&url, "CREATE TABLE kept ()").unwrap();
    kill(i32::try_from(owner.id()).unwrap());
    owner.wait().unwrap();
    // At once: the old server may still be shutting down.
    let server = start(&folder.settings()).unwrap();
    assert_ne!(server.pid(), pid);
    folder.psql(&server.url(), "SELECT * FROM kept").unwrap();
    let log = fs::read_to_string(folder.data_dir().join("postgres.log")).unwrap();
    assert!(log.contains("database system is shut down"), "{log}");
    assert!(!log.contains("not properly shut down"), "{log}");
}

#[test]
fn a_pid_file_whose_number_is_now_another_program_is_no_obstacle() {
    let folder = Folder::new();
    let server = start(&folder.settings()).unwrap();
    let file = folder.cluster().join("postmaster.pid");
    let text = fs::read_to_string(&file).unwrap();
    let pid = server.pid().to_string();
    kill(server.pid());
    drop(server);
    // A running program of the server's user: PostgreSQL alone would take it for a server and refuse.
    let mut other = Command::new("sleep");
    other.arg("600");
    if rustix::process::geteuid().is_root() {
        std::os::unix::process::CommandExt::uid(&mut other, 65534);
    }
    let mut other = other.spawn().unwrap();
    fs::write(&file, text.replacen(&pid, &other.id().to_string(), 1)).unwrap();
    let started = start(&folder.settings());
    other.kill().unwrap();
    other.wait().unwrap();
    folder.psql(&started.unwrap().url(), "SELECT 1").unwrap();
}

#[test]
fn what_a_killed_initdb_left_is_removed_and_made_anew() {
    let folder = Folder::new();
    let half = folder.data_dir().join("pgdata.unfinished-0badcafe");
    fs::create_dir_all(half.join("base")).unwrap();
    fs::write(folder.data_dir().join("lock"), "").unwrap();
    fs::write(half.join("PG_VERSION"), "18\n").unwrap();
    let server = start(&folder.settings()).unwrap();
    folder.psql(&server.url(), "SELECT 1").unwrap();
    assert!(!half.exists());
}

#[test]
fn a_socket_folder_that_a_killed_start_had_just_made_is_used() {
    let folder = Folder::new();
    fs::create_dir(folder.data_dir()).unwrap();
    fs::write(folder.data_dir().join("lock"), "").unwrap();
    // Root creates it before it changes the owner to the server's user.
    DirBuilder::new().mode(0o700).create(folder.data_dir().join("run")).unwrap();
    let server = start(&folder.settings()).unwrap();
    folder.psql(&server.url(), "SELECT 1").unwrap();
}

#[test]
fn a_start_killed_at_any_moment_leaves_a_directory_that_starts() {
    let folder = Folder::new();
    for seen in ["password", "pgdata.unfinished-", "pgdata"] {
        let mut owner = Command::new(example());
        owner.arg(rag_home()).arg(folder.data_dir()).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut owner = owner.spawn().unwrap();
        wait_until(seen, || {
            let entries = folder.data_dir().read_dir().into_iter().flatten().flatten();
            let mut names = entries.map(|entry| entry.file_name().into_string().unwrap());
            names.any(|name| name == seen || (seen.ends_with('-') && name.starts_with(seen)))
        });
        owner.kill().unwrap();
        owner.wait().unwrap();
    }
    let server = start(&folder.settings()).unwrap();
    folder.psql(&server.url(), "SELECT 1").unwrap();
}

#[test]
fn a_lost_password_file_is_replaced() {
    let folder = Folder::new();
    let server = start(&folder.settings()).unwrap();
    let old = server.url();
    drop(server);
    fs::remove_file(folder.data_dir().join("password")).unwrap();
    let server = start(&folder.settings()).unwrap();
    assert_ne!(server.url(), old);
    folder.psql(&server.url(), "SELECT 1").unwrap();
}
