//! The `rag` program as its users meet it: messages, exit codes, and the whole way of a document.

#![expect(clippy::unwrap_used, reason = "helpers of tests: a failure is the test's")]

mod accounts;
mod addresses;
mod doctor;
mod documents;
mod first_minute;
mod folders;
mod refusals;
mod statements;

use std::{
    env, fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use diesel::connection::SimpleConnection as _;
use rag_pg::{Install, Settings, Temporary};
use rag_repo::server;
use serde_json::Value;

/// `rag` in an empty folder, with none of the caller's settings.
fn rag(dir: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rag"));
    for (name, _) in env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        if name == "DATABASE_URL"
            || name.starts_with("DB_")
            || (name.starts_with("RAG_") && name.contains("__"))
            || name == "RAG_CONFIG"
        {
            command.env_remove(name);
        }
    }
    command.args(args).current_dir(dir).env("RAG_HOME", rag_home()).env("HOME", dir);
    command
}

/// A folder for the data of a PostgreSQL that, started by root, runs as another user.
fn open_folder() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    dir
}

/// Where PostgreSQL and the model are installed.
fn rag_home() -> PathBuf {
    let home = || Path::new(&env::var_os("HOME").unwrap()).join(".cache/rag");
    env::var_os("RAG_HOME").map_or_else(home, PathBuf::from)
}

fn run(command: &mut Command) -> (i32, String, String) {
    let Output { status, stdout, stderr } = command.output().unwrap();
    (status.code().unwrap(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

fn json(command: &mut Command) -> (i32, Value) {
    let (code, out, err) = run(command);
    (code, serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}{err}")))
}

#[test]
fn help_lists_the_commands_and_examples() {
    let dir = tempfile::tempdir().unwrap();
    let (code, out, _) = run(&mut rag(dir.path(), &["--help"]));
    assert_eq!(code, 0);
    for word in ["serve", "ingest", "ask", "search", "synonyms", "doctor", "Exit codes"] {
        assert!(out.contains(word), "{word} is missing in {out}");
    }
    assert!(!out.contains("extract-child") && !out.contains("postgres-shim"));
    let (code, out, _) = run(&mut rag(dir.path(), &["ingest", "--help"]));
    assert_eq!(code, 0);
    assert!(out.contains("rag ingest handbook.pdf notes/"), "{out}");
}

#[test]
fn wrong_usage_is_exit_code_2() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(run(&mut rag(dir.path(), &["no-such-command"])).0, 2);
    let (code, _, err) = run(&mut rag(dir.path(), &["ingest", "missing.pdf"]));
    assert_eq!((code, err.contains("there is no file or folder missing.pdf")), (2, true), "{err}");
}

#[test]
fn flags_beat_the_environment_which_beats_the_file() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(
        dir.path().join("rag.toml"),
        "[search]\nef_search = 10\ncandidates = 11\n[log]\nlevel = \"warn\"\n",
    )
    .unwrap();
    let mut command = rag(dir.path(), &["config", "show", "--json", "--set", "search.ef_search=30"]);
    let (code, shown) = json(command.env("RAG_SEARCH__EF_SEARCH", "20").env("RAG_SEARCH__CANDIDATES", "21"));
    assert_eq!(code, 0);
    let of = |key: &str| (shown[key]["value"].clone(), shown[key]["origin"].as_str().unwrap().to_owned());
    assert_eq!(of("search.ef_search"), (30.into(), "--set".to_owned()));
    assert_eq!(of("search.candidates"), (21.into(), "$RAG_SEARCH__CANDIDATES".to_owned()));
    assert_eq!(of("log.level"), ("warn".into(), "rag.toml".to_owned()));
    assert_eq!(of("answer.passages"), (8.into(), "default".to_owned()));
}

#[test]
fn secrets_are_never_shown() {
    let dir = tempfile::tempdir().unwrap();
    let mut command = rag(dir.path(), &["config", "show"]);
    let (_, out, _) =
        run(command.env("DATABASE_URL", "postgres://u:hunter2@h/d").env("RAG_SERVER__KEY", "hunter2"));
    assert!(out.contains("********") && !out.contains("hunter2"), "{out}");
}

#[test]
fn a_setting_that_cannot_be_used_is_named_with_its_origin() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("rag.toml"), "[search]\nef_serch = 10\n").unwrap();
    let (code, _, err) = run(&mut rag(dir.path(), &["config", "check"]));
    assert_eq!(code, 2);
    assert!(err.contains("unknown setting search.ef_serch (rag.toml)") && err.contains("ef_search"), "{err}");

    fs::write(dir.path().join("rag.toml"), "[answer]\nmin_support = 2\n").unwrap();
    let (code, _, err) = run(&mut rag(dir.path(), &["config", "check"]));
    assert_eq!(code, 2);
    assert!(err.contains("answer.min_support = 2.0 (rag.toml): allowed is 0 to 1"), "{err}");
}

