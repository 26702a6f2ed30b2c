//! Web pages on the command line: fetched, followed, found, and refused with the reason.

use std::{
    env, fs,
    io::{BufRead, BufReader, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    os::unix::fs::PermissionsExt,
    thread,
};

use super::{json, rag, run};

/// A site of three pages on a free port, until the test's process ends. Returns its address.
fn site() -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || listener.incoming().for_each(|stream| answer(stream.unwrap())));
    format!("http://127.0.0.1:{port}")
}

fn answer(mut stream: TcpStream) {
    let lines = BufReader::new(stream.try_clone().unwrap()).lines();
    let request: Vec<String> = lines.map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
    let path = request.first().and_then(|line| line.split(' ').nth(1)).unwrap_or_default();
    let (status, body) = match path {
        "/" => (
            200,
            "<title>Leave</title><p>Employees have thirty days of paid vacation. <a href=/sick>Sick</a> <a href=/gone>x</a>",
        ),
        "/sick" => (200, "<title>Sick leave</title><p>Sick leave is paid for six weeks."),
        _ => (404, ""),
    };
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status} -\r\nConnection: close\r\nContent-Type: text/html\r\nContent-Length: {length}\r\n\r\n"
    );
    let _ = stream.write_all([head.as_bytes(), body.as_bytes()].concat().as_slice());
}

#[test]
fn pages_are_fetched_by_their_address_and_those_that_fail_are_named() {
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let site = site();
    let port = site.rsplit_once(':').unwrap().1.to_owned();
    let collection = format!("web-{}", std::process::id());
    let data = dir.path().join("data");
    let database =
        env::var_os("DATABASE_URL").expect("DATABASE_URL names no server: run the tests with `make test`");
    let (ports, allow) = (format!("fetch.ports=[{port}]"), "fetch.allow=[\"127.0.0.1/32\"]");
    let with = |args: &[&str]| {
        let mut command = rag(dir.path(), args);
        command.args(["--data-dir".as_ref(), data.as_os_str()]).args([
            "--set",
            &ports,
            "--set",
            "fetch.delay_ms=0",
        ]);
        command.env("DATABASE_URL", &database);
        command
    };
    let start = format!("{site}/");
    let ingest = ["ingest", &start, "--collection", &collection, "--json"];

    let (code, refused) = json(&mut with(&ingest));
    assert_eq!((code, &refused["pages"]), (1, &0.into()), "{refused}");
    let reason = refused["refused"][0]["reason"].as_str().unwrap();
    assert!(reason.contains("no public address") && reason.contains("fetch.allow"), "{reason}");

    let (code, one) = json(with(&ingest).args(["--set", allow]));
    assert_eq!((code, &one["pages"], &one["stored"]), (0, &1.into(), &1.into()), "{one}");
    let (code, all) = json(with(&ingest).args(["--set", allow, "--depth", "1"]));
    assert_eq!(
        (code, &all["pages"], &all["stored"], &all["duplicates"]),
        (1, &2.into(), &1.into(), &1.into()),
        "{all}"
    );
    let gone = serde_json::json!([{"file": format!("{site}/gone"), "reason": "the server answered 404"}]);
    assert_eq!(all["refused"], gone);
    let (code, found) =
        json(&mut with(&["search", "--json", "--collection", &collection, "sick leave weeks"]));
    assert_eq!((code, &found["results"][0]["source"]), (0, &format!("{site}/sick").into()), "{found}");

    for wrong in [["--sync"], ["--watch"], ["--dry-run"]] {
        let (code, _, err) = run(with(&["ingest", &start]).args(wrong));
        assert_eq!((code, err.contains("name no address")), (2, true), "{err}");
    }
    let (code, _, err) = run(&mut with(&["ingest", "docs", "--depth", "1"]));
    assert_eq!((code, err.contains("are for addresses")), (2, true), "{err}");
}
