//! Operations in OpenAI's shapes, aimed at objects of the owner's.

use rag_testkit::{Answer, Client};
use serde_json::{Value, json};

use super::cast::Cast;

/// As `aim`, for an operation in OpenAI's shape.
pub(super) fn aim_openai(cast: &Cast, operation: &str, path: &str) -> Option<(String, Option<Value>)> {
    if !path.starts_with("/openai/") {
        return None;
    }
    let store = match operation {
        "delete /openai/v1/vector_stores/{vector_store_id}" => cast.fresh_collection(),
        _ => cast.collection.clone(),
    };
    let is_deleted = operation.starts_with("delete ") && path.ends_with("{file_id}");
    let file = if is_deleted { cast.fresh_document() } else { cast.document.clone() };
    let model = format!("rag%2F{}", cast.collection);
    let aimed =
        path.replace("{vector_store_id}", &store).replace("{file_id}", &file).replace("{model}", &model);
    let model = format!("rag/{}", cast.collection);
    let body = match operation {
        "post /openai/v1/chat/completions" => {
            Some(json!({"model": model, "messages": [{"role": "user", "content": "What is granite?"}]}))
        }
        "post /openai/v1/responses" => Some(json!({"model": model, "input": "What is granite?"})),
        "post /openai/v1/embeddings" => {
            let model = cast.engine().models().for_new_collections().name();
            Some(json!({"model": model, "input": "granite"}))
        }
        "post /openai/v1/vector_stores" => Some(json!({"name": format!("Store {}", cast.number())})),
        "post /openai/v1/vector_stores/{vector_store_id}" => Some(json!({"description": "Changed"})),
        "post /openai/v1/vector_stores/{vector_store_id}/search" => Some(json!({"query": "granite"})),
        "post /openai/v1/vector_stores/{vector_store_id}/files" => {
            let file = upload_loose(cast.owner()).expect(200);
            Some(json!({"file_id": file["id"]}))
        }
        _ => None,
    };
    Some((aimed, body))
}

/// Uploads a file that belongs to no collection.
pub(super) fn upload_loose(client: &Client) -> Answer {
    let body = "--edge\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nassistants\r\n--edge\r\n\
                Content-Disposition: form-data; name=\"file\"; filename=\"loose.txt\"\r\n\r\nLoose.\r\n--edge--\r\n";
    client.post_raw("/openai/v1/files", "multipart/form-data; boundary=edge", body)
}
