//! Models and embeddings.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use rag_testkit::TestApp;
use serde_json::{Value, json};

use super::{refusal, text};

#[test]
fn collections_and_embedding_models_are_models() {
    let app = TestApp::start();
    let client = app.client();
    let id = client.collection("Rock & Roll/2024");
    let list = client.get("/openai/v1/models").expect(200);
    let names: Vec<&str> = list["data"].as_array().unwrap().iter().map(|model| text(model, "/id")).collect();
    let embedding = app.engine().models().for_new_collections().name();
    assert_eq!(names, ["rag", "rag/Rock & Roll/2024", embedding]);
    for name in ["rag", "rag%2FRock%20%26%20Roll%2F2024", &format!("rag%2F{id}"), embedding] {
        let model = client.get(&format!("/openai/v1/models/{name}")).expect(200);
        assert_eq!(model["object"], "model");
    }
    assert_eq!(refusal(&client.get("/openai/v1/models/gpt-5"), 404).0, "not_found");
}

#[test]
fn vectors_come_as_numbers_and_as_base64() {
    let app = TestApp::start();
    let client = app.client();
    let model = app.engine().models().for_new_collections().name().to_owned();
    let embed = |format: &str| {
        let body = json!({"model": model, "input": ["granite", "chalk"], "encoding_format": format});
        client.post("/openai/v1/embeddings", &body).expect(200)
    };
    let (numbers, encoded) = (embed("float"), embed("base64"));
    assert_eq!(numbers["data"].as_array().unwrap().len(), 2);
    assert!(numbers["usage"]["total_tokens"].as_u64().unwrap() >= 2);
    for place in 0..2 {
        let vector: Vec<f32> = serde_json::from_value(numbers["data"][place]["embedding"].clone()).unwrap();
        let bytes = STANDARD.decode(text(&encoded, &format!("/data/{place}/embedding"))).unwrap();
        let same: Vec<f32> =
            bytes.chunks(4).map(|bytes| f32::from_le_bytes(bytes.try_into().unwrap())).collect();
        assert_eq!(vector, same);
        assert_eq!(vector.len(), 256);
    }
    assert_ne!(numbers["data"][0]["embedding"], numbers["data"][1]["embedding"]);
}

#[test]
fn what_cannot_be_embedded_is_refused_by_its_field() {
    let app = TestApp::start();
    let client = app.client();
    let model = app.engine().models().for_new_collections().name().to_owned();
    let refused = |input: Value, more: Value| {
        let mut body = json!({"model": model, "input": input});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        refusal(&client.post("/openai/v1/embeddings", &body), 422).1
    };
    assert_eq!(refused(json!([]), json!({})), "input");
    assert_eq!(refused(json!(["a", " "]), json!({})), "input[1]");
    assert_eq!(refused(json!([[1, 2]]), json!({})), "input");
    assert_eq!(refused(json!("a"), json!({"dimensions": 64})), "dimensions");
    let unknown = json!({"model": "text-embedding-3-small", "input": "a"});
    assert_eq!(refusal(&client.post("/openai/v1/embeddings", &unknown), 404).0, "not_found");
}
