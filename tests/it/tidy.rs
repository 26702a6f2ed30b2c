//! The order of the house: arrows between crates, first sentences, lengths.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use rag_testkit::checkout;
use serde_json::Value;

/// Which of our crates each of our crates may build on; those not listed, on none.
const ARROWS: [(&str, &[&str]); 4] = [
    (
        "rag-cli",
        &["rag-api", "rag-engine", "rag-pg", "rag-repo", "rag-schema", "rag-embed", "rag-llm", "rag-text"],
    ),
    ("rag-api", &["rag-engine", "rag-repo", "rag-schema", "rag-llm"]),
    ("rag-engine", &["rag-repo", "rag-schema", "rag-text", "rag-embed", "rag-llm"]),
    ("rag-repo", &["rag-schema"]),
];
/// These may build on anything, and nothing builds on them.
const OUTSIDE: [&str; 3] = ["rag-testkit", "rag-bench", "rag-tests"];

#[test]
fn crates_build_only_on_what_the_house_allows() {
    let mut cargo = Command::new(env!("CARGO"));
    let output = cargo
        .args(["metadata", "--format-version=1", "--no-deps", "--offline"])
        .current_dir(checkout())
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo metadata answers");
    let mut seen = 0;
    for package in metadata["packages"].as_array().unwrap() {
        let name = package["name"].as_str().unwrap();
        if OUTSIDE.contains(&name) {
            continue;
        }
        let allowed = ARROWS.iter().find(|(from, _)| *from == name).map_or(&[][..], |(_, to)| to);
        for dependency in package["dependencies"].as_array().unwrap() {
            let to = dependency["name"].as_str().unwrap();
            if to.starts_with("rag-") && dependency["kind"].is_null() {
                assert!(allowed.contains(&to), "{name} must not build on {to}");
                seen += 1;
            }
        }
    }
    assert!(seen > 10, "only {seen} arrows were seen");
}

#[test]
fn no_handler_acts_as_a_worker() {
    let mut files = Vec::new();
    rust_files(&checkout().join("crates/rag-api/src"), &mut files);
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        // A pattern that matches one is none; neither is what is said about it.
        let acts = text.lines().find(|line| line.contains("Actor::Worker") && !line.contains("=>"));
        assert_eq!(acts, None, "{} sees every organisation's documents", file.display());
    }
}

/// Reads may go direct, through a read-only transaction; writes go through the engine.
#[test]
fn no_handler_opens_a_transaction_that_writes() {
    let mut files = Vec::new();
    rust_files(&checkout().join("crates/rag-api/src"), &mut files);
    let mut reads = 0;
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        assert!(!text.contains(".transaction("), "{} opens a transaction that writes", file.display());
        reads += text.matches(".read(").count();
    }
    assert!(reads > 10, "only {reads} reads were seen");
}

#[test]
fn every_file_opens_with_a_sentence_and_stays_short() {
    let mut files = Vec::new();
    for folder in ["crates", "tests"] {
        rust_files(&checkout().join(folder), &mut files);
    }
    assert!(files.len() > 100);
    // Generated files are held by the tests of what they are made from.
    for file in files.into_iter().filter(|file| !file.ends_with("rag-schema/src/schema.rs")) {
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.starts_with("//! "), "{} opens without a sentence", file.display());
        let lines = text.lines().count();
        assert!(lines <= 400, "{} has {lines} lines", file.display());
    }
}

fn rust_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}
