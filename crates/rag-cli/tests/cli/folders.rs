//! Folders of the same name: documents of one are neither replaced nor deleted by those of another.

use std::{env, fs};

use super::{json, open_folder, rag, run};

#[test]
fn a_sync_of_another_folder_of_the_same_name_stores_and_deletes_nothing() {
    let dir = open_folder();
    for (project, names) in [("a", ["one.md", "two.md"]), ("b", ["three.md", "four.md"])] {
        let docs = dir.path().join(project).join("docs");
        fs::create_dir_all(&docs).unwrap();
        for name in names {
            fs::write(docs.join(name), format!("The granite pump of {project} runs at noon, says {name}."))
                .unwrap();
        }
    }
    let database = env::var_os("DATABASE_URL").expect("DATABASE_URL names no server");
    let collection = format!("folders-{}", std::process::id());
    // Each project has a data folder of its own, as another machine has: only the names of the files tell the folders apart.
    let sync = |project: &str, args: &[&str]| {
        let mut command = rag(&dir.path().join(project), args);
        command.args(["--json", "--sync", "--collection", &collection, "docs", "--data-dir", "data"]);
        command.env("DATABASE_URL", &database);
        json(&mut command)
    };
    let (code, first) = sync("a", &["ingest"]);
    assert_eq!((code, &first["stored"]), (0, &2.into()), "{first}");
    let (code, plan) = sync("b", &["ingest", "--dry-run"]);
    assert_eq!(
        (code, &plan["new"], &plan["removed"]),
        (1, &serde_json::json!([]), &serde_json::json!([])),
        "{plan}"
    );
    for _ in 0..2 {
        let (code, refused) = sync("b", &["ingest"]);
        let counts = ["stored", "updated", "removed"].map(|name| refused[name].as_u64().unwrap());
        assert_eq!((code, counts), (1, [0, 0, 0]), "{refused}");
        let reason = refused["refused"][0]["reason"].as_str().unwrap();
        assert!(reason.starts_with("The folder has none of the 2 files"), "{reason}");
    }
    let (code, again) = sync("a", &["ingest"]);
    assert_eq!((code, &again["duplicates"]), (0, &2.into()), "{again}");
}

#[test]
fn another_folder_of_the_same_name_needs_a_name_of_its_own_while_the_first_one_exists() {
    let dir = open_folder();
    for project in ["x1", "x2"] {
        let docs = dir.path().join(project).join("docs");
        fs::create_dir_all(&docs).unwrap();
        fs::write(docs.join("leave.md"), format!("Employees of {project} have thirty days of vacation."))
            .unwrap();
    }
    let database = env::var_os("DATABASE_URL").expect("DATABASE_URL names no server");
    let collection = format!("origins-{}", std::process::id());
    let ingest = |folder: &str, args: &[&str]| {
        let mut command = rag(dir.path(), &["ingest", "--json", "--collection", &collection]);
        command.arg(dir.path().join(folder)).args(args).args(["--data-dir", "data"]);
        command.env("DATABASE_URL", &database);
        json(&mut command)
    };
    let (code, first) = ingest("x1/docs", &[]);
    assert_eq!((code, &first["stored"]), (0, &1.into()), "{first}");
    let (code, refused) = ingest("x2/docs", &[]);
    assert_eq!((code, &refused["stored"]), (1, &0.into()), "{refused}");
    let reason = refused["refused"][0]["reason"].as_str().unwrap();
    assert!(reason.contains("x1/docs") && reason.contains("`--as NAME`"), "{reason}");
    let (code, named) = ingest("x2/docs", &["--as", "x2"]);
    assert_eq!((code, &named["stored"]), (0, &1.into()), "{named}");
    let (code, again) = ingest("x1/docs", &[]);
    assert_eq!((code, &again["duplicates"]), (0, &1.into()), "{again}");
    // A folder that was moved, or is gone, gives its name to the next one.
    fs::rename(dir.path().join("x1"), dir.path().join("x3")).unwrap();
    let (code, moved) = ingest("x3/docs", &[]);
    assert_eq!((code, &moved["duplicates"]), (0, &1.into()), "{moved}");
    let (code, replaced) = ingest("x2/docs", &["--as", "docs"]);
    assert_eq!((code, &replaced["updated"]), (0, &1.into()), "{replaced}");
}

#[test]
fn an_empty_prefix_deletes_no_documents() {
    let dir = open_folder();
    let mut command = rag(dir.path(), &["document", "delete", "--source-prefix", " ", "--yes"]);
    command.env("DATABASE_URL", env::var_os("DATABASE_URL").expect("DATABASE_URL names no server"));
    let (code, _, err) = run(&mut command);
    assert_eq!((code, err.contains("`rag collection delete default`")), (2, true), "{err}");
}
