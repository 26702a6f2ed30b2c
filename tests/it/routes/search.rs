//! `POST /v1/search`.

use rag_testkit::{Setup, TestApp};
use serde_json::json;

use super::{NOBODY, text};

#[test]
fn results_say_what_each_leg_thought() {
    let app = TestApp::start();
    let client = app.client();
    let collection = client.collection("c");
    client.text(&collection, "Metals", "Zirconium resists corrosion.");
    client.text(&collection, "Birds", "Swallows fly low before rain.");
    let found = client.post("/v1/search", &json!({"query": "zirconium corrosion", "limit": 1})).expect(200);
    assert_eq!(text(&found, "/results/0/title"), "Metals");
    assert_eq!(found["results"][0]["lexical"]["rank"], 1);
    assert_eq!(found["results"][0]["dense"]["rank"], 1);
    assert_eq!(found["results"].as_array().unwrap().len(), 1);
    assert_eq!(found["exact"], true);
    let words = client.post("/v1/search", &json!({"query": "zirconium", "mode": "lexical"})).expect(200);
    assert!(words["exact"].is_null() && words["results"][0]["dense"].is_null(), "{words}");
}

#[test]
fn what_one_leg_finds_counts_all_that_the_other_knows_of_it() {
    let mut setup = Setup::default();
    setup.search.candidates = 1;
    let app = TestApp::with(setup);
    let client = app.client();
    let collection = client.collection("c");
    client.text(&collection, "It", "Is it zirconium?");
    client.text(&collection, "Zirconium", "Zirconium, zirconium.");
    let best = |limit: u32| {
        let found =
            client.post("/v1/search", &json!({"query": "is it zirconium", "limit": limit})).expect(200);
        found["results"][0].clone()
    };
    // As many are looked at as are wanted.
    let [alone, of_two] = [best(1), best(2)];
    assert_eq!((&alone["title"], &alone["dense"]["rank"]), (&json!("It"), &json!(1)), "{alone}");
    assert_eq!(
        (&alone["lexical"]["rank"], &of_two["lexical"]["rank"]),
        (&json!(null), &json!(2)),
        "{of_two}"
    );
    assert!(alone["lexical"]["score"].as_f64() > Some(0.0), "{alone}");
    assert_eq!(
        (&alone["lexical"]["score"], &alone["score"]),
        (&of_two["lexical"]["score"], &of_two["score"])
    );
}

#[test]
fn a_search_stays_within_its_collections() {
    let app = TestApp::start();
    let client = app.client();
    let (one, two) = (client.collection("one"), client.collection("two"));
    client.text(&one, "T", "Zirconium here.");
    let elsewhere =
        client.post("/v1/search", &json!({"query": "zirconium", "collection_ids": [two]})).expect(200);
    assert_eq!(elsewhere["results"], json!([]));
    let twice =
        client.post("/v1/search", &json!({"query": "zirconium", "collection_ids": [one, one]})).expect(200);
    assert_eq!(twice["results"].as_array().unwrap().len(), 1);
    let unknown = client.post("/v1/search", &json!({"query": "zirconium", "collection_ids": [NOBODY]}));
    assert_eq!(unknown.problem(404), "not_found");
}

#[test]
fn bad_searches_name_the_field() {
    let app = TestApp::start();
    let client = app.client();
    for (body, field) in [
        (json!({"query": ""}), "query"),
        (json!({"query": "a\0"}), "query"),
        (json!({"query": "a", "limit": 101}), "limit"),
        (json!({"query": "a", "mode": "psychic"}), "mode"),
        (json!({"query": "a", "surprise": 1}), "surprise"),
        (json!({"query": "a", "filter": {"$near": 1}}), "filter"),
        (json!({"query": "a", "ranking": {"diversity": 2.0}}), "ranking"),
        (json!({"query": "a", "ranking": {"fusion": {"type": "convex", "dense_weight": -1.0}}}), "ranking"),
    ] {
        let answer = client.post("/v1/search", &body);
        assert_eq!(answer.problem(422), "invalid", "{body}");
        assert_eq!(answer.json()["errors"][0]["field"], field, "{body}");
    }
}

/// Three documents with metadata; the collection's id.
fn shelf(client: &rag_testkit::Client) -> String {
    let collection = client.collection("shelf");
    let path = format!("/v1/collections/{collection}/texts");
    for (title, text, metadata) in [
        ("Zirconium", "Zirconium resists corrosion in hot water.", json!({"year": 2019, "tags": ["metal"]})),
        (
            "Steel",
            "Steel corrodes; coatings slow the corrosion.",
            json!({"year": 2021, "tags": ["metal", "alloy"]}),
        ),
        (
            "Swallows",
            "Swallows fly low before rain.",
            json!({"year": 2021, "tags": ["bird"], "importance": 1.0}),
        ),
    ] {
        let body = json!({"title": title, "text": text, "metadata": metadata});
        client.ingested(&client.post(&path, &body).expect(202));
    }
    collection
}

