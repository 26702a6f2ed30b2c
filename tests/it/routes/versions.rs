//! Versions of a document: new bytes under its source, what is found of them, and what is kept.

use rag_testkit::{Answer, Client, Setup, TestApp};
use serde_json::{Value, json};

use super::text;

/// Stores the bytes under a source and returns the id of the document, once it can be found.
fn put(client: &Client, collection: &str, source: &str, bytes: &str) -> String {
    client.ingested(&put_answer(client, collection, source, bytes).expect(202))
}

fn put_answer(client: &Client, collection: &str, source: &str, bytes: &str) -> Answer {
    let path = format!("/v1/collections/{collection}/documents?source={}", encoded(source));
    Answer::of(client.request("PUT", &path).body(bytes.to_owned()))
}

/// The text as a value of a query.
fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect::<Vec<_>>().concat()
}

fn patch(client: &Client, path: &str, body: &Value) -> Answer {
    Answer::of(client.request("PATCH", path).json(body))
}

fn found_texts(client: &Client, collection: &str, query: &str) -> Vec<String> {
    let found =
        client.post("/v1/search", &json!({"query": query, "collection_ids": [collection]})).expect(200);
    found["results"].as_array().unwrap().iter().map(|result| text(result, "/text").to_owned()).collect()
}

fn version_numbers(client: &Client, document: &str) -> Vec<(i64, String)> {
    let list = client.get(&format!("/v1/documents/{document}/versions")).expect(200);
    let number = |item: &Value| (item["number"].as_i64().unwrap(), text(item, "/state").to_owned());
    list["items"].as_array().unwrap().iter().map(number).collect()
}

#[test]
fn new_bytes_under_a_source_are_a_new_version_and_only_the_newest_is_found() {
    let app = TestApp::start();
    let client = app.client();
    let collection = client.collection("c");
    let document = put(&client, &collection, "guide/pump.md", "# Pump\n\nThe granite pump runs at noon.\n");
    let same = put(&client, &collection, "guide/pump.md", "# Pump\n\nThe basalt pump runs at dusk.\n");
    assert_eq!(document, same);
    for query in ["granite pump at noon", "basalt pump at dusk"] {
        let texts = found_texts(&client, &collection, query);
        assert!(!texts.is_empty() && texts.iter().all(|text| text.contains("basalt")), "{texts:?}");
    }
    let states = [(2, "published".to_owned()), (1, "superseded".to_owned())];
    assert_eq!(version_numbers(&client, &document), states);

    let at = |number: i32, rest: &str| format!("/v1/documents/{document}/versions/{number}/{rest}");
    let old = client.get(&at(1, "text")).expect(200);
    assert!(text(&old, "/text").contains("granite"), "{old}");
    let original = client.get(&at(1, "content"));
    assert_eq!(
        (original.status, original.body.as_slice()),
        (200, b"# Pump\n\nThe granite pump runs at noon.\n".as_slice())
    );
    let changes = client.get(&at(2, "changes")).expect(200);
    assert_eq!((&changes["from"], &changes["added_lines"]), (&json!(1), &json!(1)), "{changes}");
    assert!(text(&changes, "/unified").contains("-The granite pump"), "{changes}");
    assert_eq!(client.get(&at(3, "text")).problem(404), "not_found");
    assert_eq!(client.get(&at(1, "changes")).problem(409), "conflict");
}

#[test]
fn a_citation_names_the_version_that_its_offsets_are_of() {
    let app = TestApp::start();
    let client = app.client();
    let collection = client.collection("c");
    let document = put(&client, &collection, "toll.txt", "The toll of the bridge is four crowns.");
    put(&client, &collection, "toll.txt", "Since May the toll of the bridge is nine crowns.");
    let turn = client.post("/v1/ask", &json!({"question": "What is the toll of the bridge?"})).expect(200);
    assert_eq!(turn["answer"]["citations"][0]["version"], 2, "{turn}");
    put(&client, &collection, "toll.txt", "The bridge is closed.");
    let messages = client.get(&format!("/v1/sessions/{}/messages", text(&turn, "/session_id"))).expect(200);
    let citation = &messages["items"][1]["citations"][0];
    let range = format!("start={}&end={}", citation["start_offset"], citation["end_offset"]);
    let path = format!("/v1/documents/{document}/versions/{}/text?{range}", citation["version"]);
    assert_eq!(text(&client.get(&path).expect(200), "/text"), text(citation, "/quote"));
}

