//! The first minute of a newcomer: commands before the setup, before the first start and before the first document.

use std::fs;

use crate::{json, open_folder, rag, rag_home, run};

#[test]
fn a_search_and_a_question_without_documents_say_how_to_store_some() {
    let dir = open_folder();
    let with = |args: &[&str]| rag(dir.path(), &[args, &["--data-dir", "data"][..]].concat());
    for command in ["search", "ask"] {
        let (code, out, err) = run(&mut with(&[command, "How long is the vacation?"]));
        assert_eq!(
            (code, err.contains("there is no database in"), err.contains("`rag ingest docs/`")),
            (1, true, true),
            "{out}{err}"
        );
    }
    // A database without documents.
    assert_eq!(run(&mut with(&["migrate"])).0, 0);
    let (code, out, err) = run(&mut with(&["ask", "How long is the vacation?"]));
    assert_eq!((code, out.contains("Nothing is stored yet: `rag ingest docs/`")), (1, true), "{out}{err}");
    fs::write(dir.path().join("leave.md"), "Every employee has thirty days of paid vacation.\n").unwrap();
    assert_eq!(run(&mut with(&["ingest", "leave.md"])).0, 0);
    let (_, out, _) = run(&mut with(&["search", "--mode", "lexical", "zeppelin"]));
    assert!(out.starts_with("Nothing found. `rag status` tells what is stored."), "{out}");
}

#[test]
fn a_check_up_of_a_new_database_warns_of_no_migrations() {
    let dir = open_folder();
    let (code, report) = json(&mut rag(dir.path(), &["doctor", "--json", "--data-dir", "data"]));
    let tables = report["checks"].as_array().unwrap().iter().find(|check| check["name"] == "tables").unwrap();
    assert_eq!((code, &tables["grade"]), (0, &"OK".into()), "{report:#}");
    assert!(tables["finding"].as_str().unwrap().contains("the database is new"), "{tables}");
}

#[test]
fn a_check_up_before_the_setup_fails_with_the_command_of_a_checkout_and_of_a_package() {
    let dir = open_folder();
    let model = dir.path().join("model");
    fs::create_dir(&model).unwrap();
    fs::copy(rag_home().join("model/all-minilm-l6-v2/model.safetensors"), model.join("model.safetensors"))
        .unwrap();
    let mut command =
        rag(dir.path(), &["doctor", "--json", "--data-dir", "data", "--set", "embedding.model_dir=model"]);
    let (code, report) = json(&mut command);
    let checks = report["checks"].as_array().unwrap();
    let files = checks.iter().find(|check| check["name"] == "model files").unwrap();
    assert_eq!((code, &files["grade"]), (3, &"FAIL".into()), "{report:#}");
    assert!(files["finding"].as_str().unwrap().contains("tokenizer.json is missing in model"), "{files}");
    let cure = files["cure"].as_str().unwrap();
    assert!(cure.contains("`make setup`") && cure.contains("`python3 -m rag_setup`"), "{cure}");
}