fn titles(found: &serde_json::Value) -> Vec<&str> {
    let results = found["results"].as_array().unwrap();
    results.iter().map(|result| result["title"].as_str().unwrap()).collect()
}

#[test]
fn filters_and_word_rules_hold_for_every_result() {
    let app = TestApp::start();
    let client = app.client();
    shelf(&client);
    let search = |body: serde_json::Value| client.post("/v1/search", &body).expect(200);
    let found =
        search(json!({"query": "corrosion", "filter": {"type": "gte", "key": "year", "value": 2020}}));
    assert_eq!(titles(&found), ["Steel", "Swallows"]);
    let found = search(json!({"query": "corrosion", "filter": {"tags": "metal", "year": {"$lt": 2020}}}));
    assert_eq!(titles(&found), ["Zirconium"]);
    assert_eq!(found["results"][0]["metadata"]["year"], 2019);
    assert_eq!(titles(&search(json!({"query": "\"hot water\" corrosion"}))), ["Zirconium"]);
    assert_eq!(titles(&search(json!({"query": "corrosion -zirconium -rain"}))), ["Steel"]);
    let none = search(json!({"query": "corrosion", "filter": {"year": 1999}}));
    assert_eq!((titles(&none), none["no_good_match"].as_bool()), (vec![], Some(false)));
}

#[test]
fn answers_keep_to_the_filter_too() {
    let app = TestApp::start();
    let client = app.client();
    shelf(&client);
    let body = json!({"question": "What resists corrosion?", "filter": {"tags": "bird"}});
    let turn = client.post("/v1/ask", &body).expect(200);
    assert!(!turn.to_string().contains("irconium"), "{turn}");
}

#[test]
fn results_are_ranked_cut_and_marked_as_asked() {
    let app = TestApp::start();
    let client = app.client();
    shelf(&client);
    let search = |body: serde_json::Value| client.post("/v1/search", &body).expect(200);
    let found = search(json!({"query": "corroding zirconium", "highlight": true, "limit": 1}));
    let text: Vec<char> = found["results"][0]["text"].as_str().unwrap().chars().collect();
    let marks = found["results"][0]["highlights"].as_array().unwrap();
    let marked: Vec<String> =
        marks.iter().map(|mark| text[at(&mark[0])..at(&mark[1])].iter().collect()).collect();
    assert_eq!(marked[0], "Zirconium");
    let important = json!({"boosts": [{"type": "metadata", "key": "importance", "weight": 5.0}]});
    let found = search(json!({"query": "zirconium", "ranking": important}));
    assert_eq!(titles(&found)[0], "Swallows");
    let nothing = json!({"cutoff": {"type": "similarity", "value": 1.0}});
    let found = search(json!({"query": "zirconium", "ranking": nothing}));
    assert_eq!((titles(&found), found["no_good_match"].as_bool()), (vec![], Some(true)));
    let fused = json!({"fusion": {"type": "rrf", "k": 60.0}, "diversity": 0.5, "feedback": false});
    assert_eq!(titles(&search(json!({"query": "zirconium", "ranking": fused}))).len(), 3);
}

#[test]
fn documents_that_answers_cite_are_popular() {
    let app = TestApp::start();
    let client = app.client();
    shelf(&client);
    let popular = json!({"boosts": [{"type": "popularity", "half_citations": 1.0, "weight": 5.0}]});
    let best = || {
        let found = client.post("/v1/search", &json!({"query": "zirconium", "ranking": popular})).expect(200);
        titles(&found)[0].to_owned()
    };
    assert_eq!(best(), "Zirconium");
    client.post("/v1/ask", &json!({"question": "How do swallows fly before rain?"})).expect(200);
    assert_eq!(best(), "Swallows");
}

fn at(offset: &serde_json::Value) -> usize {
    usize::try_from(offset.as_u64().unwrap()).unwrap()
}

#[test]
fn words_find_what_there_is_however_few_candidates_they_may_make() {
    let mut setup = Setup::default();
    setup.search.lexical_budget = 8;
    let app = TestApp::with(setup);
    let client = app.client();
    let collection = client.collection("metals");
    for title in ["Tin", "Lead", "Zinc"] {
        client.text(&collection, title, &format!("{title} suffers corrosion."));
        client.text(&collection, title, &format!("{title} is like zirconium."));
    }
    client.text(&collection, "Zirconium", "Zirconium resists corrosion.");
    let find = |body: serde_json::Value| {
        let mut body = body;
        body["query"] = json!("zirconium corrosion");
        body["mode"] = json!("lexical");
        body["explain"] = json!(true);
        let found = client.post("/v1/search", &body).expect(200);
        let steps = found["trace"]["steps"].as_array().unwrap();
        let leg = steps.iter().find(|step| step["step"] == "lexical").unwrap();
        (titles(&found).len(), leg["detail"]["pruned"].as_array().unwrap().len())
    };
    // The pair of the words makes one candidate, which is enough or not.
    assert_eq!(find(json!({"limit": 1})), (1, 2));
    assert_eq!(find(json!({"limit": 10})), (7, 0));
    // Of what a filter leaves, as many may be candidates.
    let filter = json!({"type": "eq", "key": "document.title", "value": "Zirconium"});
    assert_eq!(find(json!({"limit": 1, "filter": filter})), (1, 0));
}

