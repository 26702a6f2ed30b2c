//! Documents from addresses: fetched by jobs, known by their address, stored again only when they have changed, and within the rights of the
//! person who asked.

use rag_engine::FetchJobSettings;
use rag_testkit::{Client, Setup, TestApp};
use serde_json::{Value, json};

use super::site::{Page, Site};
use crate::routes::text;

fn app(site: &Site) -> TestApp {
    TestApp::with(Setup { fetch: Some(site.settings()), ..Setup::default() })
}

/// Queues a fetch and returns its job once it has ended.
fn fetched(client: &Client, collection: &str, body: &Value) -> Value {
    let job = client.post(&format!("/v1/collections/{collection}/documents/from-url"), body).expect(202);
    assert_eq!((text(&job, "/kind"), text(&job, "/title")), ("fetch", text(body, "/url")));
    client.finished(text(&job, "/id"))
}

/// Waits until all documents of the collection have been read, and returns them by source.
fn documents(client: &Client, collection: &str) -> Vec<Value> {
    let jobs = client.get(&format!("/v1/jobs?collection_id={collection}&kind=ingest&limit=200")).expect(200);
    for job in jobs["items"].as_array().unwrap() {
        client.finished(text(job, "/id"));
    }
    let found = client.get(&format!("/v1/collections/{collection}/documents?limit=200")).expect(200);
    let mut found = found["items"].as_array().unwrap().clone();
    found.sort_by_key(|document| document["source"].to_string());
    found
}

fn sources(client: &Client, collection: &str) -> Vec<String> {
    documents(client, collection)
        .iter()
        .filter_map(|document| document["source"].as_str())
        .map(str::to_owned)
        .collect()
}

fn versions(client: &Client, document: &str) -> usize {
    let versions = client.get(&format!("/v1/documents/{document}/versions")).expect(200);
    versions["items"].as_array().unwrap().len()
}

#[test]
fn a_page_is_found_under_its_title_and_cited_by_its_address() {
    let site = Site::open(&[("/rocks", "<title>Rocks</title><p>Granite is the rock of this hill.")]);
    site.put("/", Page::Moved("/rocks".to_owned()));
    let app = app(&site);
    let client = app.client();
    let collection = client.collection("c");
    let body = json!({"url": site.url("/"), "metadata": {"team": "geology"}});
    let job = fetched(&client, &collection, &body);
    assert_eq!(text(&job, "/state"), "done", "{job}");
    assert_eq!((&job["done"], &job["total"], &job["problem"]), (&json!(1), &json!(1), &Value::Null));
    let document = documents(&client, &collection).remove(0);
    assert_eq!(document["id"], job["document_id"]);
    assert_eq!((text(&document, "/source"), text(&document, "/title")), (&*site.url("/"), "Rocks"));
    let metadata = &document["metadata"];
    assert_eq!((text(metadata, "/team"), text(metadata, "/url")), ("geology", &*site.url("/rocks")));
    assert!(text(metadata, "/fetched_at").ends_with('Z'), "{metadata}");
    let query = json!({"query": "granite", "filter": {"url": site.url("/rocks")}});
    let found = client.post("/v1/search", &query).expect(200);
    assert_eq!(text(&found, "/results/0/source"), site.url("/"));
}

#[test]
fn a_page_becomes_a_new_version_only_when_it_has_changed() {
    let site = Site::open(&[("/a", "<p>Granite is a rock.")]);
    let app = app(&site);
    let client = app.client();
    let collection = client.collection("c");
    let body = json!({"url": site.url("/a")});
    let again = || {
        let job = fetched(&client, &collection, &body);
        assert_eq!(text(&job, "/state"), "done", "{job}");
        let documents = documents(&client, &collection);
        assert_eq!(documents.len(), 1);
        (versions(&client, text(&job, "/document_id")), documents[0].clone())
    };
    let (count, first) = again();
    assert_eq!(count, 1);
    let (count, unchanged) = again();
    assert_eq!((count, &unchanged), (1, &first), "nothing of it is touched");
    assert_eq!(site.take_requests(), [("/a".to_owned(), 200), ("/a".to_owned(), 304)]);
    site.put("/a", Page::Text("text/html", "<p>Basalt is a rock.".to_owned()));
    assert_eq!(again().0, 2);
    // The version before is the newest again: the server's answer would not be about its bytes.
    let restore = format!("/v1/documents/{}/versions/1/restore", text(&first, "/id"));
    client.ingested(&client.post(&restore, &json!({})).expect(202));
    assert_eq!(again().0, 4);
    assert_eq!(site.take_requests(), [("/a".to_owned(), 200), ("/a".to_owned(), 200)]);
}

