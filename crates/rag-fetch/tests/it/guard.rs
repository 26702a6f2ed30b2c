//! Nothing that a person names, a page links to, a server redirects to or a name resolves to leads to an address that is not open.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use rag_fetch::{Addrs, Fetcher, Name, Reason, Resolve, Resolving};

use crate::server::{HIDDEN, SITE, Server, behind, fetch, page, reason, redirect, settings, socket};

/// Names that resolve to given addresses: to the next of several answers each time.
#[derive(Default)]
struct Names {
    answers: HashMap<&'static str, Vec<Vec<SocketAddr>>>,
    asked: Mutex<HashMap<String, usize>>,
}

impl Names {
    fn new(answers: impl IntoIterator<Item = (&'static str, Vec<Vec<SocketAddr>>)>) -> Arc<Self> {
        Arc::new(Self { answers: answers.into_iter().collect(), asked: Mutex::default() })
    }
}

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        let mut asked = self.asked.lock().unwrap();
        let count = asked.entry(name.as_str().to_owned()).or_default();
        *count += 1;
        let answers = self.answers.get(name.as_str());
        let answer = answers.and_then(|answers| answers.get((*count - 1).min(answers.len() - 1))).cloned();
        Box::pin(async move {
            let addresses: Addrs = Box::new(answer.ok_or("no such name")?.into_iter());
            Ok(addresses)
        })
    }
}

/// A server that must not be asked, on an address of this machine.
fn canary() -> Server {
    Server::on(HIDDEN, |_| [("/", page(200, "", "secret"))].into())
}

/// Every way to write the address of the canary, or of another closed network.
fn closed_urls(port: u16) -> Vec<String> {
    let hosts = [
        "127.0.0.2",
        "2130706434",
        "0x7f000002",
        "0x7f.0.0.2",
        "0177.0.0.2",
        "0177.0.0x2",
        "127.2",
        "127.0.2",
        "127.0.0.2.",
        "127.000.000.002",
        "%31%32%37.0.0.2",
        "１２７.0.0.2",
        "127。0。0。2",
        "①②⑦.0.0.2",
        "[::ffff:127.0.0.2]",
        "[::ffff:7f00:2]",
        "[::127.0.0.2]",
        "[0:0:0:0:0:ffff:127.0.0.2]",
        "[64:ff9b::7f00:2]",
        "[64:ff9b:1::7f00:2]",
        "[2002:7f00:2::]",
        "[2001::7f00:2]",
        "[::1]",
        "[::]",
        "[fe80::1]",
        "[fd00:ec2::254]",
        "[ff02::1]",
        "0.0.0.0",
        "0",
        "10.0.0.1",
        "100.64.0.1",
        "100.100.100.200",
        "169.254.169.254",
        "172.16.0.1",
        "192.168.0.1",
        "192.0.0.192",
        "168.63.129.16",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "user@127.0.0.2",
        "example.org@127.0.0.2",
        "localhost",
        "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
        "%6c%6f%63%61%6c%68%6f%73%74",
        "metadata.google.internal",
        "two.example",
        "mixed-secret.example",
        "unknown.example",
    ];
    let mut urls: Vec<String> = hosts.iter().map(|host| format!("http://{host}:{port}/")).collect();
    urls.extend([
        format!("http:\\\\127.0.0.2:{port}/"),
        format!("http://127.0.0.2:{port}#@example.org/"),
        format!("http://127.0.0.2:{port}\\@example.org/"),
        format!("//127.0.0.2:{port}/"),
        format!("http:127.0.0.2:{port}/"),
        format!("gopher://127.0.0.2:{port}/_GET"),
        format!("ftp://127.0.0.2:{port}/"),
        "file:///etc/passwd".to_owned(),
        "data:text/plain,x".to_owned(),
        "http://127.0.0.1:22/".to_owned(),
    ]);
    urls
}

fn closed_names() -> Arc<Names> {
    Names::new([
        ("localhost", vec![vec![socket(HIDDEN)]]),
        ("metadata.google.internal", vec![vec![socket([169, 254, 169, 254])]]),
        ("two.example", vec![vec![socket(HIDDEN), socket([10, 0, 0, 1])]]),
        ("mixed-secret.example", vec![vec!["[::ffff:127.0.0.2]:0".parse().unwrap()]]),
    ])
}

