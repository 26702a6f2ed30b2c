//! `rag doctor`: every check finds its damage, and every repair mends it. One database is damaged in all ways at once.

use std::{collections::BTreeMap, fs, os::unix, os::unix::fs::PermissionsExt, path::Path, process::Command};

use diesel::connection::SimpleConnection as _;
use rag_pg::{Install, Temporary};
use rag_repo::{PgConnection, server};
use serde_json::Value;

use super::{json, rag, rag_home, run};

/// Lists the checks.
const OPERATIONS: &str = include_str!("../../../../docs/OPERATIONS.md");
/// Rules with a repair, in the order of the report, and the number that the damage leaves them.
const REPAIRABLE: [(&str, &str); 26] = [
    ("vector indexes", "1 model without"),
    ("row security", "1 table (collection_synonyms) open"),
    ("indexes", "1 invalid index (jobs_due_idx)"),
    ("constraints", "1 constraint (files_size_bytes_small)"),
    ("triggers", "1 trigger (document_versions.document_versions_delete_contents)"),
    ("partitions", "1 month"),
    ("default partition", "1 row (2020-05)"),
    ("dead rows", "1 table (memory_uses)"),
    ("statistics", "1 table (memory_uses)"),
    ("lost chunks", "1 chunk"),
    ("vector owners", "1 vector"),
    ("word owners", "1 row of words"),
    ("orphan words", "2 rows of words"),
    ("orphan passages", "1 passage"),
    ("orphan vectors", "2 vectors"),
    ("word statistics", "collections"),
    ("word counts", "words"),
    ("zero vectors", "1 vector"),
    ("old vectors", "1 collection"),
    ("chunk vectors", "chunks"),
    ("chunk words", "chunks"),
    ("round index", "1 round"),
    ("memory links", "1 memory"),
    ("usage counts", "1 organisation"),
    ("popularity", "document"),
    ("unread versions", "1 version"),
];
/// Rules without a repair, with the grade of what they find.
const LASTING: [(&str, &str); 9] = [
    ("autovacuum", "WARN"),
    ("replication slots", "WARN"),
    ("chunk counts", "FAIL"),
    ("current versions", "FAIL"),
    ("stored bytes", "FAIL"),
    ("memory index", "WARN"),
    ("dead jobs", "WARN"),
    ("waiting jobs", "WARN"),
    ("turns", "WARN"),
];
/// Checks that only the illusions break.
const ILLUSIONS: [(&str, &str); 7] = [
    ("recovery", "FAIL"),
    ("clock", "WARN"),
    ("replicas", "WARN"),
    ("transaction age", "FAIL"),
    ("transactions", "WARN"),
    ("collation", "WARN"),
    ("checksums", "FAIL"),
];

/// The checks of a report, by name.
fn checks(report: &Value) -> BTreeMap<String, Value> {
    let all = report["checks"].as_array().unwrap();
    all.iter().map(|check| (check["name"].as_str().unwrap().to_owned(), check.clone())).collect()
}

fn grades(checks: &BTreeMap<String, Value>) -> BTreeMap<&str, &str> {
    checks.iter().map(|(name, check)| (name.as_str(), check["grade"].as_str().unwrap())).collect()
}

struct Scene {
    dir: tempfile::TempDir,
    postgres: Temporary,
}

