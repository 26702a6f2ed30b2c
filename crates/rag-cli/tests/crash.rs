//! `rag ingest` and its PostgreSQL are killed with -9 in the middle, again and again; nothing is lost, doubled or half visible.

#![expect(clippy::unwrap_used, reason = "helpers of tests: a failure is the test's")]

use std::{
    env, fs,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;

const DOCUMENTS: usize = 12;
const KILLS: usize = 4;
/// Far more than any step takes; reached only when something hangs.
const PATIENCE: Duration = Duration::from_mins(4);

struct Scene {
    dir: tempfile::TempDir,
}

impl Scene {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let documents = dir.path().join("documents");
        fs::create_dir(&documents).unwrap();
        for number in 0..DOCUMENTS {
            let paragraphs: Vec<String> = (0..30)
                .map(|line| format!("Paragraph {line} of volume {number} tells how the keeper of lighthouse {number} counted {line} ships."))
                .collect();
            fs::write(documents.join(format!("volume-{number:02}.txt")), paragraphs.join("\n\n")).unwrap();
        }
        Self { dir }
    }

    fn rag(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rag"));
        let home = env::var_os("HOME").unwrap();
        let rag_home = env::var_os("RAG_HOME").unwrap_or_else(|| Path::new(&home).join(".cache/rag").into());
        command
            .args(args)
            .current_dir(self.dir.path())
            .env_remove("DATABASE_URL")
            .env("RAG_HOME", rag_home)
            .env("RAG_POSTGRES__DATA_DIR", self.dir.path().join("data"))
            // So that several sections, and so several transactions, make a document.
            .env("RAG_INGEST__MAX_TOKENS", "80")
            .env("RAG_INGEST__RESERVE_TOKENS", "30")
            .env("RAG_INGEST__LEASE_S", "3");
        command
    }

    fn ingest(&self) -> Child {
        self.rag(&["ingest", "documents", "--json"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    }

    fn search(&self, query: &str) -> Value {
        let output = self.rag(&["search", "--limit", "1000", "--json", query]).output().unwrap();
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
    }

    /// Process id of the server on the data directory, once there is one.
    fn postgres_pid(&self) -> Option<u32> {
        let pid = fs::read_to_string(self.dir.path().join("data/pgdata/postmaster.pid")).ok()?;
        pid.lines().next()?.trim().parse().ok()
    }
}

fn kill_9(pid: u32) {
    let killed = Command::new("kill").args(["-9", &pid.to_string()]).status().unwrap();
    assert!(killed.success());
}

/// Waits until the condition holds or the process has ended.
fn wait_until(child: &mut Child, condition: impl Fn() -> bool) {
    let begun = Instant::now();
    while !condition() && child.try_wait().unwrap().is_none() {
        assert!(begun.elapsed() < PATIENCE, "waited in vain");
        std::thread::yield_now();
    }
}

#[test]
fn acknowledged_documents_survive_every_kill_whole_and_once() {
    let scene = Scene::new();
    for kill in 0..KILLS {
        let mut child = scene.ingest();
        wait_until(&mut child, || scene.postgres_pid().is_some());
        // Later each time, so that different stages are hit.
        let moment = Instant::now() + Duration::from_millis(700 * u64::try_from(kill + 1).unwrap());
        wait_until(&mut child, || Instant::now() >= moment);
        match (kill % 2, scene.postgres_pid()) {
            (0, _) | (_, None) => kill_9(child.id()),
            (_, Some(pid)) => kill_9(pid),
        }
        // Ours must be gone before the next starts; with its PostgreSQL killed it may also end by itself, and well.
        let _ = child.kill();
        child.wait().unwrap();
    }
    let summary = scene.ingest().wait_with_output().unwrap();
    let summary: Value = serde_json::from_slice(&summary.stdout).unwrap();
    assert_eq!(summary["refused"], serde_json::json!([]), "{summary}");
    assert_eq!(summary["files"], DOCUMENTS, "{summary}");

    let found = scene.search("keeper of the lighthouse");
    let results = found["results"].as_array().unwrap_or_else(|| panic!("{found}"));
    let mut passages: Vec<(String, i64)> = results
        .iter()
        .map(|result| (result["title"].as_str().unwrap().to_owned(), result["ordinal"].as_i64().unwrap()))
        .collect();
    passages.sort();
    let all = passages.len();
    passages.dedup();
    assert_eq!(passages.len(), all, "a passage is stored twice");
    for number in 0..DOCUMENTS {
        let title = format!("volume-{number:02}.txt");
        let ordinals: Vec<i64> =
            passages.iter().filter(|(of, _)| *of == title).map(|(_, ordinal)| *ordinal).collect();
        assert_eq!(
            ordinals,
            (0..i64::try_from(ordinals.len()).unwrap()).collect::<Vec<_>>(),
            "{title} has gaps"
        );
        assert!(ordinals.len() > 5, "{title} has {} chunks", ordinals.len());
    }
}
