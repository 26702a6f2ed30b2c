//! Wrong values and places on the command line: each is refused before anything is made, and the message says what is wanted.

use std::{fs, net::TcpListener};

use rag_pg::{Install, Temporary};

use super::{open_folder, rag, rag_home, run};

#[test]
fn a_value_that_cannot_be_read_is_refused_with_an_example() {
    let dir = open_folder();
    for (args, wanted) in [
        (&["activity", "--from", "yesterday"][..], "give a day such as 2026-11-30"),
        (&["ask", "Why?", "--as-of", "yesterday"], "give a time such as 2026-11-30T12:00:00Z"),
        (&["job", "show", "nope"], "give an id such as 019ad1f4"),
        (&["memory", "undo", "1"], "give an id such as 019ad1f4"),
        (&["ingest", "ftp://a.example/b"], "an address begins with http:// or https://"),
        (&["ingest", "localhost:8088"], "an address begins with http:// or https://"),
    ] {
        let (code, _, err) = run(&mut rag(dir.path(), args));
        assert_eq!((code, err.contains(wanted)), (2, true), "{args:?}: {err}");
    }
}

#[test]
fn a_port_in_use_is_a_failure_before_anything_is_made() {
    let dir = open_folder();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let bind = taken.local_addr().unwrap().to_string();
    let (code, out, err) = run(&mut rag(dir.path(), &["serve", "--bind", &bind, "--data-dir", "data"]));
    assert_eq!((code, err.contains(&format!("cannot listen on {bind}"))), (1, true), "{out}{err}");
    assert!(!dir.path().join("data").exists());
}

#[test]
fn a_data_folder_that_is_a_file_is_wrong_usage() {
    let dir = open_folder();
    fs::write(dir.path().join("file"), "").unwrap();
    for command in [&["search", "x"][..], &["ingest", "file"]] {
        let (code, _, err) = run(rag(dir.path(), command).args(["--data-dir", "file"]));
        assert_eq!(code, 2, "{err}");
        assert!(err.contains("is a file, not a folder") && err.contains("--data-dir"), "{err}");
    }
}

#[test]
fn a_command_that_reads_makes_no_database() {
    let dir = open_folder();
    for command in [&["search", "x"][..], &["migrate", "--revert", "--yes"], &["document", "list"]] {
        let (code, _, err) = run(rag(dir.path(), command).args(["--data-dir", "typo"]));
        assert_eq!((code, err.contains("there is no database in")), (1, true), "{err}");
        assert!(!dir.path().join("typo").exists());
    }
}

#[test]
fn a_migration_is_reverted_only_after_a_confirmation() {
    let dir = open_folder();
    let install = Install::find(&rag_home()).unwrap();
    let postgres = Temporary::start(install, Some(env!("CARGO_BIN_EXE_rag").into())).unwrap();
    let migrate = |args: &[&str]| {
        let mut command = rag(dir.path(), &["migrate"]);
        run(command.args(args).env("DATABASE_URL", postgres.server().url()))
    };
    assert_eq!(migrate(&[]).0, 0);
    let (code, _, err) = migrate(&["--revert"]);
    assert_eq!((code, err.contains("confirmation is required")), (2, true), "{err}");
    let (code, out, err) = migrate(&["--revert", "--yes"]);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("the data of its tables and columns was deleted"), "{out}");
}
