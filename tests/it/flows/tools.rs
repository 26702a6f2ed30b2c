//! The right one of forty tools is found for a request, by the model that `make setup` installs.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use rag_embed::{LocalEmbedder, MINILM};
use rag_testkit::{Answer, Client, MoodyEmbedder, Setup, TestApp};
use serde_json::{Map, Value, json};

use super::real_model::model_dir;
use crate::routes::text;

/// Names, descriptions and parameters, as programs describe their tools.
const TOOLS: [(&str, &str, &[&str]); 40] = [
    (
        "get_weather",
        "Get the current weather and the forecast for a location: temperature, rain, wind and sun.",
        &["location", "days"],
    ),
    (
        "send_email",
        "Send an email message to one or more recipients. Use it to write to people for the user.",
        &["to", "subject", "body"],
    ),
    (
        "search_inbox",
        "Search the mailbox for messages that the user has received, by sender, subject or date.",
        &["sender", "query", "after"],
    ),
    (
        "create_calendar_event",
        "Create an event in the calendar and invite guests. Use it to schedule meetings.",
        &["title", "start", "end", "guests"],
    ),
    ("list_calendar_events", "List the appointments of a day or a week.", &["from", "until"]),
    ("set_reminder", "Remind the user of something at a given time.", &["text", "at"]),
    ("set_timer", "Start a countdown timer.", &["minutes"]),
    ("get_stock_price", "Get the current price of a share by its ticker symbol.", &["ticker"]),
    (
        "convert_currency",
        "Convert an amount of money from one currency to another at today's rate.",
        &["amount", "from", "to"],
    ),
    (
        "transfer_money",
        "Transfer money from the user's bank account to an IBAN.",
        &["iban", "amount", "purpose"],
    ),
    ("list_transactions", "List bank account transactions in a period.", &["account", "from", "until"]),
    ("translate_text", "Translate text from one language to another.", &["text", "target_language"]),
    ("summarize_document", "Write a short summary of a long document.", &["document_id", "max_words"]),
    ("web_search", "Search the web and return the first results.", &["query"]),
    ("fetch_url", "Download a web page and return its text.", &["url"]),
    ("run_sql", "Run a read-only SQL query against the analytics database.", &["query"]),
    (
        "run_python",
        "Execute Python code in a sandbox and return what it prints. Use it to compute or to plot data.",
        &["code"],
    ),
    ("read_file", "Read a file from the workspace.", &["path"]),
    ("write_file", "Create or overwrite a file in the workspace.", &["path", "content"]),
    ("list_directory", "List the files in a folder.", &["path"]),
    ("git_commit", "Commit the staged changes to the git repository.", &["message"]),
    ("create_pull_request", "Open a pull request on GitHub for a branch.", &["branch", "title"]),
    ("list_issues", "List open issues of a GitHub repository.", &["repository", "label"]),
    ("deploy_service", "Deploy a service to the staging or production cluster.", &["service", "environment"]),
    ("restart_pod", "Restart a Kubernetes pod that hangs or crashes.", &["namespace", "pod"]),
    ("get_logs", "Get the recent log lines of a service.", &["service", "minutes"]),
    ("create_ticket", "Create a support ticket in the help desk.", &["title", "priority"]),
    (
        "find_customer",
        "Look up a customer record by name, phone number or address. Use it before you create an invoice.",
        &["name"],
    ),
    ("create_invoice", "Create an invoice for a customer.", &["customer", "items"]),
    ("refund_order", "Refund a paid order.", &["order_id", "reason"]),
    ("track_parcel", "Track the delivery status of a parcel or package by its number.", &["tracking_number"]),
    (
        "book_flight",
        "Book a flight: search airline tickets between two airports and buy one.",
        &["from", "to", "date"],
    ),
    ("book_hotel", "Reserve a hotel room.", &["city", "check_in", "check_out"]),
    ("find_restaurant", "Find restaurants near a place by cuisine.", &["place", "cuisine"]),
    ("get_directions", "Get driving or walking directions between two places.", &["from", "to"]),
    ("play_music", "Play a song, an album or an artist.", &["query"]),
    ("control_lights", "Switch the lamps of a room on or off, or dim them.", &["room", "brightness"]),
    ("set_thermostat", "Set the target temperature of the heating in a room.", &["room", "celsius"]),
    ("take_photo", "Take a picture with the camera of the front door.", &["camera"]),
    ("generate_image", "Generate an image from a description.", &["prompt", "size"]),
];

