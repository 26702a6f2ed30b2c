//! Months of conversations with a scripted user, without a chat model: later questions are answered by the memory that holds.

use diesel::connection::SimpleConnection;
use rag_testkit::{Client, TestApp};
use serde_json::json;

use crate::routes::text;

/// Sentences of the user in each session, a week apart.
const SESSIONS: [&[&str]; 20] = [
    &["My name is Ada Brandt.", "I live in Bergen."],
    &["I work as a ship surveyor.", "My boss is called Henrik."],
    &["I love smoked mackerel.", "I hate coriander."],
    &[
        "Please remember that the boat is moored at berth 14.",
        "Remember that the boat insurance ends on 30 September.",
    ],
    &["My sister is called Nadia.", "Please remember that Nadia lives in Ghent."],
    &["My favourite composer is Grieg.", "I enjoy rowing before breakfast."],
    &["I moved to Stavanger.", "Please remember that the new flat is on the third floor."],
    &["My dentist is Dr. Solheim.", "Please remember that the dentist closes on Wednesdays."],
    &[
        "Please remember that the spare key hangs behind the blue barometer.",
        "I never drink coffee after noon.",
    ],
    &["My car is a red Saab.", "Please remember that the Saab needs winter tyres in November."],
    &["I prefer trains to planes.", "Please remember that the rail pass expires in March."],
    &["My shoe size is 39.", "Please remember that the hiking boots were bought in Voss."],
    &["I work as a harbour pilot.", "Please remember that pilot training takes eighteen months."],
    &["My landlord is Mr Okafor.", "Please remember that the rent is due on the fifth."],
    &["I love detective novels.", "Please remember that the library card number ends in 882."],
    &["My neighbour is called Otto.", "Please remember that Otto repairs clocks."],
    &["My favourite colour is petrol blue.", "Please remember that the guest room is painted white."],
    &["Please remember that the allotment is plot 27.", "I always plant potatoes in April."],
    &["My doctor is Dr. Haugen.", "Please remember that the blood group is O negative."],
    &["My favourite colour is ochre.", "Please remember that the wedding of Nadia is on 12 June."],
];

/// Questions asked afterwards, with the words that the cited memory has.
const QUESTIONS: [(&str, &str); 50] = [
    ("What is my name?", "Ada Brandt"),
    ("Where do I live?", "Stavanger"),
    ("In which town is my home?", "Stavanger"),
    ("What do I work as?", "harbour pilot"),
    ("What is my profession?", "harbour pilot"),
    ("Who is my boss?", "Henrik"),
    ("What is my boss called?", "Henrik"),
    ("Which fish do I love?", "mackerel"),
    ("Which herb do I hate?", "coriander"),
    ("Where is the boat moored?", "berth 14"),
    ("At which berth is the boat?", "berth 14"),
    ("When does the boat insurance end?", "30 September"),
    ("What is my sister called?", "Nadia"),
    ("Where does Nadia live?", "Ghent"),
    ("Who lives in Ghent?", "Nadia"),
    ("Who is my favourite composer?", "Grieg"),
    ("What do I enjoy before breakfast?", "rowing"),
    ("On which floor is the new flat?", "third floor"),
    ("Who is my dentist?", "Solheim"),
    ("When is the dentist closed?", "Wednesdays"),
    ("Where does the spare key hang?", "barometer"),
    ("Where is the spare key?", "barometer"),
    ("When do I never drink coffee?", "noon"),
    ("Which car is mine?", "Saab"),
    ("What colour is my car?", "red Saab"),
    ("When does the Saab need winter tyres?", "November"),
    ("Do I prefer trains or planes?", "trains"),
    ("When does the rail pass expire?", "March"),
    ("What is my shoe size?", "39"),
    ("Where were the hiking boots bought?", "Voss"),
    ("What was bought in Voss?", "boots"),
    ("How long does pilot training take?", "eighteen months"),
    ("Who is my landlord?", "Okafor"),
    ("When is the rent due?", "fifth"),
    ("Which novels do I love?", "detective"),
    ("What does the library card number end in?", "882"),
    ("What is my neighbour called?", "Otto"),
    ("What does Otto repair?", "clocks"),
    ("Who repairs clocks?", "Otto"),
    ("What is my favourite colour?", "ochre"),
    ("Which colour do I like best?", "ochre"),
    ("What colour is the guest room painted?", "white"),
    ("Which plot is the allotment?", "plot 27"),
    ("When do I plant potatoes?", "April"),
    ("Who is my doctor?", "Haugen"),
    ("What is the blood group?", "O negative"),
    ("When is the wedding of Nadia?", "12 June"),
    ("Whose wedding is on 12 June?", "Nadia"),
    ("Who is Dr. Haugen?", "doctor"),
    ("Where is plot 27?", "allotment"),
];
/// Minimum number of questions whose first citation is the right memory.
const MIN_RIGHT: usize = 45;

/// Moves all memories a week into the past.
fn pass_a_week(app: &TestApp) {
    let mut conn = rag_repo::server::connect(app.database_url()).unwrap();
    conn.batch_execute(
        "SET ROLE rag_worker; UPDATE memories SET valid_from = valid_from - interval '7 days', \
         valid_until = valid_until - interval '7 days'; RESET ROLE",
    )
    .unwrap();
}

fn session(client: &Client, memory: &str) -> String {
    text(&client.post("/v1/sessions", &json!({"memory": memory})).expect(201), "/id").to_owned()
}

#[test]
fn the_right_memory_is_cited_months_later_without_a_chat_model() {
    let app = TestApp::start();
    let client = app.client();
    for sentences in SESSIONS {
        let path = format!("/v1/sessions/{}/ask", session(&client, "read_write"));
        for sentence in sentences {
            let turn = client.post(&path, &json!({"question": sentence})).expect(200);
            let outcome = text(&turn, "/answer/remembered/0/outcome").to_owned();
            assert!(["stored", "superseded"].contains(&outcome.as_str()), "{sentence}: {outcome}");
        }
        pass_a_week(&app);
    }
    let mut wrong = Vec::new();
    for (question, expected) in QUESTIONS {
        let path = format!("/v1/sessions/{}/ask", session(&client, "read"));
        let turn = client.post(&path, &json!({"question": question})).expect(200);
        let cited = &turn["answer"]["citations"][0];
        let is_memory = cited["kind"] == "memory";
        if !(is_memory && turn["answer"]["text"].as_str().unwrap_or_default().contains(expected)) {
            wrong.push(format!("{question} {}", turn["answer"]["text"]));
        }
    }
    assert!(QUESTIONS.len() - wrong.len() >= MIN_RIGHT, "{} wrong: {wrong:#?}", wrong.len());
}
