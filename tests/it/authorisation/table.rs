//! The table: every operation of the OpenAPI document, by every kind of caller, and what it answers.

use rag_testkit::{Answer, Client};
use serde_json::{Value, json};

use super::{
    aim_openai::{aim_openai, upload_loose},
    aim_tool::aim_tool,
    cast::{CALLERS, Cast},
};

/// Operation and the statuses that each kind of caller gets, in the order of `CALLERS`:
/// anonymous, stranger, reader, editor, owner, admin, narrow (a key of the owner's that may only read), suspended, link.
const TABLE: &[(&str, [u16; 9])] = &[
    ("get /health", [200; 9]),
    ("get /ready", [200; 9]),
    // Where people come to be let in, each with a wrong proof.
    ("post /v1/login", [401; 9]),
    ("post /v1/login/refresh", [401; 9]),
    ("post /v1/register", [403; 9]),
    ("post /v1/invitations/accept", [401; 9]),
    ("post /v1/password-reset", [401; 9]),
    // One's own account. All of the cast call with keys, which cannot sign out.
    ("post /v1/logout", [401, 409, 409, 409, 409, 409, 409, 401, 403]),
    ("get /v1/me", [401, 200, 200, 200, 200, 200, 200, 401, 403]),
    ("patch /v1/me", [401, 200, 200, 200, 200, 200, 403, 401, 403]),
    ("delete /v1/me", [401, 200, 200, 200, 200, 409, 403, 401, 403]),
    ("get /v1/me/export", [401, 200, 200, 200, 200, 200, 403, 401, 403]),
    ("get /v1/me/logins", [401, 200, 200, 200, 200, 200, 200, 401, 403]),
    ("delete /v1/me/logins/{id}", [401, 404, 404, 404, 204, 404, 403, 401, 403]),
    ("get /v1/keys", [401, 200, 200, 200, 200, 200, 200, 401, 403]),
    ("post /v1/keys", [401, 201, 201, 201, 201, 201, 403, 401, 403]),
    ("delete /v1/keys/{id}", [401, 404, 404, 404, 204, 404, 403, 401, 403]),
    // The organisation.
    ("get /v1/organisation", [401, 200, 200, 200, 200, 200, 200, 401, 403]),
    ("get /v1/usage", [401, 200, 200, 200, 200, 200, 200, 401, 403]),
    ("get /v1/activity", [401, 200, 200, 200, 200, 200, 200, 401, 403]),
    ("get /v1/users", [401, 200, 200, 200, 200, 200, 200, 401, 403]),
    ("patch /v1/users/{id}", [401, 404, 403, 403, 403, 200, 403, 401, 403]),
    ("delete /v1/users/{id}", [401, 404, 403, 403, 403, 200, 403, 401, 403]),
    ("post /v1/users/{id}/password-reset", [401, 404, 403, 403, 403, 201, 403, 401, 403]),
    ("delete /v1/users/{id}/password-reset", [401, 404, 403, 403, 403, 204, 403, 401, 403]),
    ("get /v1/invitations", [401, 200, 403, 403, 403, 200, 403, 401, 403]),
    ("post /v1/invitations", [401, 201, 403, 403, 403, 201, 403, 401, 403]),
    ("delete /v1/invitations/{id}", [401, 404, 403, 403, 403, 204, 403, 401, 403]),
    ("get /v1/audit", [401, 200, 403, 403, 403, 200, 403, 401, 403]),
    // A collection, and with whom it is shared.
    ("get /v1/collections", [401, 200, 200, 200, 200, 200, 200, 401, 200]),
    ("post /v1/collections", [401, 201, 201, 201, 201, 201, 403, 401, 403]),
    ("get /v1/collections/{id}", [401, 404, 200, 200, 200, 404, 200, 401, 200]),
    ("patch /v1/collections/{id}", [401, 404, 403, 403, 200, 404, 403, 401, 403]),
    ("delete /v1/collections/{id}", [401, 404, 403, 403, 204, 404, 403, 401, 403]),
    ("put /v1/collections/{id}/model", [401, 404, 403, 403, 200, 404, 403, 401, 403]),
    ("post /v1/collections/{id}/reingest", [401, 404, 403, 202, 202, 404, 403, 401, 403]),
    ("get /v1/collections/{id}/members", [401, 404, 200, 200, 200, 404, 200, 401, 403]),
    ("put /v1/collections/{id}/members/{user_id}", [401, 404, 403, 403, 204, 404, 403, 401, 403]),
    ("delete /v1/collections/{id}/members/{user_id}", [401, 404, 404, 404, 204, 404, 403, 401, 403]),
    ("put /v1/collections/{id}/owner", [401, 404, 403, 403, 204, 404, 403, 401, 403]),
    ("get /v1/collections/{id}/links", [401, 404, 200, 200, 200, 404, 200, 401, 403]),
    ("post /v1/collections/{id}/links", [401, 404, 403, 403, 201, 404, 403, 401, 403]),
    ("delete /v1/links/{id}", [401, 404, 404, 404, 204, 404, 403, 401, 403]),
    ("get /v1/collections/{id}/synonyms", [401, 404, 200, 200, 200, 404, 200, 401, 200]),
    ("put /v1/collections/{id}/synonyms", [401, 404, 403, 403, 200, 404, 403, 401, 403]),
    ("post /v1/collections/{id}/judgements", [401, 404, 200, 200, 200, 404, 403, 401, 403]),
    ("get /v1/collections/{id}/judgements", [401, 404, 200, 200, 200, 404, 200, 401, 403]),
    ("delete /v1/collections/{id}/judgements", [401, 404, 403, 403, 200, 404, 403, 401, 403]),
    ("delete /v1/judgements/{id}", [401, 404, 404, 404, 204, 404, 403, 401, 403]),
    ("get /v1/collections/{id}/judged-documents", [401, 404, 403, 200, 200, 404, 403, 401, 403]),
    // Documents.
    ("get /v1/collections/{id}/documents", [401, 404, 200, 200, 200, 404, 200, 401, 200]),
    ("post /v1/collections/{id}/documents", [401, 404, 403, 202, 202, 404, 403, 401, 403]),
    ("post /v1/collections/{id}/documents/bulk", [401, 404, 403, 200, 200, 404, 403, 401, 403]),
    ("post /v1/collections/{id}/documents/from-url", [401, 404, 403, 202, 202, 404, 403, 401, 403]),
    ("put /v1/collections/{id}/documents", [401, 404, 403, 202, 202, 404, 403, 401, 403]),
    ("post /v1/collections/{id}/texts", [401, 404, 403, 202, 202, 404, 403, 401, 403]),
    ("get /v1/documents/{id}", [401, 404, 200, 200, 200, 404, 200, 401, 200]),
    ("patch /v1/documents/{id}", [401, 404, 403, 200, 200, 404, 403, 401, 403]),
    ("get /v1/documents/{id}/versions", [401, 404, 200, 200, 200, 404, 200, 401, 200]),
    ("get /v1/documents/{id}/versions/{number}/text", [401, 404, 200, 200, 200, 404, 200, 401, 200]),
    ("get /v1/documents/{id}/versions/{number}/content", [401, 404, 200, 200, 200, 404, 200, 401, 200]),
    // It has no older version.
    ("get /v1/documents/{id}/versions/{number}/changes", [401, 404, 409, 409, 409, 404, 409, 401, 409]),
    ("post /v1/documents/{id}/versions/{number}/restore", [401, 404, 403, 200, 200, 404, 403, 401, 403]),
    ("delete /v1/documents/{id}", [401, 404, 403, 204, 204, 404, 403, 401, 403]),
    ("get /v1/documents/{id}/content", [401, 404, 200, 200, 200, 404, 200, 401, 200]),
    ("get /v1/documents/{id}/text", [401, 404, 200, 200, 200, 404, 200, 401, 200]),
    ("get /v1/documents/{id}/chunks", [401, 404, 200, 200, 200, 404, 200, 401, 200]),
    ("get /v1/jobs", [401, 200, 200, 200, 200, 200, 200, 401, 200]),
    ("get /v1/jobs/{id}", [401, 404, 200, 200, 200, 404, 200, 401, 200]),
    ("get /v1/jobs/events", [401, 404, 200, 200, 200, 404, 200, 401, 200]),
    // The job is done.
    ("post /v1/jobs/{id}/cancel", [401, 404, 403, 409, 409, 404, 403, 401, 403]),
    ("post /v1/jobs/{id}/pause", [401, 404, 403, 409, 409, 404, 403, 401, 403]),
    ("post /v1/jobs/{id}/resume", [401, 404, 403, 409, 409, 404, 403, 401, 403]),
    ("post /v1/jobs/{id}/retry", [401, 404, 403, 409, 409, 404, 403, 401, 403]),
    ("post /v1/jobs/redrive", [401, 404, 403, 200, 200, 404, 403, 401, 403]),
    ("post /v1/collections/{id}/ingest/pause", [401, 404, 403, 200, 200, 404, 403, 401, 403]),
    ("post /v1/collections/{id}/ingest/resume", [401, 404, 403, 200, 200, 404, 403, 401, 403]),
    // Searching and asking in the collection.
    ("post /v1/search", [401, 404, 200, 200, 200, 404, 200, 401, 200]),
    ("post /v1/ask", [401, 404, 200, 200, 200, 404, 403, 401, 403]),
    // Conversations are their holder's alone.
    ("get /v1/sessions", [401, 200, 200, 200, 200, 200, 403, 401, 403]),
    ("post /v1/sessions", [401, 201, 201, 201, 201, 201, 403, 401, 403]),
    ("get /v1/sessions/{id}", [401, 404, 404, 404, 200, 404, 403, 401, 403]),
    ("delete /v1/sessions/{id}", [401, 404, 404, 404, 204, 404, 403, 401, 403]),
    ("get /v1/sessions/{id}/messages", [401, 404, 404, 404, 200, 404, 403, 401, 403]),
    ("post /v1/sessions/{id}/ask", [401, 404, 404, 404, 200, 404, 403, 401, 403]),
    ("patch /v1/sessions/{id}", [401, 404, 404, 404, 200, 404, 403, 401, 403]),
    ("get /v1/sessions/{id}/export", [401, 404, 404, 404, 200, 404, 403, 401, 403]),
    (
        "post /v1/sessions/{id}/messages/{message_id}/regenerate",
        [401, 404, 404, 404, 200, 404, 403, 401, 403],
    ),
    ("get /v1/sessions/{id}/messages/{message_id}/events", [401, 404, 404, 404, 200, 404, 403, 401, 403]),
    ("post /v1/sessions/{id}/messages/{message_id}/stop", [401, 404, 404, 404, 204, 404, 403, 401, 403]),
    ("put /v1/sessions/{id}/messages/{message_id}/feedback", [401, 404, 404, 404, 200, 404, 403, 401, 403]),
    // The answer has no rating.
    (
        "delete /v1/sessions/{id}/messages/{message_id}/feedback",
        [401, 404, 404, 404, 404, 404, 403, 401, 403],
    ),
    ("post /v1/answer", [401, 404, 200, 200, 200, 404, 403, 401, 200]),
    // A chat of this name is each caller's own.
    ("post /v1/ai-sdk/chat", [401, 200, 200, 200, 200, 200, 403, 401, 403]),
    ("get /v1/ai-sdk/chat/{chat}/stream", [401, 204, 204, 204, 204, 204, 403, 401, 403]),
    ("post /v1/ai-sdk/chat/{chat}/stop", [401, 204, 204, 204, 204, 204, 403, 401, 403]),
    // A tool that a key has no scope for says so in its result.
    ("post /mcp", [401, 200, 200, 200, 200, 200, 200, 401, 200]),
    ("put /open-webui/process", [401, 200, 200, 200, 200, 200, 403, 401, 403]),
    // This server has no reranker.
    ("post /open-webui/rerank", [401, 409, 409, 409, 409, 409, 403, 401, 403]),
    ("post /dify/retrieval", [401, 404, 200, 200, 200, 404, 200, 401, 200]),
    // The same in OpenAI's shapes.
    ("get /openai/v1/models", [401, 200, 200, 200, 200, 200, 200, 401, 200]),
    ("get /openai/v1/models/{model}", [401, 404, 200, 200, 200, 404, 200, 401, 200]),
    ("post /openai/v1/chat/completions", [401, 404, 200, 200, 200, 404, 403, 401, 403]),
    ("post /openai/v1/responses", [401, 404, 200, 200, 200, 404, 403, 401, 403]),
    ("post /openai/v1/embeddings", [401, 200, 200, 200, 200, 200, 200, 401, 403]),
    ("get /openai/v1/vector_stores", [401, 200, 200, 200, 200, 200, 200, 401, 200]),
    ("post /openai/v1/vector_stores", [401, 200, 200, 200, 200, 200, 403, 401, 403]),
    ("get /openai/v1/vector_stores/{vector_store_id}", [401, 404, 200, 200, 200, 404, 200, 401, 200]),
    ("post /openai/v1/vector_stores/{vector_store_id}", [401, 404, 403, 403, 200, 404, 403, 401, 403]),
    ("delete /openai/v1/vector_stores/{vector_store_id}", [401, 404, 403, 403, 200, 404, 403, 401, 403]),
    ("post /openai/v1/vector_stores/{vector_store_id}/search", [401, 404, 200, 200, 200, 404, 200, 401, 200]),
    ("get /openai/v1/vector_stores/{vector_store_id}/files", [401, 404, 200, 200, 200, 404, 200, 401, 200]),
    // The file is the owner's: to others it does not exist, whatever they may do in the collection.
    ("post /openai/v1/vector_stores/{vector_store_id}/files", [401, 404, 404, 404, 200, 404, 403, 401, 403]),
    (
        "get /openai/v1/vector_stores/{vector_store_id}/files/{file_id}",
        [401, 404, 200, 200, 200, 404, 200, 401, 200],
    ),
    (
        "get /openai/v1/vector_stores/{vector_store_id}/files/{file_id}/content",
        [401, 404, 200, 200, 200, 404, 200, 401, 200],
    ),
    (
        "delete /openai/v1/vector_stores/{vector_store_id}/files/{file_id}",
        [401, 404, 403, 200, 200, 404, 403, 401, 403],
    ),
    ("get /openai/v1/files", [401, 200, 200, 200, 200, 200, 200, 401, 403]),
    ("post /openai/v1/files", [401, 200, 200, 200, 200, 200, 403, 401, 403]),
    ("get /openai/v1/files/{file_id}", [401, 404, 200, 200, 200, 404, 200, 401, 200]),
    ("get /openai/v1/files/{file_id}/content", [401, 404, 200, 200, 200, 404, 200, 401, 200]),
    ("delete /openai/v1/files/{file_id}", [401, 404, 403, 200, 200, 404, 403, 401, 403]),
    // So are memories.
    ("get /v1/memories", [401, 200, 200, 200, 200, 200, 200, 401, 403]),
    ("post /v1/memories", [401, 200, 200, 200, 200, 200, 403, 401, 403]),
    ("post /v1/memories/batch", [401, 200, 200, 200, 200, 200, 403, 401, 403]),
    ("get /v1/memories/{id}", [401, 404, 404, 404, 200, 404, 200, 401, 403]),
    ("patch /v1/memories/{id}", [401, 404, 404, 404, 200, 404, 403, 401, 403]),
    ("delete /v1/memories/{id}", [401, 404, 404, 404, 204, 404, 403, 401, 403]),
    ("get /v1/memories/{id}/changes", [401, 404, 404, 404, 200, 404, 200, 401, 403]),
    ("get /v1/memories/changes", [401, 200, 200, 200, 200, 200, 200, 401, 403]),
    ("post /v1/memories/undo", [401, 404, 404, 404, 200, 404, 403, 401, 403]),
    ("post /v1/memories/archive", [401, 200, 200, 200, 200, 200, 403, 401, 403]),
    ("post /v1/memories/consolidate", [401, 200, 200, 200, 200, 200, 403, 401, 403]),
    ("post /v1/recall", [401, 200, 200, 200, 200, 200, 200, 401, 403]),
    // And tools, until they are shared.
    ("get /v1/tools", [401, 200, 200, 200, 200, 200, 200, 401, 403]),
    ("get /v1/tools/{name}", [401, 404, 404, 404, 200, 404, 200, 401, 403]),
    ("put /v1/tools/{name}", [401, 200, 200, 200, 200, 200, 403, 401, 403]),
    ("delete /v1/tools/{name}", [401, 404, 404, 404, 204, 404, 403, 401, 403]),
    ("post /v1/tools/{name}/uses", [401, 404, 404, 404, 200, 404, 403, 401, 403]),
    ("post /v1/tools/find", [401, 200, 200, 200, 200, 200, 200, 401, 403]),
    ("get /v1/tools/usage", [401, 200, 200, 200, 200, 200, 200, 401, 403]),
];

