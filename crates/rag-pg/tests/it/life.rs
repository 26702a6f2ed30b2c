//! The normal life of a server: created, started, queried, stopped, restarted, joined.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};

use rag_pg::{PgError, Server, Status, Temporary, start, status};

use crate::support::Folder;

#[test]
fn stopping_and_starting_keeps_the_data_and_the_url() {
    let folder = Folder::new();
    let server = start(&folder.settings()).unwrap();
    let url = server.url();
    folder.psql(&url, "CREATE TABLE kept (n int); INSERT INTO kept VALUES (42)").unwrap();
    assert!(server.stop().success());
    let server = start(&folder.settings()).unwrap();
    assert_eq!(server.url(), url);
    assert_eq!(folder.psql(&url, "SELECT n FROM kept").unwrap(), "42");
}

#[test]
fn a_durable_cluster_has_checksums_utf8_and_syncs() {
    let folder = Folder::new();
    let mut settings = folder.settings();
    settings.throw_away = false;
    let server = start(&settings).unwrap();
    for (name, value) in [
        ("data_checksums", "on"),
        ("server_encoding", "UTF8"),
        ("fsync", "on"),
        ("full_page_writes", "on"),
        ("synchronous_commit", "on"),
        ("jit", "off"),
        ("listen_addresses", ""),
        ("shared_buffers", "64MB"),
    ] {
        assert_eq!(folder.psql(&server.url(), &format!("SHOW {name}")).unwrap(), value, "{name}");
    }
    let locale =
        "SELECT datlocprovider::text || datlocale FROM pg_database WHERE datname = current_database()";
    assert_eq!(folder.psql(&server.url(), locale).unwrap(), "bC.UTF-8");
    folder.psql(&server.url(), "CREATE EXTENSION vector").unwrap();
}

#[test]
fn the_users_own_settings_win_and_survive_a_restart() {
    let folder = Folder::new();
    let mut server = start(&folder.settings()).unwrap();
    folder.psql(&server.url(), "ALTER SYSTEM SET work_mem = '7MB'").unwrap();
    fs::write(folder.cluster().join("custom.conf"), "maintenance_work_mem = 99MB\n").unwrap();
    server.restart().unwrap();
    assert_eq!(folder.psql(&server.url(), "SHOW work_mem").unwrap(), "7MB");
    assert_eq!(folder.psql(&server.url(), "SHOW maintenance_work_mem").unwrap(), "99MB");
}

#[test]
fn dropping_a_server_stops_it() {
    let folder = Folder::new();
    let server = start(&folder.settings()).unwrap();
    let url = server.url();
    drop(server);
    assert!(folder.psql(&url, "SELECT 1").is_err());
    assert!(matches!(status(&folder.data_dir()).unwrap(), Status::Stopped { major } if major == "18"));
}

#[test]
fn a_running_server_is_joined_by_its_data_directory_alone() {
    let folder = Folder::new();
    assert!(matches!(status(&folder.data_dir()).unwrap(), Status::Absent));
    let none = Server::join(&folder.data_dir()).unwrap_err();
    assert!(matches!(none, PgError::NotRunning { .. }), "{none}");
    let server = start(&folder.settings()).unwrap();
    let joined = Server::join(&folder.data_dir()).unwrap();
    assert_eq!((joined.pid, joined.address.url()), (server.pid(), server.url()));
}

#[test]
fn two_programs_may_each_have_a_temporary_server() {
    let folder = Folder::new();
    let [one, two] = [(); 2].map(|()| Temporary::start(folder.install.clone(), None).unwrap());
    folder.psql(&one.server().url(), "CREATE TABLE t ()").unwrap();
    folder.psql(&two.server().url(), "CREATE TABLE t ()").unwrap();
}

#[test]
fn the_directory_is_closed_to_others_and_root_does_not_run_the_server() {
    let folder = Folder::new();
    let server = start(&folder.settings()).unwrap();
    let mode = |name: &str| fs::metadata(folder.data_dir().join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!([mode(""), mode("pgdata"), mode("run")], [0o700; 3]);
    assert_eq!([mode("password"), mode("lock"), mode("postgres.log")], [0o600; 3]);
    let user = fs::metadata(format!("/proc/{}", server.pid())).unwrap().uid();
    let me = rustix::process::geteuid().as_raw();
    assert_eq!(user, if me == 0 { 65534 } else { me });
}