#[test]
fn the_metadata_of_a_page_that_has_not_changed_follow_the_request() {
    let site = Site::open(&[("/a", "<p>Granite is a rock.")]);
    let app = app(&site);
    let client = app.client();
    let collection = client.collection("c");
    for team in ["one", "two"] {
        fetched(&client, &collection, &json!({"url": site.url("/a"), "metadata": {"team": team}}));
        assert_eq!(text(&documents(&client, &collection)[0], "/metadata/team"), team);
    }
    fetched(&client, &collection, &json!({"url": site.url("/a")}));
    let document = documents(&client, &collection).remove(0);
    assert_eq!(text(&document, "/metadata/team"), "two");
    assert_eq!(versions(&client, text(&document, "/id")), 1);
}

/// Pages: / links to /a and /b, /a to /a1, /a1 to /deep; and much that leads elsewhere.
fn tree() -> Site {
    let site = Site::open(&[
        (
            "/",
            "<base href=/x/><p>Start <a href=../a>A</a> <a href=/b#top>B</a> <a href=/b>B</a> <a href=https://example.org/>out</a>",
        ),
        (
            "/a",
            "<p>Letter A <a href=/a1>A1</a> <a href=/>up</a> <a href=/twin>twin</a> <a href=mailto:a@example.org>mail</a>",
        ),
        ("/b", "<meta name=robots content=nofollow><p>Letter B <a href=/unseen>no</a> "),
        (
            "/a1",
            "<p>Letter A1 <a href=/deep>deep</a> <a href=/gone>gone</a> <a href=/out>out</a> <a href=/private/x>no</a> <a href=/p.png>P</a>",
        ),
        ("/deep", "<p>Deep"),
        ("/private/x", "<p>Private"),
    ]);
    site.put("/twin", Page::Moved("/a".to_owned()));
    site.put("/out", Page::Moved("https://example.org/".to_owned()));
    site.put("/p.png", Page::Text("image/png", "x".to_owned()));
    site.put("/robots.txt", Page::Text("text/plain", "User-agent: *\nDisallow: /private/".to_owned()));
    site
}

#[test]
fn links_are_followed_to_a_depth_within_the_site() {
    let site = tree();
    let app = app(&site);
    let client = app.client();
    for (depth, expected) in [
        (0, vec!["/"]),
        (1, vec!["/", "/a", "/b"]),
        (2, vec!["/", "/a", "/a1", "/b"]),
        (3, vec!["/", "/a", "/a1", "/b", "/deep"]),
    ] {
        let collection = client.collection(&format!("depth {depth}"));
        let job = fetched(&client, &collection, &json!({"url": site.url("/"), "depth": depth}));
        assert_eq!(text(&job, "/state"), "done", "{job}");
        let expected: Vec<String> = expected.into_iter().map(|path| site.url(path)).collect();
        assert_eq!(sources(&client, &collection), expected, "depth {depth}");
        assert_eq!((&job["done"], &job["total"]), (&json!(expected.len()), &json!(expected.len())), "{job}");
        if depth < 3 {
            assert_eq!(job["problem"], Value::Null);
            continue;
        }
        assert_eq!(text(&job, "/problem/code"), "pages_failed");
        let failed: Vec<(&str, &str)> = job["problem"]["pages"]
            .as_array()
            .unwrap()
            .iter()
            .map(|page| (text(page, "/url"), text(page, "/reason")))
            .collect();
        let gone = site.url("/gone");
        let private = site.url("/private/x");
        assert_eq!(
            failed,
            [(&*gone, "the server answered 404"), (&*private, "the site's robots.txt forbids it")]
        );
    }
}

#[test]
fn a_site_that_has_not_changed_is_followed_by_the_links_that_are_stored() {
    let site = tree();
    let app = app(&site);
    let client = app.client();
    let collection = client.collection("c");
    let body = json!({"url": site.url("/"), "depth": 2});
    fetched(&client, &collection, &body);
    let before = documents(&client, &collection);
    site.take_requests();
    let job = fetched(&client, &collection, &body);
    assert_eq!((text(&job, "/state"), &job["done"]), ("done", &json!(4)));
    let statuses: Vec<u16> = site.take_requests().iter().map(|(_, status)| *status).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 304).count(), 4, "{statuses:?}");
    assert_eq!(documents(&client, &collection), before);
}

#[test]
fn the_number_of_pages_is_bounded() {
    let site = tree();
    let app = app(&site);
    let client = app.client();
    let collection = client.collection("c");
    let job = fetched(&client, &collection, &json!({"url": site.url("/"), "depth": 5, "max_pages": 2}));
    assert_eq!((&job["done"], &job["total"]), (&json!(2), &json!(2)), "{job}");
    assert_eq!(sources(&client, &collection).len(), 2);
    let path = format!("/v1/collections/{collection}/documents/from-url");
    for body in [
        json!({"url": site.url("/"), "max_pages": 51}),
        json!({"url": site.url("/"), "max_pages": 0}),
        json!({"url": site.url("/"), "depth": 6}),
    ] {
        assert_eq!(client.post(&path, &body).problem(422), "invalid", "{body}");
    }
}

