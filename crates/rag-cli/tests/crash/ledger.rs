//! What a server has acknowledged and shown so far; each new look at it must agree with every earlier one.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::server::Server;

/// A document that was acknowledged.
struct Entry {
    document: String,
    number: usize,
    paragraphs: usize,
    /// When its job was first seen done, and at which attempt.
    done: Option<(String, Option<u64>)>,
}

pub(crate) struct Ledger {
    collection: String,
    /// By the id of the job.
    entries: BTreeMap<String, Entry>,
    is_working: bool,
}

impl Ledger {
    pub(crate) fn new(server: &Server<'_>) -> Self {
        let made = server.post("/v1/collections", &json!({"name": "crash"})).unwrap();
        Self { collection: text(&made, "/id"), entries: BTreeMap::new(), is_working: false }
    }

    /// Sends volume `number`, of 5 to 149 paragraphs, each third in Markdown, which a child process reads. Says
    /// whether it was acknowledged.
    pub(crate) fn upload(&mut self, server: &Server<'_>, number: usize) -> bool {
        let paragraphs = 5 + number * 37 % 145;
        let body: Vec<String> = (0..paragraphs)
            .map(|line| format!("Paragraph {line} of volume {number} tells how the keeper of lighthouse {number} counted {line} ships."))
            .collect();
        let ending = if number.is_multiple_of(3) { "md" } else { "txt" };
        let name = format!("volume-{number}.{ending}");
        let Some(accepted) = server.upload(&self.collection, &name, body.join("\n\n").as_bytes()) else {
            return false;
        };
        let entry = Entry { document: text(&accepted, "/document/id"), number, paragraphs, done: None };
        // When the answer to an earlier try was lost, the document is told to be there already.
        assert!(
            self.entries.insert(text(&accepted, "/job/id"), entry).is_none(),
            "one job for two documents"
        );
        true
    }

    /// Searches for a document that is not done, then asks for the jobs: what was found must belong to a job that
    /// is done, and what was done must be done still. Says whether all is done; none when the server is away.
    pub(crate) fn look(&mut self, server: &Server<'_>) -> Option<bool> {
        let open = self.entries.values().find(|entry| entry.done.is_none()).map_or(0, |entry| entry.number);
        let query =
            json!({"query": format!("the keeper of lighthouse {open} in volume {open}"), "limit": 100});
        let found = server.post("/v1/search", &query)?;
        let jobs = all(server, "/v1/jobs")?;
        self.is_working = jobs.iter().any(|job| text(job, "/state") == "running");
        for job in &jobs {
            let Some(entry) = self.entries.get_mut(&text(job, "/id")) else { continue };
            let now = (text(job, "/state") == "done")
                .then(|| (text(job, "/finished_at"), job["attempts"].as_u64()));
            assert!(entry.done.is_none() || entry.done == now, "done before, and now: {job}");
            assert!(["queued", "running", "done"].contains(&text(job, "/state").as_str()), "{job}");
            entry.done = now;
        }
        for passage in found.pointer("/results").and_then(Value::as_array)? {
            let id = text(passage, "/document_id");
            let job = jobs.iter().find(|job| text(job, "/document_id") == id).unwrap();
            assert_eq!(text(job, "/state"), "done", "{id} is found before its job is done");
        }
        Some(self.entries.values().all(|entry| entry.done.is_some()))
    }

    /// Whether a job ran at the last look.
    pub(crate) fn is_working(&self) -> bool {
        self.is_working
    }

    /// How many jobs have not been seen done.
    pub(crate) fn open(&self) -> usize {
        self.entries.values().filter(|entry| entry.done.is_none()).count()
    }

    /// Every document is there once and whole, and something was interrupted on the way.
    pub(crate) fn check(&self, server: &Server<'_>, uploads: usize) {
        assert_eq!(self.entries.len(), uploads);
        let documents = all(server, &format!("/v1/collections/{}/documents", self.collection)).unwrap();
        assert_eq!(documents.len(), uploads);
        assert_eq!(all(server, "/v1/jobs").unwrap().len(), uploads);
        for entry in self.entries.values() {
            entry.check_whole(server);
        }
        let is_cut = |entry: &Entry| entry.done.as_ref().is_some_and(|(_, attempts)| *attempts > Some(1));
        assert!(self.entries.values().any(is_cut), "no job was interrupted: this tests nothing");
    }
}

impl Entry {
    fn check_whole(&self, server: &Server<'_>) {
        let chunks = all(server, &format!("/v1/documents/{}/chunks", self.document)).unwrap();
        let ordinals: Vec<i64> = chunks.iter().map(|chunk| chunk["ordinal"].as_i64().unwrap()).collect();
        let expected: Vec<i64> = (0..i64::try_from(chunks.len()).unwrap()).collect();
        assert_eq!(ordinals, expected, "volume {} has gaps or doubles", self.number);
        let all: String = chunks.iter().map(|chunk| text(chunk, "/text")).collect();
        for line in 0..self.paragraphs {
            let begin = format!("Paragraph {line} of volume {} ", self.number);
            assert!(all.contains(&begin), "{begin}is missing among {} chunks", chunks.len());
        }
    }
}

pub(crate) fn text(value: &Value, pointer: &str) -> String {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("{pointer}: {value}")).to_owned()
}

/// All items of a list that comes in parts.
fn all(server: &Server<'_>, path: &str) -> Option<Vec<Value>> {
    let (mut all, mut after) = (Vec::new(), String::new());
    loop {
        let page = server.get(&format!("{path}?limit=100{after}"))?;
        all.extend_from_slice(page.pointer("/items")?.as_array()?);
        match page.pointer("/next").and_then(Value::as_str) {
            Some(next) => after = format!("&after={next}"),
            None => return Some(all),
        }
    }
}
