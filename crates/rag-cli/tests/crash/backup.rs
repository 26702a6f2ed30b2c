//! `rag backup` and `rag restore`: what is saved comes back whole, and a killed one leaves nothing that passes for whole.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::{
    ingest::{search, wait_until},
    scene::{Scene, kill_9},
};

fn run(command: &mut Command) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = command.output().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

/// `rag` with the data directory `copy` instead of the scene's.
fn on_copy(scene: &Scene, args: &[&str]) -> Command {
    let mut command = scene.rag(args);
    command.env("RAG_POSTGRES__DATA_DIR", scene.path("copy"));
    command
}

fn stored(scene: &Scene) -> Value {
    fs::write(scene.path("lamp.txt"), "The lamp of the lighthouse burns rapeseed oil. It was lit in 1823.\n")
        .unwrap();
    fs::write(scene.path("ORA-01555.md"), "# ORA-01555\n\nSnapshot too old: raise undo_retention.\n")
        .unwrap();
    let (code, _, err) = run(&mut scene.rag(&["ingest", "lamp.txt", "ORA-01555.md"]));
    assert_eq!(code, Some(0), "{err}");
    results(&search(scene, "ORA-01555 undo_retention"))
}

/// Passages and scores, without times.
fn results(found: &Value) -> Value {
    found.get("results").cloned().unwrap()
}

#[test]
fn a_backup_proves_itself_and_restores_what_was_saved() {
    let scene = Scene::new();
    let before = stored(&scene);
    let (code, out, err) = run(&mut scene.rag(&["backup", "monday"]));
    assert_eq!(code, Some(0), "{err}");
    assert!(out.contains("2 documents"), "{out}");
    let (code, out, err) = run(&mut scene.rag(&["backup", "verify", "monday"]));
    assert_eq!(code, Some(0), "{err}");
    assert!(out.contains("is whole"), "{out}");

    let (code, _, err) = run(&mut scene.rag(&["backup", "monday"]));
    assert_eq!((code, err.contains("exists already")), (Some(2), true), "{err}");
    let (code, _, err) = run(&mut scene.rag(&["restore", "monday"]));
    assert_eq!((code, err.contains("holds tables already")), (Some(1), true), "{err}");

    let (code, out, err) = run(&mut on_copy(&scene, &["restore", "monday"]));
    assert_eq!(code, Some(0), "{err}");
    assert!(out.contains("2 documents"), "{out}");
    let found =
        run(&mut on_copy(&scene, &["search", "--limit", "1000", "--json", "ORA-01555 undo_retention"]));
    assert_eq!(results(&serde_json::from_str(&found.1).unwrap()), before);
    let (code, out, _) = run(&mut on_copy(&scene, &["doctor"]));
    assert_eq!(code, Some(0), "{out}");
}

#[test]
fn a_changed_dump_is_refused() {
    let scene = Scene::new();
    stored(&scene);
    assert_eq!(run(&mut scene.rag(&["backup", "monday"])).0, Some(0));
    let dump = scene.path("monday/database.dump");
    let mut bytes = fs::read(&dump).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&dump, bytes).unwrap();
    for args in [["backup", "verify", "monday"].as_slice(), &["restore", "monday"]] {
        let (code, _, err) = run(&mut on_copy(&scene, args));
        assert_eq!((code, err.contains("has changed since it was made")), (Some(1), true), "{err}");
    }
    assert!(!scene.path("copy").exists(), "a refused restore leaves no database");
}

#[test]
fn a_killed_backup_or_restore_passes_for_nothing() {
    let scene = Scene::new();
    let before = stored(&scene);
    let unfinished = |dir: &Path| {
        let names = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name.contains(".unfinished-")).count()
    };
    let here = scene.path("");
    let mut backup = scene.rag(&["backup", "monday"]).spawn().unwrap();
    wait_until(&mut backup, || unfinished(&here) > 0);
    kill_9(backup.id());
    backup.wait().unwrap();
    assert!(!scene.path("monday").exists());
    assert_eq!(run(&mut scene.rag(&["backup", "monday"])).0, Some(0));

    for kill in 0..4 {
        let mut restore = on_copy(&scene, &["restore", "monday"]).spawn().unwrap();
        wait_until(&mut restore, || scene.path("copy/pgdata/postmaster.pid").exists());
        let moment = Instant::now() + Duration::from_millis(150 * kill);
        wait_until(&mut restore, || Instant::now() >= moment);
        // It may have ended by itself, and well.
        let _ = restore.kill();
        if restore.wait().unwrap().success() {
            break;
        }
    }
    let (code, _, err) = run(&mut on_copy(&scene, &["restore", "monday"]));
    assert!(code == Some(0) || err.contains("holds tables already"), "{err}");
    let found =
        run(&mut on_copy(&scene, &["search", "--limit", "1000", "--json", "ORA-01555 undo_retention"]));
    assert_eq!(results(&serde_json::from_str(&found.1).unwrap()), before);
}
