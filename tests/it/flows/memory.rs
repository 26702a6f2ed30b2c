//! Five hundred statements of a scripted user: repeated, corrected, mixed with small talk and secrets, and all undone.

use std::collections::BTreeMap;

use rag_testkit::{Client, TestApp};
use rand::{RngExt, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use serde_json::{Value, json};

const STATEMENTS: usize = 500;
/// Statements of one call.
const BATCH: usize = 50;

const CITIES: [&str; 6] = ["Oslo", "Rome", "Bonn", "Lima", "Cairo", "Quito"];
const PLANTS: [&str; 8] = ["fern", "cactus", "oak", "rose", "tulip", "maple", "lily", "ivy"];
const PLACES: [&str; 8] = ["kitchen", "hall", "cellar", "attic", "garage", "balcony", "office", "porch"];
const SMALL_TALK: [&str; 6] = ["Thanks!", "Good morning", "ok, cool", "Vielen Dank", "haha", "Bye"];
const QUESTIONS: [&str; 4] =
    ["Where do I live?", "What stands in the hall?", "Wie heißt das?", "How old is the oak?"];
const SECRETS: [&str; 6] = [
    "My card is 4111 1111 1111 1111",
    "The password is Xy7-lantern",
    "PIN: 4711",
    "My key is sk-abcdef0123456789",
    "IBAN DE89 3704 0044 0532 0130 00",
    "Use ghp_16C7e42F292c6912E7710c838347Ae178B4a",
];

/// What the user says next, and what must become of it.
fn say(
    random: &mut StdRng,
    residence: &mut &'static str,
    said: &mut BTreeMap<String, usize>,
) -> (String, &'static str) {
    let refused =
        |list: &[&'static str], random: &mut StdRng| ((*list.choose(random).unwrap()).to_owned(), "refused");
    match random.random_range(0..10) {
        0 => refused(&SMALL_TALK, random),
        1 => refused(&QUESTIONS, random),
        2 => refused(&SECRETS, random),
        3 | 4 => {
            let city = *CITIES.choose(random).unwrap();
            let outcome = match *residence {
                "" => "stored",
                same if same == city => "seen_again",
                _ => "superseded",
            };
            *residence = city;
            (format!("I live in {city}"), outcome)
        }
        _ => {
            let (plant, place) = (PLANTS.choose(random).unwrap(), PLACES.choose(random).unwrap());
            let text = format!("The {plant} stands beside the {place} door");
            let count = said.entry(text.clone()).or_default();
            *count += 1;
            (text, if *count == 1 { "stored" } else { "seen_again" })
        }
    }
}

fn all(client: &Client, path: &str) -> Vec<Value> {
    let (mut items, mut after) = (Vec::new(), String::new());
    loop {
        let page = client
            .get(&format!("{path}{}limit=200{after}", if path.contains('?') { '&' } else { '?' }))
            .expect(200);
        items.extend(page["items"].as_array().unwrap().iter().cloned());
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => return items,
        }
    }
}

#[test]
fn five_hundred_statements_leave_facts_alone_and_all_is_undone() {
    let app = TestApp::start();
    let client = app.client();
    let mut random = StdRng::seed_from_u64(20_261_128);
    let (mut residence, mut said) = ("", BTreeMap::new());
    let script: Vec<(String, &str)> =
        (0..STATEMENTS).map(|_| say(&mut random, &mut residence, &mut said)).collect();
    let mut steps = Vec::new();
    for batch in script.chunks(BATCH) {
        let facts: Vec<Value> = batch.iter().map(|(text, _)| json!({"content": text})).collect();
        let done = client.post("/v1/memories/batch", &json!({"memories": facts})).expect(200);
        for ((text, expected), item) in batch.iter().zip(done["items"].as_array().unwrap()) {
            assert_eq!(item["outcome"], json!(expected), "{text}: {item}");
            steps.extend(item["step_id"].as_str().map(str::to_owned));
        }
    }
    let active = all(&client, "/v1/memories?state=active");
    let expected: usize = said.values().count() + 1;
    assert_eq!(active.len(), expected, "one residence and each plant once");
    let stored = json!(all(&client, "/v1/memories")).to_string()
        + &json!(all(&client, "/v1/memories/changes")).to_string();
    for secret in ["4111 1111", "lantern", "PIN", "sk-abc", "DE89 3704", "ghp_"] {
        assert!(!stored.contains(secret), "{secret} was stored");
    }
    for item in &active {
        if let Some(count) = said.get(item["content"].as_str().unwrap()) {
            assert_eq!(item["seen_count"], json!(count), "{item}");
        }
    }
    for step in steps.iter().rev() {
        client.post("/v1/memories/undo", &json!({"step_id": step})).expect(200);
    }
    assert_eq!(all(&client, "/v1/memories?state=active"), Vec::<Value>::new());
    assert_eq!(all(&client, "/v1/memories?state=superseded"), Vec::<Value>::new());
    let found =
        client.post("/v1/recall", &json!({"query": "the oak door", "min_similarity": -1})).expect(200);
    assert_eq!(found["results"], json!([]));
    // Nothing is lost: every change and what it undid are still told.
    assert!(all(&client, "/v1/memories/changes").len() >= 2 * steps.len());
}

#[test]
fn an_erased_memory_is_in_no_table() {
    let app = TestApp::start();
    let client = app.client();
    let erased =
        client.post("/v1/memories", &json!({"content": "The xylotheque holds wooden books"})).expect(200);
    client.post("/v1/memories", &json!({"content": "The library holds paper books"})).expect(200);
    let path = format!("/v1/memories/{}", erased["memory_id"].as_str().unwrap());
    rag_testkit::Answer::of(
        client.request("PATCH", &path).json(&json!({"content": "The zymurgy shelf holds wooden books"})),
    )
    .expect(200);
    assert!(tables_with(&app, "zymurg") > 3 && tables_with(&app, "xylothe") > 0, "this tests nothing");
    client.send("DELETE", &path).expect(204);
    for word in ["xylothe", "zymurg"] {
        assert_eq!(tables_with(&app, word), 0, "{word}");
    }
    assert!(tables_with(&app, "library") > 0);
}

/// How many tables hold the text anywhere.
fn tables_with(app: &TestApp, text: &str) -> usize {
    use diesel::{QueryableByName, RunQueryDsl, sql_query, sql_types::Text};
    #[derive(QueryableByName)]
    struct Name {
        #[diesel(sql_type = Text)]
        name: String,
    }
    let mut conn = rag_repo::server::connect(app.database_url()).unwrap();
    let names: Vec<Name> = sql_query(
        "SELECT relname::text AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'",
    )
    .load(&mut conn)
    .unwrap();
    let mut holds = |name: &Name| {
        let query = format!(
            "SELECT 'x' AS name FROM public.{} AS t WHERE t::text ILIKE '%{text}%' LIMIT 1",
            name.name
        );
        sql_query(query).load::<Name>(&mut conn).unwrap().len()
    };
    names.iter().map(&mut holds).sum()
}
