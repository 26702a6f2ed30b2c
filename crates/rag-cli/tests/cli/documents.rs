//! Documents on the command line: stored, found, cited, and kept equal to a folder.

use std::{env, fs, os::unix::fs::PermissionsExt};

use diesel::connection::SimpleConnection as _;
use rag_repo::server;

use super::{json, rag, run};

#[test]
fn a_document_is_stored_found_and_cited() {
    let dir = tempfile::tempdir().unwrap();
    // Started by root, PostgreSQL runs as another user, who must get to the data.
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let docs = dir.path().join("docs");
    fs::create_dir(&docs).unwrap();
    let collection = format!("cli-{}", std::process::id());
    let text = format!(
        "# Leave {collection}\n\nEvery employee has thirty days of paid vacation in a calendar year.\n"
    );
    fs::write(docs.join("leave.md"), text).unwrap();
    fs::write(docs.join("empty.txt"), "").unwrap();
    let data = dir.path().join("data");
    let database =
        env::var_os("DATABASE_URL").expect("DATABASE_URL names no server: run the tests with `make test`");
    let with = |args: &[&str]| {
        let mut command = rag(dir.path(), args);
        command.args(["--data-dir".as_ref(), data.as_os_str()]);
        command.env("DATABASE_URL", &database);
        command
    };

    let (code, summary) = json(&mut with(&["ingest", "docs", "--collection", &collection, "--json"]));
    assert_eq!(code, 1, "the empty file is refused: {summary}");
    assert_eq!((&summary["files"], &summary["stored"]), (&2.into(), &1.into()), "{summary}");
    assert_eq!(summary["refused"][0]["file"], "docs/empty.txt");
    let (code, again) = json(&mut with(&["ingest", "docs/leave.md", "--collection", &collection, "--json"]));
    assert_eq!((code, &again["duplicates"]), (0, &1.into()), "{again}");

    let (code, found) = json(&mut with(&["search", "--json", "--collection", &collection, "paid vacation"]));
    assert_eq!((code, &found["results"][0]["source"]), (0, &"docs/leave.md".into()), "{found}");
    let furlough = ["search", "--json", "--mode", "lexical", "--collection", &collection, "furlough"];
    assert_eq!(run(&mut with(&furlough)).0, 1);
    fs::write(dir.path().join("synonyms.txt"), "vacation, furlough\n\nsalary , pay\n").unwrap();
    let (code, out, _) = run(&mut with(&["synonyms", &collection, "synonyms.txt"]));
    assert_eq!((code, out.as_str()), (0, "vacation, furlough\nsalary, pay\n"));
    assert_eq!(json(&mut with(&furlough)).0, 0);
    fs::write(dir.path().join("synonyms.txt"), "alone\n").unwrap();
    let (code, _, err) = run(&mut with(&["synonyms", &collection, "synonyms.txt"]));
    assert_eq!((code, err.contains("a group has 2 to 16 terms")), (2, true), "{err}");
    let question = "How many days of paid vacation does an employee have?";
    let (code, answer) = json(&mut with(&["ask", "--json", "--collection", &collection, question]));
    assert_eq!((code, &answer["outcome"]), (0, &"answered".into()), "{answer}");
    assert_eq!(answer["citations"][0]["supported"], true);
    let (code, answer) =
        json(&mut with(&["ask", "--json", "--collection", &collection, "Who painted the ceiling?"]));
    assert_eq!((code, &answer["outcome"]), (1, &"not_found".into()), "{answer}");
    let (code, _, err) = run(&mut with(&["ask", "--collection", "no such one", "Why?"]));
    assert_eq!((code, err.contains("no collection named no such one")), (1, true), "{err}");

    // Each command has written its events before it ended.
    let told = format!(
        "DO $$ BEGIN ASSERT (SELECT array_agg(e.kind ORDER BY e.kind) FROM events e JOIN collections c ON c.id = ANY (e.collection_ids)
           WHERE c.name = '{collection}') = '{{answer,answer,document_published,search,search,search}}'; END $$"
    );
    server::connect(database.to_str().unwrap()).unwrap().batch_execute(&told).unwrap();

    let (code, status) = json(&mut with(&["status", "--json"]));
    assert_eq!(code, 0);
    let collections = status["stored"]["collections"].as_array().unwrap();
    let ours = collections.iter().find(|found| found["name"] == collection.as_str()).unwrap();
    assert_eq!(ours["documents"], 1);
    let (code, report) = json(&mut with(&["doctor", "--json"]));
    assert_eq!((code, &report["ok"]), (0, &true.into()), "{report}");
}

