//! The order of the code base: dependencies between crates, first sentences, lengths, language.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use rag_testkit::checkout;
use serde_json::Value;

/// The crates of this workspace that each crate may depend on; a crate that is not listed, on none.
const ARROWS: [(&str, &[&str]); 4] = [
    (
        "rag-cli",
        &[
            "rag-api",
            "rag-engine",
            "rag-pg",
            "rag-repo",
            "rag-schema",
            "rag-embed",
            "rag-fetch",
            "rag-llm",
            "rag-text",
        ],
    ),
    ("rag-api", &["rag-engine", "rag-repo", "rag-schema", "rag-llm"]),
    ("rag-engine", &["rag-repo", "rag-schema", "rag-text", "rag-embed", "rag-fetch", "rag-llm"]),
    ("rag-repo", &["rag-schema"]),
];
/// These may depend on every crate, and no crate depends on them.
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
        // Patterns that match on a worker are allowed.
        let acts = text.lines().find(|line| line.contains("Actor::System") && !line.contains("=>"));
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

/// The upkeep of an operator, who names no person's data, is all that commands write beside the engine.
#[test]
fn commands_write_through_the_engine() {
    let mut files = Vec::new();
    rust_files(&checkout().join("crates/rag-cli/src"), &mut files);
    let writers: Vec<String> = files
        .iter()
        .filter(|file| fs::read_to_string(file).unwrap().contains(".transaction("))
        .map(|file| file.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    assert_eq!(writers, ["index.rs"]);
}

/// The document keeps schemas by their names: of two types with one name it holds only one.
#[test]
fn each_view_and_body_has_a_name_of_its_own() {
    let mut files = Vec::new();
    rust_files(&checkout().join("crates/rag-api/src"), &mut files);
    let mut names: Vec<String> = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let structs = text.lines().filter_map(|line| line.strip_prefix("pub(crate) struct "));
        let found = structs.filter_map(|rest| rest.split(|c: char| !c.is_alphanumeric()).next());
        names
            .extend(found.filter(|name| name.ends_with("View") || name.ends_with("Body")).map(str::to_owned));
    }
    names.sort();
    assert!(names.len() > 50, "only {} were seen", names.len());
    let twice: Vec<_> = names.windows(2).filter(|pair| pair[0] == pair[1]).collect();
    assert!(twice.is_empty(), "{twice:?}");
}

#[test]
fn every_file_opens_with_a_sentence_and_stays_short() {
    let mut files = Vec::new();
    for folder in ["crates", "tests"] {
        rust_files(&checkout().join(folder), &mut files);
    }
    assert!(files.len() > 100);
    // Other tests compare generated files with their sources.
    for file in files.into_iter().filter(|file| !file.ends_with("rag-schema/src/schema.rs")) {
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.starts_with("//! "), "{} opens without a sentence", file.display());
        let lines = text.lines().count();
        assert!(lines <= 400, "{} has {lines} lines", file.display());
    }
}

/// Phrases that docs/STYLE.md forbids: in lower case here, forbidden in any case, as whole words.
const FORBIDDEN_PHRASES: [&str; 10] = [
    "anew",
    "is none",
    "told by",
    "may be but",
    "so many at most",
    "whoever",
    "ingest rests",
    "for ever",
    "in the place of",
    "to be had",
];
/// Beginnings of names that docs/STYLE.md forbids; limits are `MAX_` and `MIN_`.
const FORBIDDEN_NAMES: [&str; 4] = ["MOST_", "LEAST_", "LONGEST_", "OLDEST_"];
/// Files that quote the phrases.
const QUOTING: [&str; 2] = ["tests/it/tidy.rs", "docs/STYLE.md"];

#[test]
fn documentation_comments_and_names_are_plain_english() {
    let mut files = Vec::new();
    for folder in ["crates", "docs", "scripts", "tests"] {
        files_below(&checkout().join(folder), &mut files);
    }
    files.extend(
        ["README.md", "CONTRIBUTING.md", "SECURITY.md", "config/rag.toml"].map(|name| checkout().join(name)),
    );
    let mut found = Vec::new();
    for file in files.iter().filter(|file| is_checked(file)) {
        let text = fs::read_to_string(file).unwrap();
        let shown = file.strip_prefix(checkout()).unwrap().display();
        for (number, line) in text.lines().enumerate() {
            if let Some(phrase) = forbidden_in(line) {
                found.push(format!("{shown}:{}: {phrase}", number + 1));
            }
        }
    }
    assert!(found.is_empty(), "docs/STYLE.md forbids these phrases:\n{}", found.join("\n"));
}

#[test]
fn forbidden_phrases_are_found_as_whole_words_only() {
    let refused = [
        ("/// Indexes it Anew.", "anew"),
        ("    // Who asks.", "Who"),
        ("/// Whoever asks.", "whoever"),
        ("const LEAST_CHARS: usize = 1;", "LEAST_"),
        ("//! Who asks.", "Who"),
        ("/// The body; null when it is none.", "is none"),
    ];
    for (line, phrase) in refused {
        assert_eq!(forbidden_in(line), Some(phrase), "{line}");
    }
    for line in [
        "/// A new index.",
        "options.is_none()",
        "0 if there is none",
        "AT_LEAST_ONE",
        "// Whole words.",
        "who asks",
    ] {
        assert_eq!(forbidden_in(line), None, "{line}");
    }
}

/// The first forbidden phrase of a line.
fn forbidden_in(line: &str) -> Option<&'static str> {
    let code = line.trim_start();
    if code.starts_with("//") && code.trim_start_matches(['/', '!']).starts_with(" Who ") {
        return Some("Who");
    }
    // "There is none" is plain English; "the key is none" is not.
    let lower = line.to_lowercase().replace("there is none", "");
    let phrase = FORBIDDEN_PHRASES.into_iter().find(|phrase| has_word(&lower, phrase, true));
    phrase.or_else(|| FORBIDDEN_NAMES.into_iter().find(|name| has_word(line, name, false)))
}

/// Whether `phrase` is in `text` with no letter, digit or underscore before it, nor, with `whole`, after it.
fn has_word(text: &str, phrase: &str, whole: bool) -> bool {
    let is_inside = |letter: char| letter.is_alphanumeric() || letter == '_';
    let pieces: Vec<&str> = text.split(phrase).collect();
    pieces.windows(2).any(|pair| {
        let [before, after] = pair else { return false };
        !(before.ends_with(is_inside) || whole && after.starts_with(is_inside))
    })
}

/// Whether a file holds text of ours and does not quote the phrases.
fn is_checked(file: &Path) -> bool {
    let known = ["rs", "md", "toml", "py", "txt"];
    let is_text = file.extension().is_none_or(|extension| known.iter().any(|known| extension == *known));
    is_text && !QUOTING.iter().any(|name| file.ends_with(name))
}

fn files_below(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files_below(&path, files);
        } else {
            files.push(path);
        }
    }
}

fn rust_files(folder: &Path, files: &mut Vec<PathBuf>) {
    files_below(folder, files);
    files.retain(|path| path.extension().is_some_and(|extension| extension == "rs"));
}