#[test]
fn templates_are_written_once_and_checked_before_they_are_used() {
    let dir = tempfile::tempdir().unwrap();
    let write = || run(&mut rag(dir.path(), &["config", "templates", "prompts"]));
    let (code, out, err) = write();
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("rules.jinja written") && out.contains("question.jinja written"), "{out}");
    let check = || run(&mut rag(dir.path(), &["config", "check", "--set", "answer.templates=prompts"]));
    assert_eq!(check().0, 0, "{}", check().2);

    let rules = dir.path().join("prompts/rules.jinja");
    fs::write(&rules, "Answer.\n{{ questoin }}").unwrap();
    let (code, _, err) = check();
    assert_eq!(code, 2);
    assert!(
        err.contains(
            "answer.templates = \"prompts\" (--set): cannot use the templates: rules.jinja: line 2:"
        ),
        "{err}"
    );
    // The operator's work is kept.
    assert!(write().1.contains("rules.jinja kept: it exists"));
    assert_eq!(fs::read_to_string(rules).unwrap(), "Answer.\n{{ questoin }}");
}

#[test]
fn a_database_that_cannot_be_reached_is_exit_code_3_and_tells_no_password() {
    let dir = tempfile::tempdir().unwrap();
    let mut command = rag(dir.path(), &["migrate"]);
    let (code, _, err) = run(command.env("DATABASE_URL", "postgres://u:hunter2@127.0.0.1:1/d"));
    assert_eq!(code, 3, "{err}");
    assert!(err.starts_with("error: ") && !err.contains("hunter2"), "{err}");
}

#[test]
fn a_check_up_says_what_to_do_about_a_database_that_is_away() {
    let dir = tempfile::tempdir().unwrap();
    let mut command = rag(dir.path(), &["doctor", "--json"]);
    let (code, report) = json(command.env("DATABASE_URL", "postgres://u:hunter2@127.0.0.1:1/d"));
    assert_eq!((code, &report["ok"]), (3, &false.into()), "{report}");
    let checks = report["checks"].as_array().unwrap();
    let database = checks.iter().find(|check| check["name"] == "PostgreSQL").unwrap();
    let cure = database["cure"].as_str().unwrap();
    assert!(cure.contains("database.url") && !cure.contains("rag doctor"), "{cure}");
    assert!(!report.to_string().contains("hunter2"));
}

#[test]
fn the_database_is_found_by_the_variables_of_other_tools() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(
        dir.path().join(".env"),
        "DB_HOST=127.0.0.1\nDB_PORT=1\nDB_USER=u\nDB_PASSWORD='hunter 2'\nOTHER=x\n",
    )
    .unwrap();
    let (code, out, _) = run(&mut rag(dir.path(), &["config", "show"]));
    assert_eq!((code, out.contains("$DB_HOST"), out.contains("hunter")), (0, true, false), "{out}");
    let (code, _, err) = run(&mut rag(dir.path(), &["migrate", "--pending"]));
    assert_eq!((code, err.contains("hunter")), (3, false), "{err}");
    // The environment precedes the file, and a whole address precedes its parts.
    let mut whole = rag(dir.path(), &["config", "show"]);
    let (_, out, _) = run(whole.env("DATABASE_URL", "postgres://u@127.0.0.2:1/d"));
    assert!(out.contains("$DATABASE_URL") && !out.contains("$DB_HOST"), "{out}");
    fs::write(dir.path().join(".env"), "DB_PASSWORD='hunter\n").unwrap();
    let (code, _, err) = run(&mut rag(dir.path(), &["config", "show"]));
    assert_eq!(
        (code, err.contains("the value of DB_PASSWORD is malformed"), err.contains("hunter")),
        (2, true, false),
        "{err}"
    );
}

/// On a PostgreSQL of its own, as a model's name is registered once for a database.
#[test]
fn a_check_up_finds_a_model_whose_vectors_have_another_length_now() {
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let data = dir.path().join("data");
    let with = |dimensions: u32, args: &[&str]| {
        let mut command = rag(dir.path(), args);
        command.args(["--data-dir".as_ref(), data.as_os_str()]);
        for setting in [
            "kind=openai",
            "base_url=http://127.0.0.1:1/v1",
            "model=lengthy",
            &format!("dimensions={dimensions}"),
        ] {
            command.arg("--set").arg(format!("embedding.{setting}"));
        }
        command
    };
    let (code, _, err) = run(&mut with(8, &["index", "--rebuild"]));
    assert_eq!(code, 0, "{err}");
    let (code, report) = json(&mut with(16, &["doctor", "--json"]));
    let checks = report["checks"].as_array().unwrap();
    let check = checks.iter().find(|check| check["name"] == "models").unwrap();
    assert_eq!((code, &check["grade"]), (2, &"FAIL".into()), "{report}");
    let finding = check["finding"].as_str().unwrap();
    assert_eq!(
        finding,
        "lengthy makes vectors of 16 dimensions, and this database holds vectors of 8 under that name"
    );
    assert!(check["cure"].as_str().unwrap().contains("embedding.dimensions to 8"));
}

