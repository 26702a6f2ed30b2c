//! A page is bounded in time, size and redirects, and a fetch can be stopped.

use std::{
    io::Write,
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use flate2::{Compression, write::GzEncoder};
use rag_fetch::{FetchError, FetchSettings, Fetcher, Reason, Request};

use crate::server::{SITE, Server, bytes, page, reason, redirect, settings};

fn site() -> Server {
    Server::on(SITE, |_| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&vec![0; 20 << 20]).unwrap();
        let bomb = encoder.finish().unwrap();
        [
            ("/bomb", bytes(200, "Content-Encoding: gzip\r\n", &bomb)),
            ("/large", b"HTTP/1.1 200 -\r\nContent-Length: 99999999\r\n\r\nx".to_vec()),
            ("/cut", b"HTTP/1.1 200 -\r\nContent-Length: 100\r\n\r\nx".to_vec()),
            ("/loop", redirect("/loop")),
            ("/brotli", page(200, "Content-Encoding: br\r\n", "x")),
            ("/damaged", page(200, "Content-Encoding: gzip\r\n", "x")),
            ("/picture", page(200, "Content-Type: image/png\r\n", "x")),
            ("/partial", page(206, "", "x")),
            ("/nothing", page(204, "", "")),
            ("/unasked", page(304, "", "")),
            ("/lost", page(302, "", "")),
            ("/error", page(503, "", "")),
            ("/noise", b"\x00\x01\x02".repeat(1000)),
        ]
        .into()
    })
}

#[test]
fn every_limit_has_its_reason() {
    let site = site();
    let max_bytes = 1 << 20;
    let fetcher = Fetcher::new(FetchSettings { max_bytes, ..settings(&[&site]) });
    for (path, expected) in [
        ("/bomb", Reason::TooLarge(max_bytes)),
        ("/large", Reason::TooLarge(max_bytes)),
        ("/endless", Reason::TooLarge(max_bytes)),
        ("/cut", Reason::Broken),
        ("/brotli", Reason::Coding),
        ("/damaged", Reason::Damaged),
        ("/picture", Reason::MediaType("image/png".to_owned())),
        ("/partial", Reason::Status(206)),
        ("/nothing", Reason::Status(204)),
        ("/unasked", Reason::Status(304)),
        ("/lost", Reason::Status(302)),
        ("/error", Reason::Status(503)),
        ("/missing", Reason::Status(404)),
        ("/noise", Reason::Broken),
    ] {
        assert_eq!(reason(&fetcher, &site.url(path)), expected, "{path}");
    }
    assert_eq!(reason(&fetcher, &site.url("/loop")), Reason::Redirects(5));
    let loops = site.paths().iter().filter(|path| *path == "/loop").count();
    assert_eq!(loops, 6);
}

#[test]
fn a_slow_or_silent_server_is_not_waited_for() {
    let site = site();
    let fetcher = Fetcher::new(FetchSettings { timeout: Duration::from_millis(300), ..settings(&[&site]) });
    for path in ["/slow", "/silent"] {
        assert_eq!(reason(&fetcher, &site.url(path)), Reason::TimedOut(0), "{path}");
    }
}

#[test]
fn a_server_that_is_not_there_cannot_be_reached() {
    let gone = site().url("/");
    let port = gone.rsplit_once(':').unwrap().1.trim_end_matches('/').parse().unwrap();
    let site = site();
    let fetcher = Fetcher::new(FetchSettings { ports: vec![port], ..settings(&[&site]) });
    let reason = reason(&fetcher, &gone);
    assert!(reason == Reason::NoConnection && reason.is_transient());
}

#[test]
fn a_fetch_ends_when_its_caller_stops_it() {
    let site = site();
    let fetcher = Fetcher::new(settings(&[&site]));
    let url = fetcher.read_url(&site.url("/slow")).unwrap();
    let asked = AtomicUsize::new(0);
    let goes_on = || asked.fetch_add(1, Ordering::Relaxed) < 2;
    let request = Request {
        url: &url,
        validators: None,
        is_bound_to_host: true,
        accepts: &|_| true,
        goes_on: &goes_on,
    };
    let began = Instant::now();
    let stopped = fetcher.open().unwrap().fetch(&request, &mut tempfile::tempfile().unwrap());
    assert!(matches!(stopped, Err(FetchError::Stopped)), "{stopped:?}");
    assert!(began.elapsed() < Duration::from_secs(10));
}