/// An operation aimed at an object of the owner's, which nothing else in the table needs.
fn call(cast: &Cast, client: &Client, operation: &str) -> Answer {
    let (method, path) = operation.split_once(' ').unwrap();
    let aimed = aim_openai(cast, operation, path).or_else(|| aim_tool(cast, operation, path));
    let (path, body) = aimed.unwrap_or_else(|| aim(cast, operation, path));
    if operation == "post /v1/collections/{id}/documents" {
        let words = format!("Words number {} of the table.", cast.number());
        return client.upload(&cast.collection, "table.txt", words.as_bytes());
    }
    if operation == "post /v1/collections/{id}/documents/bulk" {
        let path = path.replace("{id}", &cast.collection);
        return client.post_raw(&path, "application/x-ndjson", r#"{"text": "A line of the table."}"#);
    }
    if operation == "post /v1/collections/{id}/documents/from-url" {
        let path = path.replace("{id}", &cast.collection);
        return client.post(&path, &json!({"url": "https://example.org/"}));
    }
    if operation == "put /v1/collections/{id}/documents" {
        let path = format!("/v1/collections/{}/documents?source=table.txt", cast.collection);
        let words = format!("Words number {} of the table.", cast.number());
        return Answer::of(client.request("PUT", &path).body(words));
    }
    if operation == "post /openai/v1/files" {
        return upload_loose(client);
    }
    let request = client.request(&method.to_uppercase(), &path);
    Answer::of(match body {
        Some(body) => request.json(&body),
        None => request,
    })
}

#[expect(clippy::too_many_lines, reason = "one arm for each kind of request")]
fn aim(cast: &Cast, operation: &str, path: &str) -> (String, Option<Value>) {
    let at = |id: &str| path.replace("{id}", id);
    let here = |body: Value| (path.to_owned(), Some(body));
    let number = cast.number();
    let long = "a long enough password";
    match operation {
        "post /mcp" => here(json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"})),
        "post /dify/retrieval" => {
            let settings = json!({"top_k": 3, "score_threshold": 0.0});
            let body =
                json!({"knowledge_id": cast.collection, "query": "granite", "retrieval_setting": settings});
            here(body)
        }
        "put /open-webui/process" => here(json!({"rock": "granite"})),
        "post /open-webui/rerank" => here(json!({"query": "rock", "documents": ["granite"]})),
        "post /v1/login" => here(json!({"email": "nobody@example.org", "password": long})),
        "post /v1/login/refresh" => here(json!({"refresh_token": "ragr_none"})),
        "post /v1/register" => {
            let body = json!({"email": "new@example.org", "display_name": "New", "organisation": "New", "password": long});
            here(body)
        }
        "post /v1/invitations/accept" => {
            here(json!({"token": "ragi_none", "display_name": "New", "password": long}))
        }
        "post /v1/password-reset" => here(json!({"token": "ragp_none", "password": long})),
        "post /v1/users/{id}/password-reset" => (at(&cast.fresh_account()), None),
        "delete /v1/users/{id}/password-reset" => (at(&cast.fresh_reset()), None),
        "put /v1/collections/{id}/owner" => {
            (at(&cast.fresh_collection()), Some(json!({"user_id": cast.users[1]})))
        }
        "patch /v1/me" => here(json!({"display_name": "Renamed"})),
        "post /v1/keys" => here(json!({"name": "table", "scopes": ["read"]})),
        "post /v1/invitations" => here(json!({"email": format!("table{number}@example.org")})),
        "post /v1/collections" => here(json!({"name": format!("Table {number}")})),
        "post /v1/search" => here(json!({"query": "granite", "collection_ids": [cast.collection]})),
        "post /v1/ask" | "post /v1/answer" => (
            path.to_owned(),
            Some(json!({"question": "What is granite?", "collection_ids": [cast.collection]})),
        ),
        "post /v1/sessions" => here(json!({})),
        "patch /v1/collections/{id}" => (at(&cast.collection), Some(json!({"description": "Changed"}))),
        "patch /v1/sessions/{id}" => (at(&cast.session), Some(json!({"title": "Renamed"}))),
        "post /v1/ai-sdk/chat" => {
            let message =
                json!({"id": "m", "role": "user", "parts": [{"type": "text", "text": "What is granite?"}]});
            here(json!({"id": "table", "messages": [message]}))
        }
        "post /v1/sessions/{id}/messages/{message_id}/regenerate" => {
            (at(&cast.session).replace("{message_id}", &cast.fresh_answer()), Some(json!({})))
        }
        "put /v1/sessions/{id}/messages/{message_id}/feedback" => {
            (at(&cast.session).replace("{message_id}", &cast.fresh_answer()), Some(json!({"rating": "up"})))
        }
        _ if path.contains("{message_id}") => {
            (at(&cast.session).replace("{message_id}", &cast.fresh_answer()), None)
        }
        _ if path.contains("{chat}") => (path.replace("{chat}", "table"), None),
        "post /v1/sessions/{id}/ask" => (at(&cast.session), Some(json!({"question": "What is granite?"}))),
        "post /v1/collections/{id}/texts" => {
            let body = json!({"title": "Table", "text": format!("Text number {number} of the table.")});
            (at(&cast.collection), Some(body))
        }
        "post /v1/collections/{id}/links" | "post /v1/collections/{id}/reingest" => {
            (at(&cast.collection), Some(json!({})))
        }
        "put /v1/collections/{id}/synonyms" => {
            (at(&cast.collection), Some(json!({"groups": [["granite", "rock"]]})))
        }
        "post /v1/collections/{id}/judgements" => (at(&cast.collection), Some(cast.rated_result("table"))),
        "delete /v1/judgements/{id}" => (at(&cast.fresh_judgement()), None),
        "put /v1/collections/{id}/model" => (at(&cast.collection), Some(json!({"model": cast.model()}))),
        "delete /v1/collections/{id}" => (at(&cast.fresh_collection()), None),
        "put /v1/collections/{id}/members/{user_id}" => {
            let path = at(&cast.collection).replace("{user_id}", &cast.fresh_user());
            (path, Some(json!({"role": "reader"})))
        }
        "delete /v1/collections/{id}/members/{user_id}" => {
            let collection = cast.fresh_collection();
            // Somebody else than all who call: who leaves may.
            let user = cast.fresh_user();
            let shared = format!("/v1/collections/{collection}/members/{user}");
            Answer::of(cast.owner().request("PUT", &shared).json(&json!({"role": "reader"}))).expect(204);
            (shared, None)
        }
        "post /v1/memories" => here(json!({"content": format!("Granite is {number} years old")})),
        "post /v1/memories/batch" => {
            let fact = json!({"content": format!("Basalt is {number} years old")});
            here(json!({"memories": [fact]}))
        }
        "patch /v1/memories/{id}" => (at(&cast.fresh_memory().0), Some(json!({"is_pinned": true}))),
        "post /v1/memories/undo" => here(json!({"step_id": cast.fresh_memory().1})),
        "post /v1/memories/archive" | "post /v1/memories/consolidate" => here(json!({"dry_run": true})),
        "post /v1/recall" => here(json!({"query": "granite"})),
        _ if path.starts_with("/v1/memories/") => (at(&cast.fresh_memory().0), None),
        "delete /v1/documents/{id}" => (at(&cast.fresh_document()), None),
        "delete /v1/sessions/{id}" => (at(&cast.fresh_session()), None),
        "delete /v1/keys/{id}" => (at(&cast.fresh_key()), None),
        "delete /v1/links/{id}" => (at(&cast.fresh_link()), None),
        "delete /v1/me/logins/{id}" => (at(&cast.fresh_login()), None),
        "delete /v1/invitations/{id}" => (at(&cast.fresh_invitation()), None),
        "patch /v1/users/{id}" => (at(&cast.fresh_user()), Some(json!({"state": "suspended"}))),
        "delete /v1/users/{id}" => (at(&cast.fresh_user()), None),
        "patch /v1/documents/{id}" => (at(&cast.document), Some(json!({"metadata": {"table": number}}))),
        _ if path.starts_with("/v1/documents/") && path.contains("{number}") => {
            (at(&cast.document).replace("{number}", "1"), None)
        }
        _ if path.starts_with("/v1/documents/") => (at(&cast.document), None),
        // The stream of a job that is done ends.
        "get /v1/jobs/events" => (format!("{path}?job_id={}", cast.job), None),
        "post /v1/jobs/redrive" => here(json!({"collection_id": cast.collection})),
        _ if path.starts_with("/v1/jobs/") => (at(&cast.job), None),
        _ if path.starts_with("/v1/sessions/") => (at(&cast.session), None),
        _ => (at(&cast.collection), None),
    }
}

#[test]
fn every_operation_answers_every_caller_as_the_table_says() {
    let cast = Cast::new();
    let mut differences = Vec::new();
    for (operation, statuses) in TABLE {
        for (column, status) in statuses.iter().enumerate() {
            let client = if *operation == "delete /v1/me" {
                cast.double(column)
            } else {
                cast.clients[column].clone()
            };
            let got = call(&cast, &client, operation).status;
            if got != *status {
                differences.push(format!("{operation} by {}: {got} instead of {status}", CALLERS[column]));
            }
        }
    }
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), differences.join("\n"));
}