/// On a PostgreSQL of its own: others may search by the same model meanwhile.
#[test]
fn the_index_is_built_anew_when_asked_and_differs_aloud_until_then() {
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let data = dir.path().join("data");
    let with = |args: &[&str]| {
        let mut command = rag(dir.path(), args);
        command.args(["--data-dir".as_ref(), data.as_os_str()]);
        command
    };
    let (code, index) = json(&mut with(&["index", "--rebuild", "--kind", "ivfflat", "--json"]));
    assert_eq!((code, &index["kind"], &index["lists"]), (0, &"ivfflat".into(), &1.into()), "{index}");
    assert_eq!(index["as_the_settings_say"], true);
    let (code, out, err) = run(&mut with(&["index"]));
    assert_eq!((code, err.contains("rag index --rebuild")), (0, true), "{err}");
    assert!(out.contains("index      ivfflat, ") && out.contains("settings   hnsw, m 10"), "{out}");
    let (code, _, err) = run(&mut with(&["index", "--rebuild", "--set", "index.hnsw_m=80"]));
    assert_eq!((code, err.contains("twice index.hnsw_m to 1000")), (2, true), "{err}");
    assert_eq!(run(&mut with(&["index", "--kind", "none"])).0, 2, "a kind without a rebuild does nothing");
}

/// The whole way, on the database that `rag pg exec` gives, else on one that `rag` starts itself.
#[test]
fn other_tools_reach_the_embedded_postgres_by_its_url_and_by_psql() {
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    // A folder that no URL holds as it is.
    let data = dir.path().join("a folder&more");
    let with = |args: &[&str]| {
        let mut command = rag(dir.path(), &["--data-dir"]);
        // PGSERVICE would name another server.
        command.arg(&data).args(args).env("PGSERVICE", "other").env("PGHOSTADDR", "192.0.2.1");
        command
    };
    for args in [["pg", "url"], ["pg", "psql"]] {
        let (code, _, err) = run(&mut with(&args));
        assert_eq!((code, err.contains("hint: start it with `rag serve`")), (3, true), "{err}");
    }
    let (_, _, err) = run(with(&["pg", "url"]).env("DATABASE_URL", "postgres://u:hunter2@h/d"));
    assert!(err.contains("$DATABASE_URL) names another PostgreSQL") && !err.contains("hunter2"), "{err}");

    let install = Install::find(&rag_home()).unwrap();
    let shim = Some(env!("CARGO_BIN_EXE_rag").into());
    let server =
        rag_pg::start(&Settings { throw_away: true, shim, ..Settings::new(&data, install) }).unwrap();
    let (code, url, err) = run(&mut with(&["pg", "url"]));
    assert_eq!((code, url.lines().count()), (0, 1), "{url}{err}");
    server::connect(url.trim()).unwrap().batch_execute("CREATE TABLE made_by_url (id INT)").unwrap();
    let (code, out, err) =
        run(&mut with(&["pg", "psql", "-AtXc", "SELECT count(*), current_user FROM made_by_url"]));
    assert_eq!((code, out.as_str()), (0, "0|rag\n"), "{err}");
    assert_eq!(run(&mut with(&["pg", "psql", "-Xc", "SELECT no_such_column"])).0, 1);
    drop(server);
}

/// PostgreSQL as providers rent it: the owner of the database may make roles and is not a superuser.
#[test]
fn the_owner_of_a_database_needs_no_more_than_to_make_roles() {
    let dir = tempfile::tempdir().unwrap();
    let install = Install::find(&rag_home()).unwrap();
    let postgres = Temporary::start(install, Some(env!("CARGO_BIN_EXE_rag").into())).unwrap();
    let url = postgres.server().url();
    let (credentials, place) = url.split_once('@').unwrap();
    let (host, rest) = place.split_once('/').unwrap();
    let parameters = rest.split_once('?').map_or("", |(_, parameters)| parameters);
    let at = |credentials: &str| format!("{credentials}@{host}/rented?{parameters}");
    let mut conn = server::connect(&url).unwrap();
    conn.batch_execute("CREATE ROLE tenant LOGIN CREATEROLE PASSWORD 'secret'").unwrap();
    conn.batch_execute("CREATE DATABASE rented OWNER tenant").unwrap();
    server::connect(&at(credentials)).unwrap().batch_execute("CREATE EXTENSION vector").unwrap();

    let text = "Every employee has thirty days of paid vacation in a calendar year.\n";
    fs::write(dir.path().join("leave.md"), text).unwrap();
    let as_tenant = |args: &[&str]| {
        let mut command = rag(dir.path(), args);
        command.env("DATABASE_URL", at("postgresql://tenant:secret"));
        command
    };
    let (code, summary) = json(&mut as_tenant(&["ingest", "leave.md", "--json"]));
    assert_eq!((code, &summary["stored"]), (0, &1.into()), "{summary}");
    let (code, found) = json(&mut as_tenant(&["search", "--json", "paid vacation"]));
    assert_eq!((code, &found["results"][0]["source"]), (0, &"leave.md".into()), "{found}");
    let (code, report) = json(&mut as_tenant(&["doctor", "--json"]));
    assert_eq!((code, &report["ok"]), (0, &true.into()), "{report}");
}
