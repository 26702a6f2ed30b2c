//! `POST /mcp`: clients of both kinds of revision, the tools, and what is refused.

use rag_engine::Actor;
use rag_repo::organisations;
use rag_schema::enums::{Role, Scope};
use rag_testkit::{Answer, Client, TestApp};
use serde_json::{Value, json};

use crate::{
    authorisation::cast::{new_key, new_user},
    routes::text,
};

const FACT: &str = "The capital of France is Paris.";
const STATELESS: &str = "2026-07-28";

/// A request of a client that sent `initialize` first.
fn request(client: &Client, method: &str, params: &Value) -> Value {
    let body = json!({"jsonrpc": "2.0", "id": 7, "method": method, "params": params});
    let reply = client.post("/mcp", &body).expect(200);
    assert_eq!((text(&reply, "/jsonrpc"), reply["id"].as_i64()), ("2.0", Some(7)));
    reply
}

/// A request of a client that names the revision in each request.
fn stateless(client: &Client, method: &str, mut params: Value, header: &str) -> Answer {
    params["_meta"] = json!({
        "io.modelcontextprotocol/protocolVersion": STATELESS,
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let name = params["name"].as_str().unwrap_or_default().to_owned();
    let request = client
        .request("POST", "/mcp")
        .header("mcp-protocol-version", header)
        .header("mcp-method", method)
        .header("mcp-name", name);
    Answer::of(request.json(&json!({"jsonrpc": "2.0", "id": "a", "method": method, "params": params})))
}

/// The content of a tool's result.
fn call(client: &Client, tool: &str, arguments: &Value) -> Value {
    let reply = request(client, "tools/call", &json!({"name": tool, "arguments": arguments}));
    let result = reply["result"].clone();
    assert_eq!(result["isError"], false, "{result}");
    let written: Value = serde_json::from_str(text(&result, "/content/0/text")).unwrap();
    assert_eq!(written, result["structuredContent"]);
    written
}

fn with_fact() -> (TestApp, String) {
    let app = TestApp::start();
    let collection = app.client().collection("Geography");
    let document = app.client().text(&collection, "France", FACT);
    (app, document)
}

#[test]
fn a_client_initializes_and_lists_the_tools() {
    let app = TestApp::start();
    let client = app.client();
    for (requested, answered) in
        [("2025-11-25", "2025-11-25"), ("2025-06-18", "2025-06-18"), ("2019-01-01", "2025-11-25")]
    {
        let params = json!({"protocolVersion": requested, "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}});
        let result = request(&client, "initialize", &params)["result"].clone();
        assert_eq!(text(&result, "/protocolVersion"), answered);
        assert_eq!(result["capabilities"], json!({"tools": {}}));
    }
    let notification = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
    let taken = client.post("/mcp", &notification);
    assert_eq!((taken.status, taken.body.len()), (202, 0));
    assert_eq!(request(&client, "ping", &json!({}))["result"], json!({}));
    let tools = request(&client, "tools/list", &json!({}))["result"]["tools"].clone();
    let names: Vec<&str> = tools.as_array().unwrap().iter().map(|tool| text(tool, "/name")).collect();
    let documents = ["search", "ask", "list_documents", "read_passage"];
    let memories = ["remember", "recall", "forget", "correct_memory", "undo_memory"];
    assert_eq!(names, [&documents[..], &memories, &["find_tool"]].concat());
    let writing = ["remember", "forget", "correct_memory", "undo_memory"];
    for tool in tools.as_array().unwrap() {
        assert_eq!(tool["inputSchema"]["type"], "object");
        let reads = !writing.contains(&text(tool, "/name"));
        assert_eq!(tool["annotations"]["readOnlyHint"], reads, "{tool}");
    }
    let unknown = request(&client, "resources/list", &json!({}));
    assert_eq!(unknown["error"]["code"], -32601);
}

#[test]
fn a_client_without_sessions_discovers_the_server() {
    let (app, _) = with_fact();
    let client = app.client();
    let found = stateless(&client, "server/discover", json!({}), STATELESS).expect(200);
    assert_eq!(found["result"]["supportedVersions"][0], STATELESS);
    assert_eq!(text(&found, "/result/resultType"), "complete");
    let tools = stateless(&client, "tools/list", json!({}), STATELESS).expect(200);
    assert_eq!(text(&tools, "/result/cacheScope"), "public");
    assert!(tools["result"]["ttlMs"].as_u64().unwrap() > 0);
    let arguments = json!({"name": "search", "arguments": {"query": "capital of France"}});
    let searched = stateless(&client, "tools/call", arguments, STATELESS).expect(200);
    assert_eq!(text(&searched, "/result/structuredContent/results/0/text"), FACT);
    // Headers that do not agree with the body, and a method of other revisions.
    let disagreeing = stateless(&client, "tools/list", json!({}), "2025-11-25").expect(400);
    assert_eq!(disagreeing["error"]["code"], -32020);
    assert_eq!(stateless(&client, "ping", json!({}), STATELESS).expect(404)["error"]["code"], -32601);
}

#[test]
fn the_tools_find_answer_list_and_read() {
    let (app, document) = with_fact();
    let client = app.client();
    let found = call(&client, "search", &json!({"query": "capital", "collection": "Geography", "limit": 3}));
    let result = &found["results"][0];
    assert_eq!((text(result, "/document_id"), text(result, "/text")), (document.as_str(), FACT));
    let answer = call(&client, "ask", &json!({"question": "What is the capital of France?"}));
    assert!(text(&answer, "/answer").contains("Paris"), "{answer}");
    assert_eq!(text(&answer, "/citations/0/document_id"), document);
    assert_eq!(client.get("/v1/sessions").expect(200)["items"], json!([]));
    let collections = call(&client, "list_documents", &json!({}));
    assert_eq!(text(&collections, "/collections/0/name"), "Geography");
    let documents = call(&client, "list_documents", &json!({"collection": "Geography"}));
    assert_eq!(text(&documents, "/documents/0/title"), "France");
    let passage = call(&client, "read_passage", &json!({"document_id": document, "start": 4, "end": 11}));
    assert_eq!(text(&passage, "/text"), "capital");
}

#[test]
fn the_tools_remember_and_recall() {
    let (app, _) = with_fact();
    let client = app.client();
    call(&client, "remember", &json!({"content": "I live in Berlin."}));
    let moved = call(&client, "remember", &json!({"content": "I moved to Hamburg."}));
    assert_eq!(text(&moved, "/outcome"), "superseded", "{moved}");
    let secret = call(&client, "remember", &json!({"content": "My password is hunter2."}));
    assert_eq!(text(&secret, "/outcome"), "refused", "{secret}");
    let recalled = call(&client, "recall", &json!({"query": "I moved to Hamburg", "limit": 3}));
    assert_eq!(text(&recalled, "/results/0/memory/content"), "I moved to Hamburg.", "{recalled}");
    assert!(!recalled.to_string().contains("Berlin"), "{recalled}");
}

#[test]
fn the_tools_forget_correct_and_undo() {
    let (app, _) = with_fact();
    let client = app.client();
    let memory = call(&client, "remember", &json!({"content": "I live in Berlin."}));
    let id = memory["memory_id"].clone();
    let recalled = || {
        let found = call(&client, "recall", &json!({"query": "live"}));
        let results = found["results"].as_array().unwrap().iter();
        results.map(|result| text(result, "/memory/content").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(recalled(), ["I live in Berlin."]);
    let corrected = call(&client, "correct_memory", &json!({"memory_id": id, "content": "I live in Bern."}));
    assert_eq!(recalled(), ["I live in Bern."]);
    let forgotten = call(&client, "forget", &json!({"memory_id": id, "reason": "A joke."}));
    assert_eq!((&forgotten["memory_id"], recalled().len()), (&id, 0), "{forgotten}");
    let again = call(&client, "forget", &json!({"memory_id": id}));
    assert_eq!(again["step_id"], Value::Null);
    let changes = client.get(&format!("/v1/memories/{}/changes", id.as_str().unwrap())).expect(200);
    assert!(changes.to_string().contains("A joke."), "{changes}");

    for step in [&forgotten, &corrected] {
        call(&client, "undo_memory", &json!({"step_id": step["step_id"]}));
    }
    assert_eq!(recalled(), ["I live in Berlin."]);
    let others = app.bearing(&stranger_key(&app));
    for (tool, arguments) in [
        ("forget", json!({"memory_id": id})),
        ("correct_memory", json!({"memory_id": id, "content": "I live in Rome."})),
        ("undo_memory", json!({"step_id": memory["step_id"]})),
    ] {
        let refused = request(&others, "tools/call", &json!({"name": tool, "arguments": arguments}));
        assert_eq!(refused["result"]["isError"], true, "{tool}: {refused}");
    }
    assert_eq!(recalled(), ["I live in Berlin."]);
}

/// A key of a user of another organisation.
fn stranger_key(app: &TestApp) -> String {
    let engine = app.engine();
    let insert = |conn: &mut _| organisations::insert(conn, "Elsewhere");
    let organisation = engine.db().transaction(Actor::System, insert).unwrap();
    new_key(engine, new_user(engine, organisation, Role::Member), Scope::ALL)
}

#[test]
fn search_and_ask_take_a_filter_and_a_time() {
    let app = TestApp::start();
    let client = app.client();
    let collection = client.collection("Reports");
    let store = |year: u32, height: u32| {
        let body = json!({"title": "Tower", "source": format!("tower-{year}"), "metadata": {"year": year},
                          "text": format!("The tower is {height} metres high.")});
        let path = format!("/v1/collections/{collection}/texts");
        client.ingested(&client.post(&path, &body).expect(202));
    };
    store(2020, 300);
    store(2024, 330);
    let question = "How high is the tower?";
    let texts = |more: Value| {
        let mut arguments = more;
        arguments["query"] = json!(question);
        let found = call(&client, "search", &arguments);
        let results = found["results"].as_array().unwrap().iter();
        results.map(|result| text(result, "/text").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(texts(json!({})).len(), 2);
    let newest = json!({"year": {"$gte": 2024}});
    assert_eq!(texts(json!({"filter": newest})), ["The tower is 330 metres high."]);
    assert_eq!(texts(json!({"as_of": "2001-01-01T00:00:00Z"})), [""; 0]);
    let answer = call(&client, "ask", &json!({"question": question, "filter": newest}));
    assert!(text(&answer, "/answer").contains("330") && !answer.to_string().contains("300"), "{answer}");
    let earlier = call(&client, "ask", &json!({"question": question, "as_of": "2001-01-01T00:00:00Z"}));
    assert_eq!((text(&earlier, "/outcome"), &earlier["citations"]), ("not_found", &json!([])), "{earlier}");
}

#[test]
fn the_users_own_tools_are_found() {
    let (app, _) = with_fact();
    let client = app.client();
    let parameters = json!({"type": "object", "properties": {"city": {"type": "string"}}});
    let body = json!({"description": "Returns the weather forecast of a city", "parameters": parameters});
    Answer::of(client.request("PUT", "/v1/tools/get_weather").json(&body)).expect(200);
    let found = call(&client, "find_tool", &json!({"query": "weather forecast of a city", "limit": 3}));
    assert_eq!(text(&found, "/results/0/tool/name"), "get_weather");
    assert_eq!(found["results"][0]["tool"]["parameters"], parameters);
    let nothing = call(&client, "find_tool", &json!({"query": "quantum chromodynamics"}));
    assert_eq!(nothing["results"], json!([]));
    let recalled = call(&client, "recall", &json!({"query": "weather forecast", "tools": true}));
    assert_eq!(text(&recalled, "/results/0/tool/name"), "get_weather");
}

#[test]
fn a_tool_that_fails_says_so_in_its_result() {
    let (app, document) = with_fact();
    let client = app.client();
    for (tool, arguments) in [
        ("search", json!({"query": " "})),
        ("search", json!({"query": "x", "collection": "Nowhere"})),
        ("search", json!({"question": "x"})),
        ("search", json!({"query": "x", "filter": {"year": {"$near": 1}}})),
        ("search", json!({"query": "x", "as_of": "yesterday"})),
        ("ask", json!({"question": "x", "filter": 7})),
        ("forget", json!({"memory_id": crate::routes::NOBODY})),
        ("forget", json!({"memory_id": "the first one"})),
        ("correct_memory", json!({"memory_id": crate::routes::NOBODY, "content": "x"})),
        ("undo_memory", json!({"step_id": crate::routes::NOBODY})),
        ("find_tool", json!({"query": " "})),
        ("find_tool", json!({"query": "x", "limit": 0})),
        ("read_passage", json!({"document_id": document, "start": 5, "end": 4})),
        ("read_passage", json!({"document_id": crate::routes::NOBODY})),
    ] {
        let reply = request(&client, "tools/call", &json!({"name": tool, "arguments": arguments}));
        assert_eq!(reply["result"]["isError"], true, "{tool} {arguments}");
        assert!(!text(&reply, "/result/content/0/text").is_empty());
    }
    let unknown = request(&client, "tools/call", &json!({"name": "delete_everything"}));
    assert_eq!(unknown["error"]["code"], -32602);
}

#[test]
fn a_key_calls_only_the_tools_of_its_scopes() {
    let (app, _) = with_fact();
    let made = app.client().post("/v1/keys", &json!({"name": "reads", "scopes": ["read"]})).expect(201);
    let narrow = app.bearing(text(&made, "/key"));
    call(&narrow, "search", &json!({"query": "capital"}));
    let asked = request(&narrow, "tools/call", &json!({"name": "ask", "arguments": {"question": "Why?"}}));
    assert_eq!(asked["result"]["isError"], true);
    let arguments = json!({"memory_id": crate::routes::NOBODY});
    let refused = request(&narrow, "tools/call", &json!({"name": "forget", "arguments": arguments}));
    assert!(text(&refused, "/result/content/0/text").contains("write"), "{refused}");
}

#[test]
fn a_page_of_another_origin_may_not_call() {
    let app = TestApp::start();
    let ping = json!({"jsonrpc": "2.0", "id": 1, "method": "ping"});
    let from =
        |origin: &str| Answer::of(app.client().request("POST", "/mcp").header("origin", origin).json(&ping));
    assert_eq!(from("https://evil.example").problem(403), "forbidden");
    from("http://localhost:6274").expect(200);
    assert_eq!(app.anonymous().post("/mcp", &ping).problem(401), "unauthorized");
    assert_eq!(app.client().get("/mcp").problem(405), "method_not_allowed");
}