/// Requests of users, and the tool that fits.
const REQUESTS: [(&str, &str); 20] = [
    ("Will I need an umbrella in Hamburg tomorrow?", "get_weather"),
    ("Write to Anna that the meeting is moved to Friday", "send_email"),
    ("Did the landlord reply to my message last week?", "search_inbox"),
    ("Schedule a meeting with the design team on Monday at ten", "create_calendar_event"),
    ("What appointments do I have this week?", "list_calendar_events"),
    ("How much is a share of Siemens worth?", "get_stock_price"),
    ("How many dollars are 250 euros?", "convert_currency"),
    ("Pay 80 euros to my landlord from my bank account", "transfer_money"),
    ("What does this sentence mean in Spanish?", "translate_text"),
    ("Execute this Python script for me", "run_python"),
    ("Which files are in the src folder?", "list_directory"),
    ("Open a PR for the branch fix-login", "create_pull_request"),
    ("Roll out the new version of the checkout service to production", "deploy_service"),
    ("Show me the last errors that the payment service logged", "get_logs"),
    ("Where is my package?", "track_parcel"),
    ("I need a plane ticket from Berlin to Lisbon", "book_flight"),
    ("Reserve a room for two nights in Vienna", "book_hotel"),
    ("Where can we eat Italian food near the station?", "find_restaurant"),
    ("It is too dark in the kitchen, turn the lamps on", "control_lights"),
    ("Make the bedroom warmer, 21 degrees", "set_thermostat"),
];

/// Requests that none of the tools serves.
const OTHER_REQUESTS: [&str; 10] = [
    "Thank you very much!",
    "Who was the first emperor of Rome?",
    "Explain quantum chromodynamics",
    "Tell me a joke about penguins",
    "What is the meaning of life?",
    "Prove that there are infinitely many primes",
    "How do vaccines work?",
    "I feel sad today",
    "Which poems did Goethe write?",
    "How old is the universe?",
];

fn describe(client: &Client) {
    for (name, description, parameters) in TOOLS {
        let properties: Map<String, Value> =
            parameters.iter().map(|name| ((*name).to_owned(), json!({"type": "string"}))).collect();
        let body =
            json!({"description": description, "parameters": {"type": "object", "properties": properties}});
        Answer::of(client.request("PUT", &format!("/v1/tools/{name}")).json(&body)).expect(200);
    }
}

/// Names of the three best tools, with their cosines.
fn find(client: &Client, query: &str, min_similarity: f64) -> Vec<String> {
    let body = json!({"query": query, "limit": 3, "min_similarity": min_similarity});
    let found = client.post("/v1/tools/find", &body).expect(200);
    let results = found["results"].as_array().unwrap();
    results.iter().map(|result| format!("{} {:.2}", text(result, "/tool/name"), result["cosine"])).collect()
}

#[test]
fn the_right_tool_of_forty_is_found_and_none_for_a_request_that_none_serves() {
    let model = LocalEmbedder::load(&MINILM, &model_dir(), 2, None).unwrap();
    let app = TestApp::with(Setup { embedder: Arc::new(model), ..Setup::default() });
    let client = app.client();
    describe(&client);
    let mut report = Vec::new();
    let (mut found_first, mut first, mut among_three) = (0, 0, 0);
    for (query, right) in REQUESTS {
        let (relevant, all) = (find(&client, query, 0.25), find(&client, query, -1.0));
        let is_right = |found: &String| found.split(' ').next() == Some(right);
        found_first += usize::from(relevant.first().is_some_and(is_right));
        first += usize::from(all.first().is_some_and(is_right));
        among_three += usize::from(all.iter().any(is_right));
        report.push(format!("{query} -> {right}: {relevant:?} {all:?}"));
    }
    let mut refused = 0;
    for query in OTHER_REQUESTS {
        let found = find(&client, query, 0.25);
        refused += usize::from(found.is_empty());
        report.push(format!("{query}: {found:?}"));
    }
    let report = report.join("\n");
    // Measured: 17, 19, 20 and 9. Processors round differently.
    assert!(found_first >= 16 && first >= 18, "{found_first} {first}\n{report}");
    assert!(among_three >= 19 && refused >= 9, "{among_three} {refused}\n{report}");
}

#[test]
fn a_tool_that_does_not_change_is_not_embedded_again() {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    let embedder = MoodyEmbedder::new(move || {
        counted.fetch_add(1, Ordering::Relaxed);
        Ok(())
    });
    let app = TestApp::with(Setup { embedder: Arc::new(embedder), ..Setup::default() });
    let client = app.client();
    let calls = |description| {
        let before = count.load(Ordering::Relaxed);
        let request = client.request("PUT", "/v1/tools/weather");
        Answer::of(request.json(&json!({"description": description}))).expect(200);
        count.load(Ordering::Relaxed) - before
    };
    assert_eq!(
        [calls("Tells the weather."), calls(" Tells the weather. "), calls("Tells the time.")],
        [1, 0, 1]
    );
}
