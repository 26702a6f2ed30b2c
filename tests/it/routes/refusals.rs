//! What every route has in common: the key, methods, bodies, headers.

use rag_testkit::{Answer, TestApp};
use serde_json::{Value, json};

#[test]
fn without_the_key_only_health_and_the_manual_are_told() {
    let app = TestApp::start();
    let client = app.anonymous();
    client.get("/health").expect(200);
    client.get("/ready").expect(200);
    client.get("/openapi.json").expect(200);
    assert_eq!(client.get("/docs/").status, 200);
    assert_eq!(client.get("/nothing").problem(404), "not_found");
    for path in ["/v1/collections", "/v1/jobs", "/v1/nothing", "/v1/jobs/x/retry"] {
        let answer = client.get(path);
        assert_eq!(answer.problem(401), "unauthorized", "{path}");
        assert_eq!(answer.header("www-authenticate"), "Bearer");
    }
    let wrong = client.request("GET", "/v1/collections").bearer_auth("the-key-of-the-tesT").send().unwrap();
    assert_eq!(wrong.status(), 401);
}

#[test]
fn unknown_paths_and_methods_are_problems() {
    let app = TestApp::start();
    let client = app.client();
    assert_eq!(client.get("/v1/nothing").problem(404), "not_found");
    assert_eq!(client.get("/nothing").problem(404), "not_found");
    let answer = client.send("PUT", "/v1/collections");
    assert_eq!(answer.problem(405), "method_not_allowed");
    assert_eq!(answer.header("allow"), "GET, POST");
}

#[test]
fn parameters_with_nul_characters_name_the_field() {
    let app = TestApp::start();
    let client = app.client();
    for (path, field) in [("/v1/sessions?q=a%00b", "q"), ("/v1/audit?limit=1&action=%00", "action")] {
        let answer = client.get(path);
        assert_eq!(answer.problem(422), "invalid", "{path}");
        assert_eq!(answer.json()["errors"][0]["field"], field, "{path}");
    }
    assert_eq!(client.get("/v1/ai-sdk/chat/a%00b/stream").status, 204);
    assert_eq!(client.get("/openai/v1/models/a%00b").status, 404);
}

#[test]
fn numbers_that_cannot_be_read_back_are_refused() {
    let app = TestApp::start();
    let client = app.client();
    let path = format!("/v1/collections/{}/texts", client.collection("c"));
    let body = |number: f64| json!({"title": "t", "text": "A text.", "metadata": {"a": [number]}});
    let refused = client.post(&path, &body(1.7e308));
    assert_eq!(refused.problem(422), "invalid");
    assert_eq!(refused.json()["errors"][0]["field"], "metadata.a[0]");
    client.post(&path, &body(-1e300)).expect(202);
}

#[test]
fn bodies_are_json_within_limits() {
    let app = TestApp::start();
    let client = app.client();
    let path = "/v1/search";
    assert_eq!(client.post_raw(path, "application/json", "{").problem(400), "malformed");
    assert_eq!(client.post_raw(path, "application/json", "").problem(400), "malformed");
    assert_eq!(client.post_raw(path, "text/plain", "{}").problem(415), "unsupported");
    assert_eq!(client.post_raw(path, "application/json", "{}").problem(422), "invalid");
    let long = json!({"query": "x".repeat(1 << 20)});
    assert_eq!(client.post(path, &long).problem(413), "too_large");
}

/// Every body with a name in it: path, body and the name's field.
fn named(collection: &str) -> Vec<(&'static str, String, Value, &'static str)> {
    let password = "correct horse battery";
    vec![
        ("POST", "/v1/collections".to_owned(), json!({}), "name"),
        ("POST", format!("/v1/collections/{collection}/texts"), json!({"text": "text"}), "title"),
        (
            "POST",
            format!("/v1/collections/{collection}/texts"),
            json!({"title": "t", "text": "text"}),
            "source",
        ),
        ("POST", "/v1/sessions".to_owned(), json!({}), "title"),
        ("POST", "/v1/keys".to_owned(), json!({"scopes": ["read"]}), "name"),
        ("PATCH", "/v1/me".to_owned(), json!({}), "display_name"),
        (
            "POST",
            "/v1/invitations/accept".to_owned(),
            json!({"token": "t", "password": password}),
            "display_name",
        ),
        (
            "POST",
            "/v1/register".to_owned(),
            json!({"email": "a@b", "display_name": "A", "password": password}),
            "organisation",
        ),
    ]
}