#[test]
fn a_search_as_of_a_time_finds_the_versions_of_that_time() {
    let app = TestApp::start();
    let client = app.client();
    let collection = client.collection("c");
    let document = put(&client, &collection, "a.txt", "The toll of the bridge is four crowns.");
    put(&client, &collection, "a.txt", "The toll of the bridge is nine crowns.");
    let other = put(&client, &collection, "b.txt", "The toll of the ferry is one crown.");
    let versions = client.get(&format!("/v1/documents/{document}/versions")).expect(200);
    let (second, first) = (&versions["items"][0], &versions["items"][1]);
    assert_eq!(second["published_at"], first["superseded_at"], "{versions}");
    let at = |time: &Value, filter: Value| -> Vec<(String, i64)> {
        let body =
            json!({"query": "toll crowns", "collection_ids": [collection], "as_of": time, "filter": filter});
        let found = client.post("/v1/search", &body).expect(200);
        let result = |result: &Value| (text(result, "/text").to_owned(), result["version"].as_i64().unwrap());
        found["results"].as_array().unwrap().iter().map(result).collect()
    };
    let old = [("The toll of the bridge is four crowns.".to_owned(), 1)];
    assert_eq!(at(&first["published_at"], Value::Null), old);
    assert_eq!(at(&first["published_at"], json!({"document.source": "a.txt"})), old);
    assert_eq!(at(&first["published_at"], json!({"document.id": other})), []);
    let new = [("The toll of the bridge is nine crowns.".to_owned(), 2)];
    assert_eq!(at(&second["published_at"], Value::Null), new);
    assert_eq!(at(&json!("2000-01-01T00:00:00Z"), Value::Null), []);
    assert_eq!(at(&Value::Null, Value::Null).len(), 2);
    let ask = |time: &Value| {
        let body = json!({"question": "What is the toll of the bridge?", "collection_ids": [collection], "as_of": time});
        text(&client.post("/v1/ask", &body).expect(200), "/answer/text").to_owned()
    };
    assert!(ask(&first["published_at"]).contains("four crowns"), "{}", ask(&first["published_at"]));
    assert!(ask(&Value::Null).contains("nine crowns"));
}

#[test]
fn an_older_version_is_restored_as_the_newest() {
    let app = TestApp::start();
    let client = app.client();
    let collection = client.collection("c");
    let document = put(&client, &collection, "a.txt", "Granite is old.");
    put(&client, &collection, "a.txt", "Basalt is new.");
    let restore = |number: i32| format!("/v1/documents/{document}/versions/{number}/restore");
    let restored = client.post(&restore(1), &json!({})).expect(202);
    client.ingested(&restored);
    assert_eq!(found_texts(&client, &collection, "Basalt or granite?"), ["Granite is old."]);
    let numbers: Vec<i64> =
        version_numbers(&client, &document).into_iter().map(|version| version.0).collect();
    assert_eq!(numbers, [3, 2, 1]);
    // The newest version has the bytes of the first one.
    assert_eq!(client.post(&restore(1), &json!({})).expect(200)["duplicate"], true);
    assert_eq!(client.post(&restore(9), &json!({})).problem(409), "conflict");
}

#[test]
fn a_version_that_cannot_be_read_leaves_the_one_before() {
    let app = TestApp::start();
    let client = app.client();
    let collection = client.collection("c");
    let document = put(&client, &collection, "a.pdf", "Granite is old.");
    let refused = put_answer(&client, &collection, "a.pdf", "%PDF-1.7\nnothing of a document").expect(202);
    let job = client.finished(text(&refused, "/job/id"));
    assert_eq!(job["state"], "refused", "{job}");
    assert_eq!(found_texts(&client, &collection, "granite"), ["Granite is old."]);
    assert_eq!(version_numbers(&client, &document), [(1, "published".to_owned())]);
    let view = client.get(&format!("/v1/documents/{document}")).expect(200);
    assert_eq!((&view["searchable"], &view["media_type"]), (&json!(true), &json!("text/plain")), "{view}");
}

#[test]
fn only_the_configured_number_of_versions_is_kept() {
    let app = TestApp::with(Setup { kept_versions: 2, ..Setup::default() });
    let client = app.client();
    let collection = client.collection("c");
    let mut document = String::new();
    for number in 1..=5 {
        document = put(&client, &collection, "a.txt", &format!("Edition {number} of the guide."));
    }
    let numbers: Vec<i64> =
        version_numbers(&client, &document).into_iter().map(|version| version.0).collect();
    assert_eq!(numbers, [5, 4, 3]);
    let gone = client.get(&format!("/v1/documents/{document}/versions/1/content"));
    assert_eq!(gone.problem(404), "not_found");
}

