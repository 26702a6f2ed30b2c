//! The rules of sites for programs are obeyed.

use std::time::{Duration, Instant};

use rag_fetch::{FetchSettings, Fetcher, Reason};

use crate::server::{SITE, Server, fetch, page, reason, settings};

fn site(robots: Vec<u8>) -> (Server, Fetcher) {
    let site = Server::on(SITE, |_| {
        [("/robots.txt", robots), ("/open", page(200, "", "open")), ("/closed/x", page(200, "", "closed"))]
            .into()
    });
    let fetcher = Fetcher::new(settings(&[&site]));
    (site, fetcher)
}

#[test]
fn a_page_that_robots_txt_forbids_is_not_asked_for() {
    let (site, fetcher) = site(page(200, "", "User-agent: *\nDisallow: /closed/\n"));
    assert_eq!(reason(&fetcher, &site.url("/closed/x")), Reason::Robots);
    assert_eq!(fetch(&fetcher, &site.url("/open")).unwrap().1, b"open");
    assert_eq!(site.paths(), ["/robots.txt", "/open"], "the rules are read once");
}

#[test]
fn rules_that_cannot_be_read_forbid_all_and_missing_ones_nothing() {
    for (status, refused) in [
        (404, None),
        (403, None),
        (503, Some(Reason::RobotsUnreadable)),
        (429, Some(Reason::RobotsUnreadable)),
    ] {
        let (site, fetcher) = site(page(status, "", "User-agent: *\nDisallow: /"));
        match refused {
            None => drop(fetch(&fetcher, &site.url("/open")).unwrap()),
            Some(refused) => assert_eq!(reason(&fetcher, &site.url("/open")), refused, "{status}"),
        }
    }
}

#[test]
fn a_request_names_us_and_how_we_can_be_reached() {
    let (site, _) = site(page(404, "", ""));
    let contact = "https://example.org/contact".to_owned();
    let fetcher = Fetcher::new(FetchSettings { contact, ..settings(&[&site]) });
    fetch(&fetcher, &site.url("/open")).unwrap();
    let agent =
        format!("user-agent: rag-fetch/{} (+https://example.org/contact)\r\n", env!("CARGO_PKG_VERSION"));
    let requests = site.requests();
    assert_eq!(requests.len(), 2);
    assert!(requests.iter().all(|request| request.contains(&agent)), "{requests:?}");
    assert!(requests.iter().all(|request| !request.contains("cookie") && !request.contains("referer")));
}

#[test]
fn the_pause_between_two_requests_is_kept_by_all_sessions() {
    let (site, _) = site(page(404, "", ""));
    let delay = Duration::from_millis(150);
    let fetcher = Fetcher::new(FetchSettings { delay, ..settings(&[&site]) });
    let began = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| fetch(&fetcher, &site.url("/open")).unwrap());
        }
    });
    assert!(began.elapsed() >= 2 * delay);
}
