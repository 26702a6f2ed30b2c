//! `/v1/tools`.

use diesel::{PgConnection, connection::SimpleConnection as _, prelude::*, sql_types::BigInt};
use rag_engine::{Actor, accounts::NewKey};
use rag_repo::users;
use rag_schema::{
    enums::{Role, Scope},
    ids::UserId,
    models::NewUser,
};
use rag_testkit::{Answer, Client, TestApp};
use serde_json::{Value, json};

use super::{NOBODY, text};

fn put(client: &Client, name: &str, body: &Value) -> Answer {
    Answer::of(client.request("PUT", &format!("/v1/tools/{name}")).json(body))
}

fn set(client: &Client, name: &str, description: &str) -> Value {
    put(client, name, &json!({"description": description})).expect(200)
}

fn record(client: &Client, name: &str, outcome: &str) -> Value {
    client.post(&format!("/v1/tools/{name}/uses"), &json!({"outcome": outcome})).expect(200)
}

fn find(client: &Client, query: &str) -> Value {
    client.post("/v1/tools/find", &json!({"query": query})).expect(200)
}

fn names(found: &Value) -> Vec<&str> {
    found["results"].as_array().unwrap().iter().map(|result| text(result, "/tool/name")).collect()
}

/// A client of a new member of the local user's organisation.
fn colleague(app: &TestApp, scopes: &[Scope]) -> (UserId, Client) {
    let engine = app.engine();
    let (id, organisation_id) = (UserId::new(), engine.local_user().organisation_id);
    let email = format!("{id}@test");
    let new = NewUser {
        id,
        organisation_id,
        email: &email,
        display_name: "-",
        role: Role::Member,
        password_hash: None,
    };
    engine.db().transaction(Actor::System, |conn| users::insert(conn, &new)).unwrap();
    let key = engine.make_key(Actor::user(id), &NewKey { user: id, name: "-", scopes, days: None }).unwrap();
    (id, app.bearing(&key.secret))
}

