//! Pages arrive whole, after redirects, and only if they have changed.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use rag_fetch::{FetchError, Fetched, Fetcher, Page, Reason, Request, Validators};

use crate::server::{SITE, Server, behind, bytes, fetch, fetch_known, page, redirect, settings};

fn fetched(fetcher: &Fetcher, url: &str) -> (Page, Vec<u8>) {
    match fetch(fetcher, url).unwrap() {
        (Fetched::Page(page), bytes) => (page, bytes),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_page_has_its_address_after_redirects_its_type_and_its_bytes() {
    let site = Server::on(SITE, |_| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all("a page".repeat(1000).as_bytes()).unwrap();
        let body = encoder.finish().unwrap();
        let headers = "Content-Type: Text/HTML; charset=utf-8\r\nContent-Encoding: gzip\r\nETag: \"1\"\r\n";
        [("/old?x=1", redirect("/new")), ("/old", redirect("/new?a=b")), ("/new", bytes(200, headers, &body))]
            .into()
    });
    let fetcher = Fetcher::new(settings(&[&site]));
    let (page, bytes) = fetched(&fetcher, &site.url("/old#part"));
    assert_eq!(page.url.as_str(), site.url("/new?a=b"));
    assert_eq!(page.media_type.as_deref(), Some("text/html"));
    assert_eq!(
        page.validators,
        Validators { url: site.url("/new?a=b"), etag: Some("\"1\"".to_owned()), last_modified: None }
    );
    assert_eq!(bytes, "a page".repeat(1000).as_bytes());
}

#[test]
fn the_facts_of_the_last_fetch_are_sent_to_the_address_that_gave_them() {
    let site = Server::on(SITE, |_| [("/moved", redirect("/page")), ("/page", page(304, "", ""))].into());
    let fetcher = Fetcher::new(settings(&[&site]));
    let known = Validators {
        url: site.url("/page"),
        etag: Some("\"1\"".to_owned()),
        last_modified: Some("Sun, 29 Nov 2026 10:00:00 GMT".to_owned()),
    };
    let (outcome, bytes) = fetch_known(&fetcher, &site.url("/moved"), Some(&known)).unwrap();
    assert_eq!((outcome, bytes.len()), (Fetched::Unchanged, 0));
    let requests = site.requests();
    let has = |request: &String| {
        request.contains("if-none-match: \"1\"")
            && request.contains("if-modified-since: Sun, 29 Nov 2026 10:00:00 GMT")
    };
    assert_eq!(requests.iter().map(has).collect::<Vec<_>>(), [false, false, true], "{requests:?}");
}

#[test]
fn a_fetch_that_is_bound_to_its_host_does_not_follow_a_redirect_to_another() {
    let other = Server::on(SITE, |_| [("/", page(200, "", "other"))].into());
    let port = other.address.port();
    let site = Server::on(SITE, |_| [("/", redirect(&format!("http://localhost:{port}/")))].into());
    let fetcher = Fetcher::new(settings(&[&site, &other]));
    let url = fetcher.read_url(&site.url("/")).unwrap();
    let request = Request {
        url: &url,
        validators: None,
        is_bound_to_host: true,
        accepts: &|_| true,
        goes_on: &|| true,
    };
    let refused = fetcher.open().unwrap().fetch(&request, &mut tempfile::tempfile().unwrap());
    let Err(FetchError::Page { reason, .. }) = refused else { panic!("{refused:?}") };
    assert_eq!(behind(reason), Reason::OtherSite);
    assert!(other.requests().is_empty());
}

#[test]
fn an_error_names_the_address_and_the_reason() {
    let site = Server::on(SITE, |_| [("/", redirect("/gone"))].into());
    let fetcher = Fetcher::new(settings(&[&site]));
    let url = site.url("/");
    let error = fetch(&fetcher, &url).unwrap_err().to_string();
    assert_eq!(
        error,
        format!("cannot fetch {url}: it redirects to {}: the server answered 404", site.url("/gone"))
    );
}
