//! `rag model switch` is killed with -9 on the way, twice; afterwards every passage is found by the new model.

use std::{
    path::Path,
    process::{Child, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::{
    ingest::{ingest, wait_until, write_documents},
    scene::{Scene, kill_9},
};

const MODEL: &str = "multilingual-e5-small";

fn switch(scene: &Scene) -> Child {
    scene.rag(&["model", "switch", MODEL]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
}

/// The places of all passages that a search by vectors finds.
fn by_vectors(scene: &Scene) -> Vec<(String, i64)> {
    let arguments = ["search", "--mode", "dense", "--limit", "1000", "--json", "lighthouse"];
    let output = scene.rag(&arguments).output().unwrap();
    let found: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"));
    assert_eq!(found.pointer("/warnings"), Some(&serde_json::json!([])), "{found}");
    let results = found.pointer("/results").and_then(Value::as_array).unwrap().iter();
    let mut places: Vec<(String, i64)> = results
        .map(|result| {
            let title = result.pointer("/title").and_then(Value::as_str).unwrap().to_owned();
            (title, result.pointer("/ordinal").and_then(Value::as_i64).unwrap())
        })
        .collect();
    places.sort();
    places
}

#[test]
fn a_move_to_another_model_that_is_killed_twice_ends_whole() {
    let home = std::env::var_os("RAG_HOME")
        .map_or_else(|| std::env::home_dir().unwrap().join(".cache/rag"), Into::into);
    if !Path::new(&home).join("model").join(MODEL).exists() {
        println!("not tested: {MODEL} is not installed; run `make setup-multilingual`");
        return;
    }
    let scene = Scene::new();
    write_documents(&scene);
    assert!(ingest(&scene).wait().unwrap().success());
    let before = by_vectors(&scene);
    assert!(before.len() > 60, "{}", before.len());
    for kill in 1..=2 {
        let mut child = switch(&scene);
        wait_until(&mut child, || scene.postgres_pid().is_some());
        let moment = Instant::now() + Duration::from_millis(2_000 * kill);
        wait_until(&mut child, || Instant::now() >= moment);
        kill_9(child.id());
        child.wait().unwrap();
        assert_eq!(by_vectors(&scene), before, "found by the old model");
    }
    let ended = switch(&scene).wait_with_output().unwrap();
    assert!(ended.status.success(), "{ended:?}");
    assert_eq!(by_vectors(&scene), before);
    let listed = scene.rag(&["model", "list", "--json"]).output().unwrap();
    let listed: Value = serde_json::from_slice(&listed.stdout).unwrap();
    let collections = |name: &str| {
        let model = listed.as_array().unwrap().iter().find(|model| model["name"] == name);
        model.map(|model| model["collections"].as_i64().unwrap())
    };
    assert_eq!((collections(MODEL), collections("all-MiniLM-L6-v2")), (Some(1), Some(0)), "{listed}");
}