impl Scene {
    /// A database with six documents of one chunk each, two memories and two answers.
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let install = Install::find(&rag_home()).unwrap();
        let postgres = Temporary::start(install, Some(env!("CARGO_BIN_EXE_rag").into())).unwrap();
        let scene = Self { dir, postgres };
        let docs = scene.dir.path().join("docs");
        fs::create_dir(&docs).unwrap();
        for (name, text) in [
            ("pump", "The granite pump runs at noon and needs oil every week."),
            ("leave", "Every employee has thirty days of paid vacation in a calendar year."),
            ("bread", "Bread rises for two hours before it goes into the oven."),
            ("train", "The night train to the coast leaves from platform nine."),
            ("roof", "The roof of the barn was covered with slate in spring."),
            ("ship", "The ship carries containers and needs a deep harbour."),
        ] {
            fs::write(docs.join(format!("{name}.md")), text).unwrap();
        }
        let (code, _, err) = run(&mut scene.rag(&["ingest", "docs"]));
        assert_eq!(code, 0, "{err}");
        for question in ["When does the granite pump run?", "How long does bread rise?"] {
            let (code, out, err) = run(&mut scene.rag(&["ask", question]));
            assert_eq!(code, 0, "{out}{err}");
        }
        for statement in ["I live in Berlin", "My sister is called Ada"] {
            let (code, _, err) = run(&mut scene.rag(&["memory", "add", statement]));
            assert_eq!(code, 0, "{err}");
        }
        scene
    }

    fn rag(&self, args: &[&str]) -> Command {
        let mut command = rag(self.dir.path(), args);
        command.env("DATABASE_URL", self.postgres.server().url());
        command
    }

    fn doctor(&self, args: &[&str]) -> (i32, BTreeMap<String, Value>) {
        let args: Vec<&str> = ["doctor", "--json"].into_iter().chain(args.iter().copied()).collect();
        let (code, report) = json(&mut self.rag(&args));
        // Ids and names, never what users have written.
        for private in ["granite", "vacation", "Berlin", "Ada", "bread"] {
            assert!(!report.to_string().contains(private), "{private}: {report}");
        }
        (code, checks(&report))
    }

    fn run_sql(&self, sql: &str) {
        let mut conn: PgConnection = server::connect(&self.postgres.server().url()).unwrap();
        conn.batch_execute(sql).unwrap();
    }
}

#[test]
fn every_damage_is_found_and_every_repair_mends_it() {
    let scene = Scene::new();
    let (code, healthy) = scene.doctor(&[]);
    assert_eq!(code, 0, "{healthy:#?}");
    assert!(healthy.len() >= 50, "{} checks", healthy.len());
    // Servers of tests write nothing to disk at once; and the disk and memory are those of the machine that runs the test.
    let expected = ["fsync", "full_page_writes", "disk", "scratch", "memory", "open files"];
    let ill: Vec<_> = grades(&healthy)
        .into_iter()
        .filter(|(name, grade)| *grade != "OK" && !expected.contains(name))
        .collect();
    assert!(ill.is_empty(), "{ill:?}");
    assert_eq!(healthy["fsync"]["grade"], "WARN");
    for name in healthy.keys() {
        assert!(
            OPERATIONS.contains(&format!("\n| `{name}` |")),
            "docs/OPERATIONS.md lacks the check `{name}`"
        );
    }

    scene.run_sql("ALTER SYSTEM SET autovacuum = off");
    scene.run_sql("SELECT pg_reload_conf()");
    scene.run_sql(include_str!("doctor_damage.sql"));
    let (code, found) = scene.doctor(&[]);
    assert_eq!(code, 1);
    for (name, finding) in REPAIRABLE {
        let check = &found[name];
        assert_ne!(check["grade"], "OK", "{name}: {check}");
        assert!(check["finding"].as_str().unwrap().contains(finding), "{name}: {check}");
        assert!(check["repair"].is_string(), "{name}: {check}");
    }
    for (name, grade) in LASTING {
        assert_eq!(found[name]["grade"], grade, "{name}: {}", found[name]);
        assert!(found[name]["cure"].is_string(), "{name}");
    }
    for name in ["rounds", "leases"] {
        assert_eq!(found[name]["grade"], "WARN", "{name}: {}", found[name]);
    }

    let (_, planned) = scene.doctor(&["--repair", "--dry-run"]);
    assert_eq!(grades(&planned), grades(&found), "a dry run changes nothing");

    let (_, repaired) = scene.doctor(&["--repair"]);
    for (name, _) in REPAIRABLE {
        assert_eq!(repaired[name]["grade"], "OK", "{name}: {}", repaired[name]);
    }
    for (name, _) in LASTING {
        assert_ne!(repaired[name]["grade"], "OK", "{name}: {}", repaired[name]);
    }
    assert!(repaired["row security"]["finding"].as_str().unwrap().contains("Repair done: force it"));

    scene.run_sql(include_str!("doctor_illusions.sql"));
    let (code, again) = scene.doctor(&["--repair", "--set", "database.max_connections=1000"]);
    assert_eq!(code, 1);
    for (name, _) in REPAIRABLE {
        assert_eq!(again[name]["grade"], "OK", "{name}: {}", again[name]);
        let is_mended = again[name]["finding"].as_str().unwrap().contains("Repair done");
        assert!(!is_mended, "nothing was left to repair: {}", again[name]);
    }
    for (name, grade) in ILLUSIONS {
        assert_eq!(again[name]["grade"], grade, "{name}: {}", again[name]);
    }
    assert_eq!(again["connections"]["grade"], "WARN");
    let index = again["index use"]["finding"].as_str().unwrap();
    assert!(
        index.contains("1 model without a vector index that searches use") && index.contains("Repair done"),
        "{index}"
    );
}

