//! Accounts on the command line: a forgotten password, and a collection that gets another owner.

use diesel::connection::SimpleConnection as _;
use rag_pg::{Install, Temporary};
use rag_repo::server;

use crate::{json, open_folder, rag, rag_home, run};

/// Ada of the operator's organisation has a password, and Eve is of another one.
const PEOPLE: &str = "
    INSERT INTO users (id, organisation_id, email, display_name, role, password_hash)
        SELECT gen_random_uuid(), organisation_id, 'ada@example.org', 'Ada', 'member', '$argon2id$none' FROM users;
    INSERT INTO organisations (id, name) VALUES ('00000000-0000-4000-8000-000000000001', 'Elsewhere');
    INSERT INTO users (id, organisation_id, email, display_name)
        VALUES (gen_random_uuid(), '00000000-0000-4000-8000-000000000001', 'eve@example.org', 'Eve')";

#[test]
fn the_operator_resets_passwords_and_transfers_collections() {
    let dir = open_folder();
    let install = Install::find(&rag_home()).unwrap();
    let postgres = Temporary::start(install, Some(env!("CARGO_BIN_EXE_rag").into())).unwrap();
    let url = postgres.server().url();
    let with = |args: &[&str]| {
        let mut command = rag(dir.path(), args);
        command.env("DATABASE_URL", &url);
        command
    };
    let (_, out, err) = run(&mut with(&["collection", "list"]));
    assert_eq!((out.as_str(), err.trim()), ("", "No collections yet."));
    let (code, _, err) = run(&mut with(&["collection", "create", "law"]));
    assert_eq!(code, 0, "{err}");
    let (code, out, err) = run(&mut with(&["user", "add", "bob@example.org"]));
    assert_eq!((code, out.contains("`rag collection transfer NAME ADDRESS`")), (0, true), "{out}{err}");
    let (code, _, err) = run(&mut with(&["user", "add", "a@b@c"]));
    assert_eq!((code, err.contains("is not an e-mail address")), (2, true), "{err}");
    let mut conn = server::connect(&url).unwrap();
    conn.batch_execute(PEOPLE).unwrap();

    let token = || {
        let (code, out, err) = run(&mut with(&["user", "reset-password", "ada@example.org"]));
        assert_eq!((code, out.contains("/v1/password-reset")), (0, true), "{out}{err}");
        out.split('"').find(|part| part.starts_with("ragp_")).unwrap().to_owned()
    };
    assert_ne!(token(), token());
    let one = "DO $$ BEGIN ASSERT (SELECT count(*) FROM password_resets WHERE made_by IS NULL) = 1; END $$";
    conn.batch_execute(one).unwrap();
    for (address, cause) in [
        ("local@localhost", "this account has none"),
        ("nobody@example.org", "no user has the address nobody@example.org"),
    ] {
        let (code, _, err) = run(&mut with(&["user", "reset-password", address]));
        assert_eq!((code, err.contains(cause)), (1, true), "{err}");
    }

    let (code, _, err) = run(&mut with(&["collection", "transfer", "law", "eve@example.org"]));
    assert_eq!((code, err.contains("another organisation")), (1, true), "{err}");
    let (code, out, err) = run(&mut with(&["collection", "transfer", "law", "ada@example.org"]));
    assert_eq!(code, 0, "{err}");
    assert_eq!(out, "law belongs to ada@example.org, and local@localhost is an editor of it.\n");
    // The operator sees the collection, and it is theirs no more.
    let (_, listed) = json(&mut with(&["collection", "list", "--json"]));
    assert_eq!(listed[0]["name"], "law", "{listed}");
    assert_eq!(run(&mut with(&["collection", "delete", "law", "--yes"])).0, 1);
    let (code, _, err) = run(&mut with(&["collection", "transfer", "law", "ada@example.org"]));
    assert_eq!((code, err.contains("--owner")), (1, true), "{err}");
    let back = ["collection", "transfer", "law", "local@localhost", "--owner", "ada@example.org"];
    assert_eq!(run(&mut with(&back)).0, 0);
    assert_eq!(run(&mut with(&["collection", "delete", "law", "--yes"])).0, 0);
}