#[test]
fn new_metadata_on_known_bytes_is_stored_without_reading_the_document_again() {
    let app = TestApp::start();
    let client = app.client();
    let collection = client.collection("c");
    let path = format!("/v1/collections/{collection}/texts");
    let body =
        |year: i32| json!({"title": "T", "text": "Granite.", "source": "a", "metadata": {"year": year}});
    let document = client.ingested(&client.post(&path, &body(2025)).expect(202));
    let again = client.post(&path, &body(2026)).expect(200);
    assert_eq!((&again["duplicate"], &again["document"]["metadata"]["year"]), (&json!(true), &json!(2026)));
    assert_eq!(version_numbers(&client, &document).len(), 1);
    let filtered = json!({"query": "granite", "collection_ids": [collection], "filter": {"year": 2026}});
    assert_eq!(client.post("/v1/search", &filtered).expect(200)["results"].as_array().unwrap().len(), 1);
    let patched = patch(&client, &format!("/v1/documents/{document}"), &json!({"metadata": {}}));
    assert_eq!(patched.expect(200)["metadata"], json!({}));
}

#[test]
fn a_new_title_is_shown_at_once_and_found_when_the_document_has_been_read_again() {
    let app = TestApp::start();
    let client = app.client();
    let collection = client.collection("c");
    let document = put(&client, &collection, "a.txt", "It runs at noon.");
    let path = format!("/v1/documents/{document}");
    let renamed = patch(&client, &path, &json!({"title": "Waterwheel"})).expect(200);
    assert_eq!(renamed["title"], "Waterwheel");
    client.wait(|| (version_numbers(&client, &document)[0].1 == "published").then_some(()));
    let lexical = json!({"query": "waterwheel", "mode": "lexical", "collection_ids": [collection]});
    assert_eq!(client.post("/v1/search", &lexical).expect(200)["results"].as_array().unwrap().len(), 1);
    // A given title stays, whatever title a new version has.
    put(&client, &collection, "a.txt", "# Mill\n\nIt runs at dusk.");
    assert_eq!(client.get(&path).expect(200)["title"], "Waterwheel");
    assert_eq!(patch(&client, &path, &json!({"title": " "})).problem(422), "invalid");
}

#[test]
fn documents_are_listed_by_source_and_by_the_beginning_of_it() {
    let app = TestApp::start();
    let client = app.client();
    let collection = client.collection("c");
    // "ü" in both forms of Unicode; a percent sign and an underscore are no wildcards.
    for source in ["docs/Bu\u{308}cher/a b.md", "docs/100%_done.md", "docs2/x.md"] {
        put(&client, &collection, source, &format!("Words of {source}."));
    }
    let listed = |name: &str, value: &str| -> Vec<String> {
        let path = format!("/v1/collections/{collection}/documents?{name}={}", encoded(value));
        let list = client.get(&path).expect(200);
        let items = list["items"].as_array().unwrap();
        let mut sources: Vec<String> = items.iter().map(|item| text(item, "/source").to_owned()).collect();
        sources.sort();
        sources
    };
    assert_eq!(listed("source", "docs/B\u{fc}cher/a b.md"), ["docs/B\u{fc}cher/a b.md"]);
    assert_eq!(listed("source_prefix", "docs/"), ["docs/100%_done.md", "docs/B\u{fc}cher/a b.md"]);
    assert_eq!(listed("source_prefix", "docs/1%"), Vec::<String>::new());
    // A source may be long and in any script.
    let long = "\u{6587}".repeat(2000);
    put(&client, &collection, &long, "Long name.");
    assert_eq!(listed("source", &long), std::slice::from_ref(&long));
    assert_eq!(put_answer(&client, &collection, &format!("{long}x"), "Longer.").problem(422), "invalid");
}

#[test]
fn the_bytes_of_a_deleted_document_stay_while_another_one_has_them() {
    let app = TestApp::start();
    let client = app.client();
    let collection = client.collection("c");
    let first = put(&client, &collection, "a.txt", "Shared words.");
    let second = put(&client, &collection, "b.txt", "Shared words.");
    client.send("DELETE", &format!("/v1/documents/{first}")).expect(204);
    let content = client.get(&format!("/v1/documents/{second}/content"));
    assert_eq!((content.status, content.body.as_slice()), (200, b"Shared words.".as_slice()));
    // Known bytes are not sent to the database again, and can be read again.
    put(&client, &collection, "c.txt", "Shared words.");
}