#[test]
fn names_that_hide_how_they_read_are_refused() {
    let app = TestApp::start();
    let client = app.client();
    let collection = client.collection("Names");
    for name in ["invoice\u{202e}fdp.exe", "a\nb", "\u{1b}[2J", "a\u{2066}b", "a\u{7f}", " "] {
        for (method, path, mut body, field) in named(&collection) {
            body[field] = json!(name);
            let refused = Answer::of(client.request(method, &path).json(&body));
            assert_eq!(refused.problem(422), "invalid", "{path} {name:?}");
            assert_eq!(refused.json()["errors"][0]["field"], field, "{path} {name:?}");
        }
        let invited = client.post("/v1/invitations", &json!({"email": format!("a{name}@example.org")}));
        assert_eq!(invited.problem(422), "invalid", "{name:?}");
    }
    let form = "--edge\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\na\u{202e}b\r\n--edge--\r\n";
    let path = format!("/v1/collections/{collection}/documents");
    assert_eq!(client.post_raw(&path, "multipart/form-data; boundary=edge", form).problem(422), "invalid");
}

#[test]
fn the_name_of_a_file_is_cleaned() {
    let app = TestApp::start();
    let client = app.client();
    let collection = client.collection("Files");
    let accepted =
        client.upload(&collection, "invoice\u{202e}\u{2066}fdp.txt", b"Granite is a rock.").expect(202);
    let document = client.get(&format!("/v1/documents/{}", client.ingested(&accepted))).expect(200);
    assert_eq!(
        (&document["title"], &document["source"]),
        (&json!("invoicefdp.txt"), &json!("invoicefdp.txt"))
    );
}

#[test]
fn an_array_is_no_object() {
    let app = TestApp::start();
    let client = app.client();
    let search = |ranking: Value| json!({"query": "granite", "ranking": ranking});
    let bodies = [
        ("/v1/collections", json!(["Name", ""])),
        ("/v1/sessions", json!(["Title"])),
        ("/v1/keys", json!(["Key", ["read"], null])),
        ("/v1/search", search(json!([null, null, null, null, [], null]))),
        ("/v1/search", search(json!({"fusion": ["convex", 0.5]}))),
        ("/v1/search", search(json!({"boosts": [["metadata", "a", 1]]}))),
        ("/v1/search", search(json!({"cutoff": ["gap", 0.5]}))),
        ("/v1/login", json!(["ada@example.org", "correct horse battery"])),
    ];
    for (path, body) in bodies {
        let refused = client.post(path, &body);
        assert_eq!(refused.problem(422), "invalid", "{path} {body}");
        let detail = refused.json()["errors"][0]["detail"].to_string();
        assert!(detail.contains("expected an object"), "{path} {body}: {detail}");
    }
}

#[test]
fn a_form_has_each_field_once() {
    let app = TestApp::start();
    let client = app.client();
    let path = format!("/v1/collections/{}/documents", client.collection("Forms"));
    for name in ["title", "metadata", "other", ""] {
        let part = format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{{}}\r\n");
        let form = part.repeat(10_000) + "--edge--\r\n";
        let refused = client.post_raw(&path, "multipart/form-data; boundary=edge", form);
        assert!([400, 422].contains(&refused.status), "{name}: {}", refused.status);
    }
}

#[test]
fn every_answer_bears_its_safety_headers_and_request_id() {
    let app = TestApp::start();
    let client = app.client();
    for answer in [client.get("/health"), client.get("/v1/collections"), client.get("/v1/nothing")] {
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("x-request-id").len(), 36);
    }
    let problem = client.get("/v1/nothing");
    assert_eq!(problem.json()["instance"], format!("urn:uuid:{}", problem.header("x-request-id")));
}

#[test]
fn the_browsable_page_is_served() {
    let app = TestApp::start();
    let page = app.client().get("/docs/");
    assert_eq!(page.status, 200);
    assert!(page.header("content-type").starts_with("text/html"));
    assert_eq!(
        app.client().get("/openapi.json").expect(200)["openapi"].as_str().unwrap().split('.').next(),
        Some("3")
    );
}
