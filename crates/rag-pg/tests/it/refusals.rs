//! Errors, and the cure that each one names.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use rag_pg::{Install, PgError, default_data_dir, start};

use crate::support::Folder;

#[test]
fn a_second_server_is_refused_and_the_first_is_named() {
    let folder = Folder::new();
    let server = start(&folder.settings()).unwrap();
    let refused = start(&folder.settings()).unwrap_err();
    assert!(refused.to_string().contains(&format!("process {}", std::process::id())), "{refused}");
    folder.psql(&server.url(), "SELECT 1").unwrap();
}

#[test]
fn the_data_of_another_major_version_are_refused_and_left_alone() {
    let folder = Folder::new();
    drop(start(&folder.settings()).unwrap());
    let version = folder.cluster().join("PG_VERSION");
    fs::write(&version, "17\n").unwrap();
    let refused = start(&folder.settings()).unwrap_err();
    assert!(matches!(&refused, PgError::OtherMajor { found, .. } if found == "17"), "{refused}");
    assert!(refused.to_string().contains("pg_dump"), "{refused}");
    assert_eq!(fs::read_to_string(version).unwrap(), "17\n");
}

#[test]
fn a_folder_without_postgres_is_refused() {
    let empty = tempfile::tempdir().unwrap();
    let refused = Install::find(empty.path()).unwrap_err();
    assert!(refused.to_string().contains("run the setup"), "{refused}");
}

#[test]
fn a_setting_postgres_does_not_know_is_shown_from_its_log() {
    let folder = Folder::new();
    drop(start(&folder.settings()).unwrap());
    fs::write(folder.cluster().join("custom.conf"), "no_such_setting = 1\n").unwrap();
    let refused = start(&folder.settings()).unwrap_err();
    assert!(refused.to_string().contains("no_such_setting"), "{refused}");
}

#[test]
fn a_data_directory_the_servers_user_cannot_reach_is_refused() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let folder = Folder::new();
    let closed = folder.data_dir();
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).unwrap();
    let refused = start(&folder.settings_at(&closed.join("data"))).unwrap_err();
    assert!(matches!(&refused, PgError::Unreachable { path, user: 65534 } if *path == closed), "{refused}");
    assert_eq!(default_data_dir(&closed), Path::new("/var/lib/rag"));
}

#[test]
fn a_place_that_cannot_be_written_is_named() {
    let folder = Folder::new();
    let refused = start(&folder.settings_at(Path::new("/proc/rag"))).unwrap_err();
    assert!(refused.to_string().starts_with("cannot create /proc/rag: "), "{refused}");
}

#[test]
fn a_data_directory_with_temporary_files_alone_is_ours_if_it_is_closed() {
    let folder = Folder::new();
    let scratch = folder.data_dir().join(rag_pg::SCRATCH_DIR);
    fs::create_dir_all(&scratch).unwrap();
    fs::set_permissions(folder.data_dir(), fs::Permissions::from_mode(0o755)).unwrap();
    let refused = start(&folder.settings()).unwrap_err();
    assert!(matches!(refused, PgError::NotOurs { .. }), "{refused}");
    fs::set_permissions(folder.data_dir(), fs::Permissions::from_mode(0o700)).unwrap();
    start(&folder.settings()).unwrap().stop();
    assert!(scratch.is_dir());
}

#[test]
fn a_folder_of_something_else_is_refused_and_left_open() {
    let folder = Folder::new();
    let other = folder.data_dir();
    fs::create_dir(&other).unwrap();
    fs::write(other.join("letter.txt"), "Dear").unwrap();
    let before = fs::metadata(&other).unwrap().permissions();
    let refused = start(&folder.settings()).unwrap_err();
    assert!(matches!(refused, PgError::NotOurs { .. }), "{refused}");
    assert_eq!(fs::metadata(&other).unwrap().permissions(), before);
}
