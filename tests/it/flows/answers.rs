//! Extracted answers, with the model that `make setup` installs: a table of questions and the answers that a reader would accept.

use std::{collections::BTreeSet, fs, path::PathBuf, sync::Arc};

use rag_embed::{LocalEmbedder, MINILM};
use rag_testkit::{Client, Setup, TestApp, checkout};
use serde_json::{Value, json};

use super::real_model::model_dir;
use crate::routes::text;

/// A question, the texts that its answer must hold, and those that it must not hold. Without texts to hold it must be refused.
type Case = (&'static str, &'static [&'static str], &'static [&'static str]);

/// A heading, a question or a lead-in is never the answer; the text after it is.
const QUESTIONS_AND_HEADINGS: &[Case] = &[
    (
        "How long is the notice period for a tenancy?",
        &["Three months to the end of a quarter."],
        &["How long"],
    ),
    ("Can I cancel the tenancy online?", &["Yes, in the portal under Contracts."], &["Can I cancel"]),
    ("How do I reset my portal password?", &["Choose \"forgotten\" on the sign-in page"], &["How do I"]),
    ("What happens to my data after I leave?", &["It is erased within thirty days."], &["What happens"]),
    ("Are pets allowed in the flat?", &["Cats are welcome, dogs need a written permit."], &["Are pets"]),
    ("Who pays for small repairs?", &["The tenant pays up to 110 euros for each repair."], &["Who pays"]),
    ("How much is the berth deposit?", &["250 euros, paid back in May."], &[]),
    ("When may guests visit the boat club?", &["Welcome on Sundays until six."], &[]),
    ("What does the boat club's insurance cover?", &["Up to two million per damage."], &[]),
    ("How high is the harbour master's fee?", &["12 euros a night"], &[]),
];

/// Lists, steps, program text and settings keep their form.
const FORMS: &[Case] = &[
    (
        "What do I need before assembling the loom?",
        &["- A rubber mallet", "- A 4 mm hex key", "- Two helpers"],
        &["warp"],
    ),
    (
        "How is the loom assembled?",
        &["Lay the side frames flat", "Insert the crossbars", "Tighten all bolts"],
        &["mallet"],
    ),
    ("Which command starts the loom's controller?", &["```\nloomctl start \\\n  --port 7070\n```"], &[]),
    ("Which setting limits the loom's speed?", &["max_picks_per_minute = 180"], &["log_level"]),
    ("What is the default log level of the loom?", &["log_level = \"info\""], &["max_picks"]),
    ("How long is the loom's warranty?", &["Five years"], &[]),
    // A setting or a commented command that equals the question is its answer; an example of asking the question is not.
    ("max_picks_per_minute", &["max_picks_per_minute = 180"], &["log_level"]),
    ("How long does a full firing of stoneware take?", &["takes eleven hours"], &["kilnd ask"]),
    ("What does pick density mean?", &["the number of weft threads in a centimetre"], &[]),
    ("What does shed mean in weaving?", &["the gap between raised and lowered warp threads"], &[]),
];

/// A row is given with its column names; never the whole table.
const TABLES: &[Case] = &[
    ("How many shares does SH-017 hold?", &["holder: SH-017", "shares: 1629"], &["SH-016", "SH-018"]),
    ("Which year is given for holder SH-044?", &["holder: SH-044", "year: 2027"], &["SH-043"]),
    ("Who is the contact of holder SH-058?", &["contact: Lena"], &["SH-057"]),
    ("How much does the night ferry to Turku cost?", &["route: Turku", "price: 64 euros"], &["Visby"]),
];

/// Sentences are whole, and cited once.
const SENTENCES: &[Case] = &[
    ("In which class are trains booked?", &["Trains are booked in second class"], &["class. [1] Trains"]),
    (
        "Wann endet der Mietvertrag von Dr. E. Brandt?",
        &["Der Mietvertrag von Dr. E. Brandt endet am 3. Mai 2031."],
        &[],
    ),
    (
        "Für wen gilt die Ermäßigung im Freibad?",
        &["Die Ermäßigung gilt z. B. Für Kinder und Rentner, d. h. Alle ohne eigenes Einkommen."],
        &[],
    ),
    ("Wann wurde die Mühle gebaut?", &["Die Mühle stammt aus dem 19. Jahrhundert"], &[]),
    ("Which army unit repaired the bridge?", &["The U.S. Army Corps of Engineers repaired the bridge"], &[]),
    (
        "Who described the valve first?",
        &["The valve was first described by J. R. Hartmann [3] in 1911."],
        &[],
    ),
    ("Which alloy does the valve use?", &["a bronze alloy"], &[]),
    ("At what time does the observatory open?", &["It opens at 5 p.m. Eastern time."], &[]),
    ("Are flights under 600 km paid?", &["Flights under 600 km are not paid."], &[]),
    ("Who signs for first class?", &["First class needs a signature of the head."], &[]),
];

/// Instructions for a program: commands with their output, settings, tables with long cells, titles that run into their text.
const INSTRUCTIONS: &[Case] = &[
    ("How do I install kilnd?", &["pip install kilnd"], &["june.kiln"]),
    ("What do I need before I install kilnd?", &["Python 3.11, a serial cable and 40 MB"], &["june.kiln"]),
    ("How do I export the firings?", &["kilnd export june.kiln"], &["kilnd verify"]),
    (
        "How do I import firings into kilnd?",
        &["$ kilnd import june.kiln\n214 firings read"],
        &["kilnd verify"],
    ),
    // The command itself decides, not the words of its comment.
    ("How do I start the server of kilnd?", &["kilnd serve "], &["kilnd record"]),
    ("How do I verify an export of kilnd?", &["$ kilnd verify june.kiln"], &["kilnd import"]),
    ("Is the file of the kilnd export compressed?", &["The file is not compressed"], &["$ kilnd"]),
    ("What happens when an import into kilnd is cancelled?", &["leaves the records as they were"], &[]),
    (
        "What happens to a firing after a power cut?",
        &["Power cuts. The controller resumes a firing"],
        &["| "],
    ),
    ("What does the kiln do if a thermocouple breaks?", &["ends the firing at once"], &[]),
    (
        "What does the kiln alarm \"no signal\" mean?",
        &["no signal", "the cable first"],
        &["too steep", "lid open"],
    ),
    ("What should I check if the kiln says \"lid open\"?", &["the switch at the hinge"], &["too steep"]),
    (
        "At what temperature is stoneware fired?",
        &["chamber: Stoneware is fired at 1,280 degrees"],
        &["filter", "brass"],
    ),
    ("How long does the kiln's chamber take to cool?", &["twelve hours"], &["exhaust", "brass"]),
    ("How is glaze removed from the elements of the kiln?", &["with a brass brush"], &["hood", "locked"]),
    ("When is the filter of the kiln's fan washed?", &["after 50 firings"], &["hood", "emergency"]),
    ("Which hood do lead glazes need?", &["an exhaust hood of class two"], &["filter is washed"]),
    ("How do I switch on the remote control of the kiln?", &["remote.enabled"], &["june.kiln"]),
    ("For how long is the default reservation of a firing?", &["for two hours"], &["OK "]),
    ("What does kilnd cost for a studio?", &["12 euros a month for each kiln"], &["stoneware"]),
    ("Where does kilnd run?", &["on any small computer next to the kiln"], &["june.kiln"]),
    ("Which file does the setup of kilnd write?", &["/etc/kilnd.toml"], &["june.kiln"]),
];

/// Questions that the documents do not answer.
const REFUSALS: &[Case] = &[
    ("How long is the gestation of an elephant?", &[], &[]),
    ("Who won the 1978 football world cup?", &[], &[]),
    ("What is the melting point of tungsten?", &[], &[]),
    ("How many moons does Jupiter have?", &[], &[]),
    ("Which wine goes well with venison?", &[], &[]),
    ("How do I file an appeal against a tax bill?", &[], &[]),
    ("Wer schrieb den Zauberberg?", &[], &[]),
    ("木星有多少颗卫星？", &[], &[]),
    ("ดาวพฤหัสบดีมีดวงจันทร์กี่ดวง", &[], &[]),
];

fn with_documents() -> (TestApp, Client) {
    let model = LocalEmbedder::load(&MINILM, &model_dir(), 2, None).unwrap();
    let app = TestApp::with(Setup { embedder: Arc::new(model), ..Setup::default() });
    let client = app.client();
    let collection = client.collection("house");
    let mut files: Vec<_> = fs::read_dir(documents()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files {
        let name = file.file_name().unwrap().to_str().unwrap();
        client.ingested(&client.upload(&collection, name, &fs::read(&file).unwrap()).expect(202));
    }
    (app, client)
}

fn documents() -> PathBuf {
    checkout().join("tests/it/flows/answers")
}

fn ask(client: &Client, question: &str) -> Value {
    client.post("/v1/ask", &json!({"question": question})).expect(200)
}

/// The failure of a case, if it fails.
fn failure(client: &Client, (question, held, not_held): &Case) -> Option<String> {
    let turn = ask(client, question);
    let answer = text(&turn, "/answer/text");
    let is_refused = text(&turn, "/answer/outcome") == "not_found";
    let is_right = is_refused == held.is_empty()
        && held.iter().all(|held| answer.contains(held))
        && !not_held.iter().any(|not_held| answer.contains(not_held));
    (!is_right).then(|| format!("{question}\n    {answer}"))
}

#[test]
fn answers_are_those_that_a_reader_would_accept() {
    let (_app, client) = with_documents();
    let cases = [QUESTIONS_AND_HEADINGS, FORMS, TABLES, SENTENCES, INSTRUCTIONS, REFUSALS].concat();
    let failures: Vec<String> = cases.iter().filter_map(|case| failure(&client, case)).collect();
    assert!(failures.is_empty(), "{} of {}:\n{}", failures.len(), cases.len(), failures.join("\n"));
}

#[test]
fn a_fact_of_two_documents_is_said_once_and_cites_both() {
    let (_app, client) = with_documents();
    let turn = ask(&client, "In which class are trains booked?");
    let answer = text(&turn, "/answer/text");
    assert_eq!(answer.matches("second class").count(), 1, "{answer}");
    let citations = turn["answer"]["citations"].as_array().unwrap();
    let documents: BTreeSet<&str> =
        citations.iter().map(|citation| citation["document_id"].as_str().unwrap()).collect();
    assert_eq!(documents.len(), 2, "{turn}");
}

#[test]
fn every_quote_is_the_text_at_its_offsets_and_stands_on_its_page() {
    let (_app, client) = with_documents();
    for question in
        ["Who described the valve first?", "How is the loom assembled?", "How many shares does SH-017 hold?"]
    {
        let turn = ask(&client, question);
        let citations = turn["answer"]["citations"].as_array().unwrap();
        assert!(!citations.is_empty(), "{turn}");
        for citation in citations {
            let [start, end] = ["start_offset", "end_offset"].map(|name| citation[name].as_i64().unwrap());
            let path = format!(
                "/v1/documents/{}/text?start={start}&end={end}",
                citation["document_id"].as_str().unwrap()
            );
            let found = client.get(&path).expect(200);
            assert_eq!(found["text"], citation["quote"], "{citation}");
        }
    }
}

#[test]
fn brackets_of_the_source_are_no_citations() {
    let (_app, client) = with_documents();
    let turn = ask(&client, "Who described the valve first?");
    let citations = turn["answer"]["citations"].as_array().unwrap();
    assert!(
        citations
            .iter()
            .all(|citation| citation["marker"] != 3 || citation["quote"].as_str().unwrap().len() > 3)
    );
    assert!(text(&turn, "/answer/text").contains("Hartmann [3] in 1911"), "{turn}");
}
