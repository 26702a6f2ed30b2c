//! Two organisations on one server, acted in at random: whatever is asked with whatever id, nothing of the other shows.

use std::env;

use rag_api::ApiSettings;
use rag_engine::Actor;
use rag_repo::organisations;
use rag_schema::enums::{Role, Scope};
use rag_testkit::{Answer, Client, Setup, TestApp};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde_json::{Value, json};

use super::cast::{Cast, new_key, new_user};

/// A word that stands in everything of one organisation, and in nothing else.
const MARKS: [&str; 2] = ["zanzibarite", "quokkastone"];

/// One organisation: who calls, and the ids of what they have made.
struct Side {
    client: Client,
    mark: &'static str,
    collections: Vec<String>,
    documents: Vec<String>,
    jobs: Vec<String>,
    sessions: Vec<String>,
    memories: Vec<String>,
    steps: Vec<String>,
    others: Vec<String>,
}

impl Side {
    fn new(app: &TestApp, mark: &'static str) -> Self {
        let engine = app.engine();
        let organisation =
            engine.db().transaction(Actor::System, |conn| organisations::insert(conn, mark)).unwrap();
        let user = new_user(engine, organisation, Role::Admin);
        let client = app.bearing(&new_key(engine, user, Scope::ALL));
        let mut side = Self {
            client,
            mark,
            collections: Vec::new(),
            documents: Vec::new(),
            jobs: Vec::new(),
            sessions: Vec::new(),
            memories: Vec::new(),
            steps: Vec::new(),
            others: vec![user.to_string()],
        };
        side.collections.push(side.client.collection(&format!("{mark} first")));
        side
    }

    /// Keeps the ids that an answer tells.
    fn learn(&mut self, answer: &Value) {
        let mut keep = |pointer: &str, list: fn(&mut Self) -> &mut Vec<String>| {
            if let Some(id) = answer.pointer(pointer).and_then(Value::as_str) {
                list(self).push(id.to_owned());
            }
        };
        keep("/document/id", |side| &mut side.documents);
        keep("/job/id", |side| &mut side.jobs);
        keep("/session_id", |side| &mut side.sessions);
        keep("/memory_id", |side| &mut side.memories);
        keep("/step_id", |side| &mut side.steps);
    }
}

fn any<'a>(random: &mut StdRng, own: &'a [String], foreign: &'a [String]) -> Option<&'a String> {
    let list = if random.random_bool(0.5) { own } else { foreign };
    (!list.is_empty()).then(|| &list[random.random_range(0..list.len())])
}

/// One action of `own`, with ids of either side.
fn act(random: &mut StdRng, number: usize, own: &mut Side, foreign: &Side) -> Option<Answer> {
    let client = own.client.clone();
    let mark = own.mark;
    let collection = any(random, &own.collections, &foreign.collections)?.clone();
    let words = [MARKS[0], MARKS[1], "hill", "first"][random.random_range(0..4)];
    Some(match random.random_range(0..24) {
        0 | 1 => {
            let body =
                json!({"title": format!("{mark} {number}"), "text": format!("The {mark} of hill {number}.")});
            let answer = client.post(&format!("/v1/collections/{collection}/texts"), &body);
            own.learn(&answer.json());
            answer
        }
        2 | 3 => client
            .post("/v1/search", &json!({"query": words, "limit": 50, "explain": true, "highlight": true})),
        4 => client.post("/v1/search", &json!({"query": words, "collection_ids": [collection]})),
        5 => {
            let document = any(random, &own.documents, &foreign.documents)?;
            let filter = json!({"document.id": document});
            let answer = client.post("/v1/search", &json!({"query": words, "filter": filter}));
            let found = answer.expect(200);
            if foreign.documents.contains(document) {
                assert_eq!(found["results"], json!([]), "{document}");
            }
            answer
        }
        6 => {
            let answer = client.post("/v1/ask", &json!({"question": format!("Where is {words}?")}));
            own.learn(&answer.json());
            answer
        }
        7 => {
            let session = any(random, &own.sessions, &foreign.sessions)?;
            client.post(&format!("/v1/sessions/{session}/ask"), &json!({"question": format!("And {words}?")}))
        }
        8 => client.get(&format!("/v1/sessions/{}/messages", any(random, &own.sessions, &foreign.sessions)?)),
        9 => client.get(&format!("/v1/documents/{}", any(random, &own.documents, &foreign.documents)?)),
        10 => {
            client.get(&format!("/v1/documents/{}/chunks", any(random, &own.documents, &foreign.documents)?))
        }
        11 => {
            client.get(&format!("/v1/documents/{}/content", any(random, &own.documents, &foreign.documents)?))
        }
        12 => client.get(&format!("/v1/jobs/{}", any(random, &own.jobs, &foreign.jobs)?)),
        13 => client.get("/v1/jobs?limit=200"),
        14 => client.get(&format!("/v1/collections/{collection}/documents?limit=200")),
        15 => {
            client.get(["/v1/collections", "/v1/users", "/v1/audit?limit=200", "/v1/me/export"][number % 4])
        }
        16 => {
            let user = any(random, &own.others, &foreign.others)?;
            let path = format!("/v1/collections/{collection}/members/{user}");
            Answer::of(client.request("PUT", &path).json(&json!({"role": "editor"})))
        }
        17 => {
            let document = any(random, &own.documents, &foreign.documents)?;
            client.send("DELETE", &format!("/v1/documents/{document}"))
        }
        18 => {
            let body = json!({"content": format!("The {mark} of hill {number} is {words}."), "importance": 0.1});
            let answer = client.post("/v1/memories", &body);
            own.learn(&answer.expect(200));
            answer
        }
        19 | 20 => client.post(
            "/v1/recall",
            &json!({"query": words, "sources": ["memories", "rounds", "documents"], "limit": 100, "min_similarity": -1, "explain": true}),
        ),
        21 => {
            let memory = any(random, &own.memories, &foreign.memories)?;
            let path = format!("/v1/memories/{memory}");
            match number % 4 {
                0 => client.get(&path),
                1 => client.get(&format!("{path}/changes")),
                2 => Answer::of(client.request("PATCH", &path).json(&json!({"state": "forgotten"}))),
                _ => client.send("DELETE", &path),
            }
        }
        22 => {
            let step = any(random, &own.steps, &foreign.steps)?;
            client.post("/v1/memories/undo", &json!({"step_id": step}))
        }
        _ if number.is_multiple_of(2) => {
            client.get(["/v1/memories?limit=200", "/v1/memories/changes?limit=200"][number / 2 % 2])
        }
        _ => {
            let mut stream = client.ask_streamed("/v1/ask", &format!("Where is {words}?"));
            let mut body = Vec::new();
            std::io::Read::read_to_end(&mut stream, &mut body).unwrap();
            Answer { status: stream.status().as_u16(), headers: stream.headers().clone(), body }
        }
    })
}