#[test]
fn a_first_page_that_can_never_be_fetched_or_read_ends_the_job_with_the_reason() {
    let site = tree();
    let app = app(&site);
    let client = app.client();
    let collection = client.collection("c");
    site.put("/picture", Page::Text("application/octet-stream", "\u{1}\u{2}\u{0}\u{3}".repeat(100)));
    for (path, code, reason) in [
        ("/gone", "fetch_failed", "the server answered 404"),
        ("/private/x", "fetch_failed", "the site's robots.txt forbids it"),
        ("/p.png", "fetch_failed", "it is of type image/png, which is not read"),
        ("/picture", "unsupported", ""),
    ] {
        let url = site.url(path);
        let job = fetched(&client, &collection, &json!({"url": url}));
        assert_eq!((text(&job, "/state"), text(&job, "/problem/code")), ("refused", code), "{job}");
        if code == "fetch_failed" {
            assert_eq!(text(&job, "/problem/detail"), format!("cannot fetch {url}: {reason}"));
        }
    }
    site.put("/busy", Page::Status(503));
    let job = fetched(&client, &collection, &json!({"url": site.url("/busy")}));
    assert_eq!(text(&job, "/state"), "dead", "it may be retried: {job}");
    site.put("/busy", Page::Text("text/plain", "Granite is a rock.".to_owned()));
    client.send("POST", &format!("/v1/jobs/{}/retry", text(&job, "/id"))).expect(202);
    assert_eq!(text(&client.finished(text(&job, "/id")), "/state"), "done");
    assert_eq!(sources(&client, &collection), [site.url("/busy")]);
}

#[test]
fn a_fetch_that_waits_is_cancelled_and_holds_up_no_upload() {
    let site = Site::open(&[("/", "<p>Granite <a href=/held>held</a>")]);
    let app = app(&site);
    let client = app.client();
    let collection = client.collection("c");
    let path = format!("/v1/collections/{collection}/documents/from-url");
    let job = client.post(&path, &json!({"url": site.url("/"), "depth": 1})).expect(202);
    let job = format!("/v1/jobs/{}", text(&job, "/id"));
    // The first page is stored, and read by the one worker, as is an upload.
    client.wait(|| (sources(&client, &collection).len() == 1).then_some(()));
    client.text(&collection, "Rocks", "Basalt is a rock.");
    let cancelled = client.send("POST", &format!("{job}/cancel")).expect(200);
    assert_eq!(text(&cancelled, "/state"), "cancelled");
    // The thread that waited is free.
    site.put("/free", Page::Text("text/html", "<p>Free".to_owned()));
    assert_eq!(text(&fetched(&client, &collection, &json!({"url": site.url("/free")})), "/state"), "done");
    site.release();
    assert_eq!(text(&client.get(&job).expect(200), "/state"), "cancelled");
    let stored = sources(&client, &collection);
    assert!(!stored.contains(&site.url("/held")), "{stored:?}");
}

#[test]
fn an_address_that_is_never_fetched_is_refused_at_once() {
    let site = tree();
    let app = app(&site);
    let client = app.client();
    let path = format!("/v1/collections/{}/documents/from-url", client.collection("c"));
    for url in [
        "http://127.0.0.2/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::ffff:10.0.0.1]/",
        "http://2130706433/",
        "https://user:pass@example.org/",
        "https://example.org:22/",
        "ftp://example.org/",
        "file:///etc/passwd",
        "example.org",
        "",
    ] {
        assert_eq!(client.post(&path, &json!({"url": url})).problem(422), "invalid", "{url}");
    }
    assert_eq!(client.get("/v1/jobs?kind=fetch").expect(200)["items"], json!([]));
}

#[test]
fn a_server_that_does_not_fetch_says_so() {
    let app = TestApp::start();
    let client = app.client();
    let path = format!("/v1/collections/{}/documents/from-url", client.collection("c"));
    let refused = client.post(&path, &json!({"url": "https://example.org/"}));
    assert_eq!(refused.problem(403), "forbidden");
    assert!(text(&refused.json(), "/detail").contains("fetch.enabled"), "{}", refused.json());
}

#[test]
fn a_request_that_is_sent_again_with_its_key_queues_one_job() {
    let site = tree();
    let waits = FetchJobSettings { workers: 0, ..site.settings() };
    let app = TestApp::with(Setup { fetch: Some(waits), ..Setup::default() });
    let client = app.client();
    let path = format!("/v1/collections/{}/documents/from-url", client.collection("c"));
    let send = || {
        let request = client.request("POST", &path).header("idempotency-key", "one");
        rag_testkit::Answer::of(request.json(&json!({"url": site.url("/")}))).expect(202)
    };
    assert_eq!(send(), send());
    assert_eq!(client.get("/v1/jobs?kind=fetch").expect(200)["items"].as_array().unwrap().len(), 1);
}
