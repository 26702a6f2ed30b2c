//! Access to the server over each kind of connection: never without the password.

use std::net::TcpListener;

use rag_pg::start;

use crate::support::Folder;

/// `url` with another password.
fn with_password(url: &str, password: &str) -> String {
    let (head, rest) = url.split_once("rag:").unwrap();
    let (_, tail) = rest.split_once('@').unwrap();
    format!("{head}rag{password}@{tail}")
}

#[test]
fn socket_and_tcp_both_want_the_password() {
    let folder = Folder::new();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut settings = folder.settings();
    settings.port = Some(port);
    let server = start(&settings).unwrap();
    for url in [server.url(), server.tcp_url().unwrap()] {
        assert_eq!(folder.psql(&url, "SELECT current_user").unwrap(), "rag");
        let wrong = folder.psql(&with_password(&url, ":wrong"), "SELECT 1").unwrap_err();
        assert!(wrong.contains("password authentication failed"), "{wrong}");
        let none = folder.psql(&with_password(&url, ""), "SELECT 1").unwrap_err();
        assert!(none.contains("no password supplied"), "{none}");
    }
    assert_eq!(folder.psql(&server.url(), "SHOW listen_addresses").unwrap(), "127.0.0.1");
}

#[test]
fn without_a_port_there_is_no_tcp() {
    let folder = Folder::new();
    let server = start(&folder.settings()).unwrap();
    assert_eq!(server.tcp_url(), None);
    assert_eq!(folder.psql(&server.url(), "SELECT inet_server_addr() IS NULL").unwrap(), "t");
}

#[test]
fn odd_and_long_paths_work() {
    let folder = Folder::new();
    let long = "a folder with a rather long name, ".repeat(6);
    for name in ["with space", "50% \"quoted\", comma", "ünïcode", long.as_str()] {
        let data_dir = folder.data_dir().with_file_name(name);
        let server = start(&folder.settings_at(&data_dir)).unwrap();
        assert_eq!(folder.psql(&server.url(), "SELECT 1").unwrap(), "1", "{name}");
    }
}
