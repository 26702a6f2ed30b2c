//! `rag ingest` and its PostgreSQL are killed with -9 in the middle, again and again; nothing is lost, doubled or half visible.

use std::{
    fs,
    process::{Child, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::scene::{PATIENCE, Scene, signal_9};

const DOCUMENTS: usize = 12;
const KILLS: usize = 4;

pub(crate) fn write_documents(scene: &Scene) {
    let documents = scene.path("documents");
    fs::create_dir(&documents).unwrap();
    for number in 0..DOCUMENTS {
        let paragraphs: Vec<String> = (0..30)
            .map(|line| format!("Paragraph {line} of volume {number} tells how the keeper of lighthouse {number} counted {line} ships."))
            .collect();
        fs::write(documents.join(format!("volume-{number:02}.txt")), paragraphs.join("\n\n")).unwrap();
    }
}

pub(crate) fn ingest(scene: &Scene) -> Child {
    scene
        .rag(&["ingest", "documents", "--json"])
        // On a slow machine every kill hits the same document, which is not to blame.
        .env("RAG_INGEST__MAX_LOST_LEASES", (KILLS + 1).to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

pub(crate) fn search(scene: &Scene, query: &str) -> Value {
    let output = scene.rag(&["search", "--limit", "1000", "--json", query]).output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

/// Waits until the condition holds or the process has ended.
pub(crate) fn wait_until(child: &mut Child, condition: impl Fn() -> bool) {
    let begun = Instant::now();
    while !condition() && child.try_wait().unwrap().is_none() {
        assert!(begun.elapsed() < PATIENCE, "waited in vain");
        std::thread::yield_now();
    }
}

#[test]
fn acknowledged_documents_survive_every_kill_whole_and_once() {
    let scene = Scene::new();
    write_documents(&scene);
    for kill in 0..KILLS {
        let mut child = ingest(&scene);
        wait_until(&mut child, || scene.postgres_pid().is_some());
        // Later each time, so that different stages are hit.
        let moment = Instant::now() + Duration::from_millis(700 * u64::try_from(kill + 1).unwrap());
        wait_until(&mut child, || Instant::now() >= moment);
        let victim = scene.postgres_pid().filter(|_| kill % 2 == 1).unwrap_or(child.id());
        // On a fast machine the work may be done, and its PostgreSQL gone between the look and the kill.
        let _ = signal_9(victim);
        // Ours must be gone before the next starts; with its PostgreSQL killed it may also end by itself, and well.
        let _ = child.kill();
        child.wait().unwrap();
    }
    let summary = ingest(&scene).wait_with_output().unwrap();
    let summary: Value = serde_json::from_slice(&summary.stdout).unwrap();
    assert_eq!(summary["refused"], serde_json::json!([]), "{summary}");
    assert_eq!(summary["files"], DOCUMENTS, "{summary}");

    let found = search(&scene, "keeper of the lighthouse");
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