#[test]
fn no_spelling_of_a_closed_address_is_asked() {
    let (canary, site) = (canary(), Server::on(SITE, |_| HashMap::new()));
    let fetcher = Fetcher::with_names(settings(&[&site, &canary]), closed_names());
    let urls = closed_urls(canary.address.port());
    assert!(urls.len() >= 50);
    for url in &urls {
        let refused = reason(&fetcher, url);
        let expected =
            [Reason::NotPublic, Reason::Spelling, Reason::Credentials, Reason::Scheme, Reason::Port(22)];
        assert!(expected.contains(&refused), "{url}: {refused}");
    }
    assert!(canary.requests().is_empty(), "{:?}", canary.requests());
}

#[test]
fn no_redirect_leads_to_a_closed_address() {
    let canary = canary();
    let port = canary.address.port();
    let targets = closed_urls(port);
    for target in targets.iter().filter(|url| url.is_ascii()) {
        let site = Server::on(SITE, |_| [("/", redirect(target)), ("/again", redirect("/"))].into());
        let fetcher = Fetcher::with_names(settings(&[&site, &canary]), closed_names());
        for path in ["/", "/again"] {
            let refused = behind(reason(&fetcher, &site.url(path)));
            // A relative redirect stays on the site, which has no such page.
            let stays = refused == Reason::Status(404);
            assert!(stays || !refused.is_transient(), "{target}: {refused}");
        }
    }
    assert!(canary.requests().is_empty(), "{:?}", canary.requests());
}

#[test]
fn a_robots_txt_is_not_read_from_a_closed_address() {
    let canary = canary();
    let site = Server::on(SITE, |_| [("/robots.txt", redirect(&canary.url("/")))].into());
    let fetcher = Fetcher::new(settings(&[&site, &canary]));
    assert_eq!(reason(&fetcher, &site.url("/")), Reason::RobotsUnreadable);
    assert_eq!(site.paths(), ["/robots.txt"]);
    assert!(canary.requests().is_empty());
}

/// A name that is open when it is checked and closed when it is connected to: it is resolved once for each connection, and the connection is
/// made to the address that was checked.
#[test]
fn a_name_cannot_be_bound_to_another_address_between_check_and_connection() {
    let site = Server::on(SITE, |_| [("/", page(200, "", "open"))].into());
    let port = site.address.port();
    let secret = Server::on(HIDDEN, |_| HashMap::new());
    let names = Names::new([(
        "rebinding.example",
        vec![vec![socket(SITE)], vec![socket(HIDDEN)], vec![socket(SITE)], vec![socket(HIDDEN)]],
    )]);
    let fetcher = Fetcher::with_names(settings(&[&site, &secret]), names);
    let url = format!("http://rebinding.example:{port}/");
    // The first connection reads robots.txt; the second one is refused, because the name is closed by then.
    assert_eq!(reason(&fetcher, &url), Reason::NotPublic);
    assert_eq!(site.paths(), ["/robots.txt"]);
    // The rules are known now: one connection, to the address that was checked.
    assert_eq!(fetch(&fetcher, &url).unwrap().1, b"open");
    assert_eq!(site.paths(), ["/robots.txt", "/"]);
    assert!(secret.requests().is_empty());
}

#[test]
fn of_the_addresses_of_a_name_only_the_open_ones_are_asked() {
    let site = Server::on(SITE, |_| [("/", page(200, "", "open"))].into());
    let names = Names::new([("both.example", vec![vec![socket(HIDDEN), socket(SITE)]])]);
    let fetcher = Fetcher::with_names(settings(&[&site]), names);
    let url = format!("http://both.example:{}/", site.address.port());
    assert_eq!(fetch(&fetcher, &url).unwrap().1, b"open");
}

/// The names of a private network cannot be found out.
#[test]
fn a_closed_name_and_an_unknown_name_have_the_same_reason() {
    let fetcher = Fetcher::with_names(settings(&[]), closed_names());
    let texts = ["http://two.example/", "http://unknown.example/"]
        .map(|url| fetch(&fetcher, url).unwrap_err().to_string().replace(url, ""));
    assert_eq!(texts[0], texts[1]);
}