/// Whether the statuses of a row can be those of an operation that needs `access`.
fn agrees(access: &Value, statuses: &[u16; 9]) -> bool {
    let [anonymous, _, reader, editor, owner, _, narrow, suspended, link] = *statuses;
    if access["public"] == json!(true) {
        return statuses.iter().all(|status| *status == anonymous);
    }
    let for_admins = access["admin"] == json!(true);
    [anonymous, suspended] == [401; 2]
        && (link == 403) == (access["link"] == json!(false))
        && (narrow == 403 || access["scope"] == json!("read"))
        && (!for_admins || [reader, editor, owner] == [403; 3])
}

#[test]
fn the_table_holds_every_registered_operation_with_the_access_it_needs() {
    let document: Value = serde_json::from_str(&rag_api::openapi_json()).unwrap();
    let mut wrong = Vec::new();
    let mut count = 0;
    let paths = document["paths"].as_object().unwrap().iter();
    // LibreChat's interface takes LibreChat's tokens; tests of its own call it.
    for (path, item) in paths.filter(|(path, _)| !path.starts_with("/librechat/")) {
        for (method, operation) in item.as_object().unwrap() {
            let name = format!("{method} {path}");
            let access = &operation["x-access"];
            count += 1;
            match TABLE.iter().find(|(known, _)| *known == name) {
                None => wrong.push(format!("{name} has no row")),
                Some((_, statuses)) if !agrees(access, statuses) => {
                    wrong.push(format!("{name} needs {access}, which does not agree with its row"));
                }
                Some(_) => {}
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(count, TABLE.len(), "the table holds operations that the document does not");
}