fn share(owner: &Client, tool: &Value, user: UserId, role: &str) {
    let path = format!("/v1/collections/{}/members/{user}", text(tool, "/collection_id"));
    Answer::of(owner.request("PUT", &path).json(&json!({"role": role}))).expect(204);
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

fn count(app: &TestApp, rows: &str) -> i64 {
    let mut conn = PgConnection::establish(app.database_url()).unwrap();
    conn.batch_execute("SET ROLE rag_worker").unwrap();
    let sql = format!("SELECT count(*) FROM {rows}");
    diesel::sql_query(sql).get_result::<Count>(&mut conn).unwrap().count
}

#[test]
fn a_tool_is_replaced_by_its_name_and_keeps_its_counts() {
    let app = TestApp::start();
    let client = app.client();
    let parameters = json!({"type": "object", "properties": {"city": {"type": "string"}}});
    let body = json!({"description": "Returns the weather forecast of a city", "parameters": parameters});
    let first = put(&client, "get_weather", &body).expect(200);
    assert_eq!((&first["parameters"], &first["use_count"]), (&parameters, &json!(0)));
    record(&client, "get_weather", "success");
    let again = put(&client, "get_weather", &body).expect(200);
    assert_eq!((&again["id"], &again["updated_at"]), (&first["id"], &first["updated_at"]));
    let changed = set(&client, "get_weather", "Reads the barometer in the hall");
    assert_eq!((&changed["id"], &changed["use_count"]), (&first["id"], &json!(1)));
    assert_eq!(client.get("/v1/tools/get_weather").expect(200), changed);
    assert_eq!(names(&find(&client, "reads the barometer in the hall")), ["get_weather"]);
    assert_eq!(names(&find(&client, "forecast for a city")), [""; 0]);
    set(&client, "send_mail", "Sends a letter");
    let listed = client.get("/v1/tools?limit=1").expect(200);
    assert_eq!((text(&listed, "/items/0/name"), listed["items"].as_array().unwrap().len()), ("send_mail", 1));
    let rest = client.get(&format!("/v1/tools?after={}", text(&listed, "/next"))).expect(200);
    assert_eq!(text(&rest, "/items/0/name"), "get_weather");
}

#[test]
fn a_refused_definition_names_the_place_and_stores_nothing() {
    let app = TestApp::start();
    let client = app.client();
    let schema = |parameters: Value| json!({"description": "Does it", "parameters": parameters});
    let deep = (0..40).fold(json!({}), |inner, _| json!({"not": inner}));
    for (name, body, place) in [
        ("t", schema(json!({"properties": {"n": {"type": "strng"}}})), "parameters/properties/n/type"),
        (
            "t",
            schema(json!({"properties": {"n": {"$ref": "http://127.0.0.1:9/x"}}})),
            "parameters/properties/n/$ref",
        ),
        ("t", schema(json!({"type": "array"})), "parameters/type"),
        ("t", schema(deep), "nested deeper than 32 levels"),
        ("t", schema(json!({"description": "x".repeat(40_000)})), "the maximum is 32768"),
        ("t", schema(json!({"description": "\0"})), "NUL character"),
        ("find", schema(json!({})), "name"),
        ("usage", schema(json!({})), "name"),
        ("a%20b", schema(json!({})), "name"),
        (&"x".repeat(129), schema(json!({})), "name"),
        ("t", json!({"description": " "}), "description"),
    ] {
        let refused = put(&client, name, &body);
        if name == "find" || name == "usage" {
            assert_eq!(refused.problem(405), "method_not_allowed");
            continue;
        }
        let problem = refused.expect(422);
        assert!(problem.to_string().contains(place), "{place}: {problem}");
    }
    let long = json!({"description": "x".repeat(4_001)});
    assert_eq!(put(&client, "t", &long).problem(422), "invalid");
    assert_eq!(put(&client, "t", &json!({"description": "x", "parameters": [1]})).problem(422), "invalid");
    assert_eq!(client.get("/v1/tools").expect(200)["items"], json!([]));
    assert_eq!((count(&app, "tools"), count(&app, "passages WHERE kind = 'tool'")), (0, 0));
}

#[test]
fn uses_are_counted_and_reported_with_their_outcomes() {
    let app = TestApp::start();
    let client = app.client();
    set(&client, "get_weather", "Returns the weather forecast of a city");
    set(&client, "send_mail", "Sends a letter");
    for (duration, outcome) in
        [(json!(10), "success"), (json!(30), "success"), (json!(500), "failure"), (Value::Null, "success")]
    {
        let body = json!({"outcome": outcome, "duration_ms": duration, "session_id": NOBODY});
        client.post("/v1/tools/get_weather/uses", &body).expect(200);
    }
    let tool = record(&client, "send_mail", "failure");
    assert_eq!((&tool["use_count"], &tool["success_count"]), (&json!(1), &json!(0)));
    assert!((tool["success_rate"].as_f64().unwrap() - 0.4).abs() < 1e-6, "{tool}");
    let report = client.get("/v1/tools/usage").expect(200);
    let [weather, mail] = [0, 1].map(|place| report["tools"][place].clone());
    assert_eq!((text(&weather, "/name"), &weather["uses"]), ("get_weather", &json!(4)));
    assert_eq!((&weather["success_share"], &weather["median_duration_ms"]), (&json!(0.75), &json!(30.0)));
    assert_eq!((text(&mail, "/name"), &mail["successes"]), ("send_mail", &json!(0)));
    assert_eq!(mail["median_duration_ms"], Value::Null);
    let past = client.get("/v1/tools/usage?from=2020-01-01&to=2020-12-31").expect(200);
    assert_eq!(past["tools"], json!([]));
    assert_eq!(client.get("/v1/tools/usage?from=2020-01-01&to=2026-01-01").problem(422), "invalid");
    for body in [json!({"outcome": "maybe"}), json!({"outcome": "success", "duration_ms": -1})] {
        assert_eq!(client.post("/v1/tools/send_mail/uses", &body).problem(422), "invalid");
    }
}

#[test]
fn outcomes_move_a_tool_by_a_tenth_at_most() {
    let app = TestApp::start();
    let client = app.client();
    for name in ["weather_north", "weather_south"] {
        set(&client, name, "Returns the weather forecast of a city");
    }
    set(&client, "send_mail", "Sends a letter");
    let outcomes = |found: &Value| -> Vec<f64> {
        found["results"]
            .as_array()
            .unwrap()
            .iter()
            .map(|result| result["outcomes"].as_f64().unwrap())
            .collect()
    };
    let query = "the weather forecast of a city";
    let before = find(&client, query);
    assert_eq!(outcomes(&before), [1.0, 1.0]);
    let (first, second) = (names(&before)[0].to_owned(), names(&before)[1].to_owned());
    record(&client, &first, "failure");
    record(&client, &second, "success");
    assert_eq!(names(&find(&client, query)), [second.as_str(), first.as_str()]);
    for _ in 0..200 {
        record(&client, &first, "failure");
        record(&client, "send_mail", "success");
    }
    let after = find(&client, query);
    assert_eq!(
        names(&after),
        [second.as_str(), first.as_str()],
        "no outcome hides a tool, and none makes another one fit"
    );
    for (result, outcome) in after["results"].as_array().unwrap().iter().zip(outcomes(&after)) {
        assert!((0.9..=1.1).contains(&outcome), "{result}");
        let product = result["fused"].as_f64().unwrap() * outcome;
        assert!((result["score"].as_f64().unwrap() - product).abs() < 1e-9, "{result}");
    }
    // A tool that was mended recovers.
    for _ in 0..60 {
        record(&client, &first, "success");
    }
    let tool = client.get(&format!("/v1/tools/{first}")).expect(200);
    assert!(tool["success_rate"].as_f64().unwrap() > 0.5, "{tool}");
}

#[test]
fn nothing_relevant_finds_nothing() {
    let app = TestApp::start();
    let client = app.client();
    let empty = find(&client, "anything at all");
    assert_eq!((&empty["results"], &empty["nothing_relevant"]), (&json!([]), &json!(false)));
    set(&client, "get_weather", "Returns the weather forecast of a city");
    let found = find(&client, "quantum chromodynamics lattice");
    assert_eq!((&found["results"], &found["nothing_relevant"]), (&json!([]), &json!(true)));
}

#[test]
fn a_team_shares_tools_and_others_see_nothing() {
    let app = TestApp::start();
    let owner = app.client();
    let tool = set(&owner, "get_weather", "Returns the weather forecast of a city");
    let query = "the weather forecast of a city";
    let all: &[Scope] = Scope::ALL;
    let [(reader_id, reader), (editor_id, editor), (_, stranger)] = [(); 3].map(|()| colleague(&app, all));
    share(&owner, &tool, reader_id, "reader");
    share(&owner, &tool, editor_id, "editor");
    let here = format!("collection_id={}", text(&tool, "/collection_id"));
    // A stranger of the same organisation sees nothing.
    assert_eq!(names(&find(&stranger, query)), [""; 0]);
    assert_eq!(stranger.get("/v1/tools").expect(200)["items"], json!([]));
    assert_eq!(stranger.get("/v1/tools/get_weather").problem(404), "not_found");
    assert_eq!(stranger.get(&format!("/v1/tools/get_weather?{here}")).problem(404), "not_found");
    let body = json!({"description": "Mine", "collection_id": tool["collection_id"]});
    assert_eq!(put(&stranger, "get_weather", &body).problem(404), "not_found");
    // A reader finds and uses it, and changes nothing.
    assert_eq!(names(&find(&reader, query)), ["get_weather"]);
    assert_eq!(record(&reader, "get_weather", "success")["use_count"], json!(1));
    assert_eq!(put(&reader, "get_weather", &body).problem(403), "forbidden");
    let new = json!({"description": "New", "collection_id": tool["collection_id"]});
    assert_eq!(put(&reader, "another", &new).problem(403), "forbidden");
    assert_eq!(reader.send("DELETE", &format!("/v1/tools/get_weather?{here}")).problem(403), "forbidden");
    assert_eq!(reader.send("DELETE", "/v1/tools/get_weather").problem(404), "not_found");
    // An editor changes it for all; the owner sees who uses it only in sums.
    put(
        &editor,
        "get_weather",
        &json!({"description": "Returns the tide", "collection_id": tool["collection_id"]}),
    )
    .expect(200);
    assert_eq!(text(&owner.get("/v1/tools/get_weather").expect(200), "/description"), "Returns the tide");
    assert_eq!(owner.get("/v1/tools/usage").expect(200)["tools"][0]["uses"], json!(1));
    assert_eq!(stranger.get("/v1/tools/usage").expect(200)["tools"], json!([]));
    editor.send("DELETE", &format!("/v1/tools/get_weather?{here}")).expect(204);
    assert_eq!(owner.get("/v1/tools").expect(200)["items"], json!([]));
    // A key that only reads finds tools and records no use.
    set(&owner, "get_weather", "Returns the weather forecast of a city");
    let (narrow_id, narrow) = colleague(&app, &[Scope::Read]);
    share(&owner, &tool, narrow_id, "editor");
    assert_eq!(names(&find(&narrow, query)), ["get_weather"]);
    let used = narrow.post("/v1/tools/get_weather/uses", &json!({"outcome": "success"}));
    assert_eq!(used.problem(403), "forbidden");
}

#[test]
fn ones_own_tool_goes_before_those_of_others_and_two_of_others_must_be_told_apart() {
    let app = TestApp::start();
    let (id, client) = colleague(&app, Scope::ALL);
    let (_, second) = colleague(&app, Scope::ALL);
    let first = app.client();
    let [a, b] = [(&first, "Of the first"), (&second, "Of the second")].map(|(owner, description)| {
        let tool = set(owner, "deploy", description);
        share(owner, &tool, id, "reader");
        tool
    });
    assert_eq!(client.get("/v1/tools/deploy").problem(409), "conflict");
    for tool in [&a, &b] {
        let path = format!("/v1/tools/deploy?collection_id={}", text(tool, "/collection_id"));
        assert_eq!(client.get(&path).expect(200)["id"], tool["id"]);
    }
    let own = set(&client, "deploy", "My own");
    assert_eq!(client.get("/v1/tools/deploy").expect(200)["id"], own["id"]);
    assert_eq!(record(&client, "deploy", "success")["id"], own["id"]);
    client.send("DELETE", "/v1/tools/deploy").expect(204);
    assert_eq!(client.get("/v1/tools").expect(200)["items"].as_array().unwrap().len(), 2);
}

#[test]
fn a_deleted_tool_leaves_no_word_vector_count_or_use() {
    let app = TestApp::start();
    let client = app.client();
    set(&client, "xylander_pump", "Starts the Xylander pump");
    set(&client, "send_mail", "Sends a letter");
    record(&client, "xylander_pump", "success");
    client.send("DELETE", "/v1/tools/xylander_pump").expect(204);
    assert_eq!(client.send("DELETE", "/v1/tools/xylander_pump").problem(404), "not_found");
    for (rows, expected) in [
        ("tools", 1),
        ("passages WHERE kind = 'tool'", 1),
        ("embeddings", 1),
        ("passage_lexemes", 1),
        ("tool_counts", 1),
        ("tool_uses", 0),
        ("lexemes WHERE lexeme LIKE 'xyland%'", 0),
    ] {
        assert_eq!(count(&app, rows), expected, "{rows}");
    }
}

#[test]
fn a_recall_takes_tools_as_a_source_with_a_quota_of_its_own() {
    let app = TestApp::start();
    let client = app.client();
    for name in ["weather_north", "weather_south"] {
        set(&client, name, "Returns the weather forecast of a city");
    }
    client.post("/v1/memories", &json!({"content": "The weather forecast of my city was wrong"})).expect(200);
    let recall = |more: Value| {
        let mut body = json!({"query": "weather forecast of a city", "sources": ["memories", "tools"], "min_similarity": -1});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let found = client.post("/v1/recall", &body).expect(200);
        let results = found["results"].as_array().unwrap().clone();
        let tools = results.iter().filter(|result| result.get("tool").is_some()).count();
        (tools, results.len() - tools)
    };
    assert_eq!(recall(json!({})), (2, 1));
    assert_eq!(recall(json!({"max_tools": 1})), (1, 1));
    assert_eq!(recall(json!({"max_tools": 0})), (0, 1));
    assert_eq!(recall(json!({"sources": ["memories"]})), (0, 1));
    record(&client, "weather_north", "failure");
    let factors = |weight: f64| {
        let body = json!({"query": "weather north", "sources": ["tools"], "min_similarity": -1, "weights": {"outcomes": weight}});
        client.post("/v1/recall", &body).expect(200)["results"][0]["factors"]["outcomes"].as_f64().unwrap()
    };
    assert!((factors(1.0) - 0.9).abs() < 1e-6 && (factors(0.0) - 1.0).abs() < 1e-9);
}

#[test]
fn tools_are_neither_a_collection_nor_documents() {
    let app = TestApp::start();
    let client = app.client();
    let tool = set(&client, "lighthouse_lamp", "Lights the lamp of the lighthouse");
    assert_eq!(client.get("/v1/collections").expect(200)["items"], json!([]));
    let found = client.post("/v1/search", &json!({"query": "lighthouse lamp"})).expect(200);
    assert_eq!(found["results"], json!([]));
    let collection = text(&tool, "/collection_id");
    let body = json!({"title": "t", "text": "A text."});
    assert_eq!(client.post(&format!("/v1/collections/{collection}/texts"), &body).problem(404), "not_found");
    assert_eq!(
        client.post(&format!("/v1/collections/{collection}/links"), &json!({})).problem(404),
        "not_found"
    );
    assert_eq!(client.send("DELETE", &format!("/v1/collections/{collection}")).problem(404), "not_found");
    let members = client.get(&format!("/v1/collections/{collection}/members")).expect(200);
    assert_eq!(text(&members, "/items/0/role"), "owner");
}

#[test]
fn the_export_holds_ones_own_tools_and_uses() {
    let app = TestApp::start();
    let client = app.client();
    let tool = set(&client, "send_mail", "Sends a letter");
    let (_, other) = colleague(&app, Scope::ALL);
    set(&other, "secret_tool", "Of somebody else");
    record(&client, "send_mail", "success");
    let exported = client.get("/v1/me/export");
    let lines: Vec<Value> = exported
        .body
        .split(|byte| *byte == b'\n')
        .filter_map(|line| serde_json::from_slice(line).ok())
        .collect();
    let of_kind = |kind: &str| -> Vec<&Value> {
        lines.iter().filter(|line| line["kind"] == kind).map(|line| &line["value"]).collect()
    };
    assert_eq!(of_kind("tool").iter().map(|tool| text(tool, "/name")).collect::<Vec<_>>(), ["send_mail"]);
    assert_eq!(of_kind("tool_use")[0]["tool_id"], tool["id"]);
}