/// `RAG_TEST_ACTIONS` actions, which `RAG_TEST_SEED` repeats.
#[test]
#[expect(clippy::disallowed_methods, reason = "who runs the test says how long it is")]
fn nothing_of_one_organisation_shows_in_the_other() {
    let number = |name: &str, default: u64| env::var(name).map_or(default, |text| text.parse().unwrap());
    let (actions, seed) = (number("RAG_TEST_ACTIONS", 600), number("RAG_TEST_SEED", 20_261_121));
    println!("seed {seed}");
    let settings = Setup::default().api;
    let api = ApiSettings { attempts_per_minute: 0, ..settings };
    let app = TestApp::with(Setup { api, ..Setup::default() });
    let mut random = StdRng::seed_from_u64(seed);
    let [mut one, mut other] = MARKS.map(|mark| Side::new(&app, mark));
    let mut shown = 0;
    for action in 0..usize::try_from(actions).unwrap() {
        let (own, foreign) = if random.random_bool(0.5) { (&mut one, &other) } else { (&mut other, &one) };
        let Some(answer) = act(&mut random, action, own, foreign) else { continue };
        assert!(answer.status < 500, "action {action}: {}", String::from_utf8_lossy(&answer.body));
        // What was asked may be told back; a passage never.
        let body = String::from_utf8_lossy(&answer.body).replace(&format!("Where is {}?", foreign.mark), "");
        let body = body.replace(&format!("And {}?", foreign.mark), "");
        let leaked = body.contains(&format!("The {} of hill", foreign.mark))
            || body.contains(&format!("{} first", foreign.mark))
            || foreign.documents.iter().chain(&foreign.memories).any(|id| body.contains(id.as_str()));
        assert!(!leaked, "action {action} shows what is {}'s: {body}", foreign.mark);
        shown += usize::from(body.contains(&format!("The {} of hill", own.mark)));
    }
    assert!(shown > 0, "nothing was ever shown: this tests nothing");
}

#[test]
fn what_is_somebody_elses_answers_as_what_is_not_there() {
    let cast = Cast::new();
    let (stranger, nobody) = (&cast.clients[1], "01890000-0000-7000-8000-000000000000");
    for (path, id) in [
        ("/v1/collections/{id}", &cast.collection),
        ("/v1/collections/{id}/documents", &cast.collection),
        ("/v1/collections/{id}/members", &cast.collection),
        ("/v1/documents/{id}", &cast.document),
        ("/v1/documents/{id}/content", &cast.document),
        ("/v1/documents/{id}/chunks", &cast.document),
        ("/v1/jobs/{id}", &cast.job),
        ("/v1/sessions/{id}", &cast.session),
        ("/v1/sessions/{id}/messages", &cast.session),
    ] {
        let body = |id: &str| {
            let mut body = stranger.get(&path.replace("{id}", id)).expect(404);
            // The one thing that differs between any two answers.
            body["instance"] = Value::Null;
            body
        };
        assert_eq!(body(id), body(nobody), "{path}");
    }
    let only = |document: &str| json!({"query": "granite", "filter": {"document.id": document}});
    let found = cast.owner().post("/v1/search", &only(&cast.document)).expect(200);
    assert_ne!(found["results"], json!([]), "the owner does not find the document: this tests nothing");
    for document in [cast.document.as_str(), nobody] {
        let answer = stranger.post("/v1/search", &only(document)).expect(200);
        assert_eq!(answer["results"], json!([]), "{document}");
    }
}
