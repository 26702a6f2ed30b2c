//! `rag pg statements`: the statements of the embedded PostgreSQL, and of a configured one that lacks what is needed.

use std::{collections::BTreeMap, fs};

use diesel::connection::SimpleConnection as _;
use rag_pg::{Install, Temporary};
use rag_repo::server;
use serde_json::Value;

use crate::{json, open_folder, rag, rag_home, run};

fn texts(report: &Value) -> Vec<&str> {
    report["statements"].as_array().unwrap().iter().map(|row| row["text"].as_str().unwrap()).collect()
}

#[test]
fn the_embedded_postgresql_counts_statements_without_their_values() {
    let dir = open_folder();
    let with = |args: &[&str]| rag(dir.path(), &[args, &["--data-dir", "data"][..]].concat());
    let (code, _, err) = run(&mut with(&["pg", "statements"]));
    assert_eq!((code, err.contains("there is no database in data yet")), (1, true), "{err}");
    assert!(!dir.path().join("data").exists());

    fs::write(dir.path().join("leave.md"), "Every employee has thirty days of paid vacation.\n").unwrap();
    assert_eq!(run(&mut with(&["ingest", "leave.md"])).0, 0);
    let (code, report) = json(&mut with(&["pg", "statements", "--limit", "500", "--json"]));
    assert_eq!(code, 0);
    let all = texts(&report);
    assert!(all.iter().any(|text| text.contains("\"documents\"") && text.contains("$1")), "{all:#?}");
    assert!(!all.iter().any(|text| text.contains("leave.md") || text.contains("vacation")), "{all:#?}");
    let rows = report["statements"].as_array().unwrap();
    let share: f64 = rows.iter().map(|row| row["share"].as_f64().unwrap()).sum();
    assert!((0.9..=1.001).contains(&share), "{share}");

    for (by, column) in [
        ("total", "total_ms"),
        ("mean", "mean_ms"),
        ("calls", "calls"),
        ("reads", "read_bytes"),
        ("temp", "temp_bytes"),
    ] {
        let (_, report) = json(&mut with(&["pg", "statements", "--by", by, "--limit", "5", "--json"]));
        let rows = report["statements"].as_array().unwrap();
        let values: Vec<f64> = rows.iter().map(|row| row[column].as_f64().unwrap()).collect();
        assert!(rows.len() == 5 && values.is_sorted_by(|a, b| a >= b), "{by}: {values:?}");
    }

    let (code, out, err) = run(&mut with(&["pg", "statements", "--reset"]));
    assert_eq!((code, out.contains("are counted from now on")), (0, true), "{err}");
    let (_, out, _) = run(&mut with(&["pg", "statements", "--limit", "500"]));
    assert!(!out.contains("\"documents\""), "{out}");
}

#[test]
fn a_configured_postgresql_without_the_statistics_is_told_with_the_cure() {
    let dir = open_folder();
    let install = Install::find(&rag_home()).unwrap();
    let postgres = Temporary::start(install, Some(env!("CARGO_BIN_EXE_rag").into())).unwrap();
    let url = postgres.server().url();
    let (credentials, rest) = url.split_once('@').unwrap();
    let mut admin = server::connect(&url).unwrap();
    admin.batch_execute("CREATE ROLE tenant LOGIN PASSWORD 'secret'").unwrap();
    admin.batch_execute("CREATE SCHEMA tools").unwrap();
    let as_user = |credentials: &str, args: &[&str]| {
        let mut command = rag(dir.path(), args);
        command.env("DATABASE_URL", format!("{credentials}@{rest}"));
        command
    };
    let tenant = "postgresql://tenant:secret";
    let (code, _, err) = run(&mut as_user(tenant, &["pg", "statements"]));
    assert_eq!(code, 1, "{err}");
    for cure in ["CREATE EXTENSION pg_stat_statements;", "GRANT pg_read_all_stats TO tenant;"] {
        assert!(err.contains(cure), "{err}");
    }
    assert!(!err.contains("shared_preload_libraries"), "{err}");

    // The cure, with the extension in another schema than usual.
    admin.batch_execute("CREATE EXTENSION pg_stat_statements SCHEMA tools; GRANT pg_read_all_stats TO tenant; GRANT USAGE ON SCHEMA tools TO tenant").unwrap();
    admin.batch_execute("SELECT 'a value', 4711").unwrap();
    let (code, report) = json(&mut as_user(tenant, &["pg", "statements", "--json"]));
    assert_eq!(code, 0);
    let counted: BTreeMap<_, _> = report["statements"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["text"].as_str().unwrap(), &row["calls"]))
        .collect();
    assert_eq!(counted.get("SELECT $1, $2"), Some(&&1.into()), "{counted:#?}");

    assert!(counted.keys().any(|text| text.starts_with("CREATE ROLE tenant")), "{counted:#?}");
    assert!(!counted.keys().any(|text| text.contains("secret")), "{counted:#?}");

    let (code, _, err) = run(&mut as_user(tenant, &["pg", "statements", "--reset"]));
    assert_eq!((code, err.contains("ON FUNCTION pg_stat_statements_reset TO tenant;")), (1, true), "{err}");
    assert_eq!(run(&mut as_user(credentials, &["pg", "statements", "--reset"])).0, 0);
}
