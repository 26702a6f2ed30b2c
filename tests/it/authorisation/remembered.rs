//! Two users of two organisations remember, recall, consolidate, undo and export at random: neither sees anything of the other.

use rag_repo::{Actor, organisations};
use rag_schema::enums::{Role, Scope};
use rag_testkit::{Client, TestApp};
use rand::{RngExt, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use serde_json::{Value, json};

use super::cast::{new_key, new_user};

const ACTIONS: usize = 150;
/// Words that only one of the two says.
const MARKS: [&str; 2] = ["aldermark", "birchmark"];
const PLANTS: [&str; 4] = ["fern", "cactus", "oak", "rose"];
const PLACES: [&str; 4] = ["kitchen", "hall", "cellar", "attic"];

/// A user of an organisation of their own.
fn stranger(app: &TestApp, name: &str) -> Client {
    let engine = app.engine();
    let organisation =
        engine.db().transaction(Actor::System, |conn| organisations::insert(conn, name)).unwrap();
    let user = new_user(engine, organisation, Role::Admin);
    app.bearing(&new_key(engine, user, Scope::ALL))
}

/// The steps of a user so far, to be undone.
struct Person {
    client: Client,
    mark: &'static str,
    steps: Vec<Value>,
}

impl Person {
    fn post(&self, path: &str, body: &Value) -> (u16, String) {
        let answer = self.client.post(path, body);
        (answer.status, String::from_utf8(answer.body).unwrap())
    }

    /// Does something at random; returns what the server says.
    fn act(&mut self, random: &mut StdRng) -> String {
        let (plant, place) = (PLANTS.choose(random).unwrap(), PLACES.choose(random).unwrap());
        let (status, said) = match random.random_range(0..10) {
            0..=2 => {
                let content = format!("The {plant} of {} stands beside the {place} door", self.mark);
                let said = self.post("/v1/memories", &json!({"content": content}));
                self.steps.push(serde_json::from_str::<Value>(&said.1).unwrap()["step_id"].clone());
                said
            }
            3 => self.post("/v1/memories", &json!({"content": format!("My {plant} is from {}", self.mark)})),
            4 | 5 => {
                let query = format!("{plant} beside the {place} door");
                let sources = ["memories", "rounds", "documents"];
                self.post("/v1/recall", &json!({"query": query, "sources": sources, "min_similarity": -1}))
            }
            6 => self.post("/v1/memories/consolidate", &json!({"idle_days": 0})),
            7 => match self.steps.pop() {
                // A step whose memories changed since cannot be undone: 409.
                Some(step) => self.post("/v1/memories/undo", &json!({"step_id": step})),
                None => self.post("/v1/memories/archive", &json!({"dry_run": true})),
            },
            8 => {
                let exported = self.client.get("/v1/me/export");
                (exported.status, String::from_utf8(exported.body).unwrap())
            }
            _ => {
                let listed = self.client.get("/v1/memories/changes?limit=200");
                (listed.status, String::from_utf8(listed.body).unwrap())
            }
        };
        assert!([200, 409].contains(&status), "{status}: {said}");
        said
    }
}

#[test]
fn two_users_who_do_anything_at_random_see_nothing_of_each_other() {
    let app = TestApp::start();
    let mut random = StdRng::seed_from_u64(20_261_129);
    let mut people = MARKS.map(|mark| Person { client: stranger(&app, mark), mark, steps: Vec::new() });
    for person in &people {
        // What the other has said is new here.
        let said = person.client.post("/v1/memories", &json!({"content": "The ivy climbs the old tower"}));
        assert_eq!(said.expect(200)["outcome"], "stored", "{}", person.mark);
    }
    let mut own = 0;
    for _ in 0..ACTIONS {
        let turn = random.random_range(0..2);
        let said = people[turn].act(&mut random);
        let other = MARKS[1 - turn];
        assert!(!said.contains(other), "{} was told of {other}: {said}", MARKS[turn]);
        own += usize::from(said.contains(MARKS[turn]));
    }
    assert!(own > ACTIONS / 4, "this tests nothing: {own}");
}