#[test]
fn a_search_explains_itself_when_asked() {
    let app = TestApp::start();
    let client = app.client();
    shelf(&client);
    let found = client.post("/v1/search", &json!({"query": "zirconium", "explain": true})).expect(200);
    let steps = found["trace"]["steps"].as_array().unwrap();
    let names: Vec<&str> = steps.iter().map(|step| step["step"].as_str().unwrap()).collect();
    assert_eq!(names, ["query", "embed", "scope", "lexical", "dense", "fuse", "feedback", "passages", "cut"]);
    for leg in [3, 4] {
        let lines = steps[leg]["plan"].as_array().unwrap();
        assert!(lines.iter().all(|line| line.as_str().unwrap().len() < 500), "{lines:?}");
        let plan = steps[leg]["plan"].to_string();
        assert!(plan.contains("Scan"), "{plan}");
        // Numbers of a plan count rows of other organisations, too.
        for number in ["rows", "Rows", "Time", "Buffers", "cost"] {
            assert!(!plan.contains(number), "{plan}");
        }
    }
    let plain = client.post("/v1/search", &json!({"query": "zirconium"})).expect(200);
    assert!(plain.get("trace").is_none());
}

#[test]
fn a_filter_of_too_many_values_is_refused_before_it_costs_anything() {
    let app = TestApp::start();
    let client = app.client();
    shelf(&client);
    let condition = |key: u32, values: u32| json!({"type": "in", "key": format!("k{key}"), "value": (0..values).collect::<Vec<_>>()});
    let filter = |conditions: u32, values: u32| {
        let conditions: Vec<_> = (0..conditions).map(|key| condition(key, values)).collect();
        json!({"query": "zirconium", "filter": {"type": "or", "filters": conditions}})
    };
    client.post("/v1/search", &filter(2, 1_000)).expect(200);
    let refused = client.post("/v1/search", &filter(250, 400));
    assert_eq!(refused.problem(422), "invalid");
    assert!(refused.json().to_string().contains("2000 values"), "{}", refused.json());
}

#[test]
fn the_passage_with_the_number_that_was_asked_for_comes_first() {
    let app = TestApp::start();
    let client = app.client();
    let collection = client.collection("tickets");
    let numbers: Vec<u32> = (0..15).map(|n| 20_411 + 7 * n).collect();
    for number in &numbers {
        let text =
            format!("Ticket INC-{number} was opened because the printer does not answer. It was closed.");
        client.text(&collection, &format!("{number}"), &text);
    }
    for mode in ["hybrid", "lexical"] {
        for number in &numbers {
            for query in [format!("why was ticket INC-{number} opened?"), format!("printer ticket {number}")]
            {
                let found = client.post("/v1/search", &json!({"query": query, "mode": mode})).expect(200);
                assert_eq!(titles(&found)[0], number.to_string(), "{mode}: {query}");
                assert_eq!(found["warnings"], json!([]), "{query}");
            }
        }
    }
    let found = client.post("/v1/search", &json!({"query": "why was ticket INC-99999 opened?"})).expect(200);
    let warnings = found["warnings"].to_string();
    assert_eq!(warnings, "[\"No passage holds INC-99999.\"]");
}

#[test]
fn codes_and_forms_of_unicode_are_found_as_they_are_typed() {
    let app = TestApp::start();
    let client = app.client();
    let collection = client.collection("codes");
    for (title, body) in [
        ("a", "Ticket ORA-01555 appears when the undo space is too small. Enlarge the undo space."),
        ("b", "The pump housing has the order number SKU-88213 and weighs two kilograms."),
        ("c", "The advisory CVE-2031-44779 concerns the parser of the mail gateway."),
        ("nfc", "Le résumé de la séance est affiché à l\u{2019}entrée de la mairie."),
        (
            "nfd",
            "Die Pru\u{308}fgebu\u{308}hr fu\u{308}r das Fu\u{308}hrungszeugnis betra\u{308}gt dreizehn Euro.",
        ),
    ] {
        client.text(&collection, title, body);
    }
    for (query, title) in [
        ("01555", "a"),
        ("88213", "b"),
        ("44779", "c"),
        ("\"SKU 88213\"", "b"),
        ("CVE-2031-44779", "c"),
        ("Prüfgebühr", "nfd"),
        ("résumé", "nfc"),
        ("resume", "nfc"),
        ("ｓｋｕ－８８２１３", "b"),
    ] {
        let body = json!({"query": query, "mode": "lexical", "highlight": true});
        let found = client.post("/v1/search", &body).expect(200);
        assert_eq!(titles(&found), [title], "{query}");
        assert!(!found["results"][0]["highlights"].as_array().unwrap().is_empty(), "{found}");
    }
    let found =
        client.post("/v1/search", &json!({"query": "printer -v 27\" screen", "mode": "lexical"})).expect(200);
    assert_eq!(titles(&found), Vec::<&str>::new());
}
