//! Hostile documents: they are refused with the reason, and others go on.

use rag_testkit::TestApp;

#[test]
fn hostile_documents_do_not_hold_up_others() {
    let app = TestApp::start();
    let client = app.client();
    let collection = client.collection("Hostile");
    let hostile: Vec<_> = (0..4)
        .map(|number| {
            let page = format!("<html><body>{number}{}x", "<div>".repeat(100_000));
            client.upload(&collection, &format!("{number}.html"), page.as_bytes()).expect(202)
        })
        .collect();
    // The one worker comes to it after all four.
    client.text(&collection, "Granite", "Granite is the rock of this hill.");
    for accepted in hostile {
        let job = client.finished(accepted["job"]["id"].as_str().unwrap());
        let problem = job["problem"].to_string();
        assert!(problem.contains("nested too deeply"), "{job}");
    }
}