#[test]
fn a_machine_that_lacks_something_is_found() {
    let dir = tempfile::tempdir().unwrap();
    let toml = dir.path().join("rag.toml");
    fs::write(&toml, "[server]\nkey = \"0123456789abcdefghijklmnop\"\n").unwrap();
    fs::set_permissions(&toml, fs::Permissions::from_mode(0o644)).unwrap();
    let model = damaged_model(dir.path());
    // The shell lowers the limit of the program that it becomes.
    let shell = rag(dir.path(), &[]);
    let program = shell.get_program().to_owned();
    let mut limited = Command::new("sh");
    limited.args(["-c", "ulimit -n 512; exec \"$0\" \"$@\""]).arg(program);
    limited.args(["doctor", "--json", "--set", "ingest.memory_bytes=1000000000000000"]);
    limited.args(["--set", "ingest.scratch_dir=rag.toml/scratch", "--set"]);
    limited.arg(format!("embedding.model_dir={}", model.display()));
    for (name, value) in shell.get_envs() {
        match value {
            Some(value) => limited.env(name, value),
            None => limited.env_remove(name),
        };
    }
    limited.current_dir(dir.path()).env("DATABASE_URL", "postgres://u@127.0.0.1:1/d");
    let (code, report) = json(&mut limited);
    assert_eq!(code, 1, "{report}");
    let found = checks(&report);
    for (name, grade) in [
        ("open files", "WARN"),
        ("scratch", "FAIL"),
        ("secret files", "WARN"),
        ("memory", "WARN"),
        ("model files", "WARN"),
        ("embedding", "OK"),
        ("PostgreSQL", "FAIL"),
    ] {
        assert_eq!(found[name]["grade"], grade, "{name}: {report}");
    }
    assert!(found["secret files"]["finding"].as_str().unwrap().contains("rag.toml"), "{report}");
    assert!(found["model files"]["finding"].as_str().unwrap().starts_with("NOTICE in "), "{report}");

    fs::set_permissions(&toml, fs::Permissions::from_mode(0o640)).unwrap();
    let (_, report) = json(&mut limited);
    assert_eq!(checks(&report)["secret files"]["grade"], "OK", "{report}");
}

/// The installed model with a file that is not the pinned one.
fn damaged_model(dir: &Path) -> std::path::PathBuf {
    let model = dir.join("model");
    fs::create_dir(&model).unwrap();
    for entry in fs::read_dir(rag_home().join("model/all-minilm-l6-v2")).unwrap() {
        let entry = entry.unwrap();
        if entry.file_name() != "NOTICE" {
            unix::fs::symlink(entry.path(), model.join(entry.file_name())).unwrap();
        }
    }
    fs::write(model.join("NOTICE"), "Of another model.").unwrap();
    model
}

#[test]
fn data_of_another_postgresql_are_named_with_the_way_to_move_them() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir_all(dir.path().join("data/pgdata")).unwrap();
    fs::write(dir.path().join("data/pgdata/PG_VERSION"), "12\n").unwrap();
    let (code, out, err) = run(&mut rag(dir.path(), &["status", "--data-dir", "data"]));
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("the data are of PostgreSQL 12") && out.contains("pg_dump"), "{out}");
}

#[test]
fn a_dry_run_needs_a_repair() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(run(&mut rag(dir.path(), &["doctor", "--dry-run"])).0, 2);
}