/// An export of another store, imported twice, the second time with one text changed.
#[test]
fn records_of_an_export_are_stored_once_and_updated_by_their_id() {
    let dir = tempfile::tempdir().unwrap();
    let database = env::var_os("DATABASE_URL").expect("DATABASE_URL names no server");
    let collection = format!("import-{}", std::process::id());
    let with = |args: &[&str]| {
        let mut command = rag(dir.path(), args);
        command.args(["--data-dir"]).arg(dir.path().join("data")).env("DATABASE_URL", &database);
        command
    };
    let export = |height: u32| {
        serde_json::json!({
            "ids": ["a", "b", "c"],
            "documents": [format!("The Velmar lighthouse is {height} metres high."), "Quarrin ferries leave at noon.", null],
            "metadatas": [{"port": "Velmar"}, null, {}],
        })
    };
    let file = dir.path().join("ports.json");
    fs::write(&file, export(41).to_string()).unwrap();
    let (code, out, err) = run(&mut with(&["import", "ports.json", "--dry-run"]));
    assert_eq!(code, 1, "{out}{err}");
    assert!(out.contains("record 1: id a, title -, metadata {\"port\":\"Velmar\"}"), "{out}");
    assert!(out.contains("record 3 is refused: it has no text"), "{out}");
    let import = ["import", "ports.json", "--collection", &collection, "--json"];
    let (code, first) = json(&mut with(&import));
    assert_eq!(
        (code, &first["stored"], &first["refused"][0]["file"]),
        (1, &2.into(), &"ports.json, record 3".into()),
        "{first}"
    );
    fs::write(&file, export(43).to_string()).unwrap();
    let (_, second) = json(&mut with(&import));
    let counts = ["stored", "updated", "duplicates"].map(|name| second[name].as_u64().unwrap());
    assert_eq!(counts, [1, 1, 1], "{second}");
    let search =
        ["search", "--json", "--collection", &collection, "--filter", "{\"port\": \"Velmar\"}", "lighthouse"];
    let (_, found) = json(&mut with(&search));
    assert_eq!(found["results"][0]["source"], "ports/a", "{found}");
    assert!(found["results"][0]["text"].as_str().unwrap().contains("43 metres"), "{found}");
}

/// A folder and its collection, on the database that `rag pg exec` gives.
#[test]
fn a_synced_collection_has_the_documents_of_its_folder_and_no_others() {
    let dir = tempfile::tempdir().unwrap();
    let docs = dir.path().join("docs");
    fs::create_dir_all(docs.join("guide")).unwrap();
    fs::write(docs.join("guide/pump one.md"), "The granite pump runs at noon.").unwrap();
    fs::write(docs.join("gone.md"), "The basalt door is open.").unwrap();
    let database = env::var_os("DATABASE_URL").expect("DATABASE_URL names no server");
    let collection = format!("sync-{}", std::process::id());
    let with = |args: &[&str]| {
        let mut command = rag(dir.path(), args);
        command.args(["--collection", &collection, "--data-dir"]).arg(dir.path().join("data"));
        command.env("DATABASE_URL", &database);
        command
    };
    let (code, plan) = json(&mut with(&["ingest", "--sync", "--dry-run", "--json", "docs"]));
    assert_eq!(
        (code, &plan["new"]),
        (0, &serde_json::json!(["docs/gone.md", "docs/guide/pump one.md"])),
        "{plan}"
    );
    let (code, first) = json(&mut with(&["ingest", "--sync", "--json", "docs"]));
    assert_eq!((code, &first["stored"], &first["removed"]), (0, &2.into(), &0.into()), "{first}");

    fs::write(docs.join("guide/pump one.md"), "The granite pump runs at dusk.").unwrap();
    fs::remove_file(docs.join("gone.md")).unwrap();
    // The same folder by its absolute path is the same folder.
    let absolute = docs.to_str().unwrap();
    let (_, plan) = json(&mut with(&["ingest", "--sync", "--dry-run", "--json", absolute]));
    assert_eq!(plan["changed"], serde_json::json!(["docs/guide/pump one.md"]), "{plan}");
    assert_eq!(plan["removed"], serde_json::json!(["docs/gone.md"]), "{plan}");
    let (code, second) = json(&mut with(&["ingest", "--sync", "--json", "docs"]));
    let counts = ["stored", "updated", "duplicates", "removed"].map(|name| second[name].as_u64().unwrap());
    assert_eq!((code, counts), (0, [1, 1, 0, 1]), "{second}");
    let (_, third) = json(&mut with(&["ingest", "--sync", "--json", "docs"]));
    assert_eq!((&third["stored"], &third["duplicates"]), (&0.into(), &1.into()), "{third}");

    let (_, shown) = json(&mut with(&["document", "show", "--json", "docs/guide/pump one.md"]));
    assert_eq!(shown["versions"].as_array().unwrap().len(), 2, "{shown}");
    let (code, old, _) =
        run(&mut with(&["document", "show", "--text", "--version", "1", "docs/guide/pump one.md"]));
    assert_eq!((code, old.trim()), (0, "The granite pump runs at noon."));

    // A folder that is not mounted is empty: nothing is removed.
    fs::remove_file(docs.join("guide/pump one.md")).unwrap();
    let (code, refused) = json(&mut with(&["ingest", "--sync", "--json", "docs"]));
    assert_eq!((code, &refused["removed"]), (1, &0.into()), "{refused}");
    let (code, _, err) = run(&mut with(&["document", "delete", "docs/guide/pump one.md"]));
    assert_eq!((code, err.contains("add --yes")), (2, true), "{err}");
    let (code, out, _) = run(&mut with(&["document", "delete", "--yes", "--source-prefix", "docs/"]));
    assert_eq!((code, out.trim()), (0, "1 document deleted."));
}
