//! The OpenAPI document is kept in `docs/openapi.json`, so that every change of the interface shows in a diff.

use rag_testkit::checkout;

#[test]
fn the_document_is_the_one_in_docs() {
    let kept = std::fs::read_to_string(checkout().join("docs/openapi.json")).unwrap_or_default();
    let now = rag_api::openapi_json();
    assert!(
        kept.trim() == now.trim(),
        "the interface has changed: look at the diff and write it down with\n\
         cargo run -q -p rag-api --example openapi > docs/openapi.json"
    );
}

#[test]
fn every_operation_has_a_name_a_summary_and_its_access() {
    let document: serde_json::Value = serde_json::from_str(&rag_api::openapi_json()).unwrap();
    let mut operations = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            assert!(operation["operationId"].is_string(), "{method} {path}");
            assert!(operation["summary"].as_str().is_some_and(|text| text.len() > 8), "{method} {path}");
            assert!(operation["x-access"]["public"].is_boolean(), "{method} {path}");
            operations += 1;
        }
    }
    assert!(operations > 0);
}
