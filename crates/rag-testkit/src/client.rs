//! A client for tests: says what it sends, and what came back, without ceremony.

use std::{
    io::Read,
    net::SocketAddr,
    time::{Duration, Instant},
};

use reqwest::{
    Method,
    blocking::{RequestBuilder, Response},
    header::HeaderMap,
};
use serde_json::{Value, json};

/// How long a condition may take to come true.
const PATIENCE: Duration = Duration::from_mins(1);

/// Sends requests to the application under test.
#[derive(Clone)]
pub struct Client {
    http: reqwest::blocking::Client,
    base: String,
    key: Option<String>,
}

/// An answer, whole.
#[derive(Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub body: Vec<u8>,
}

/// An event of a stream.
#[derive(Debug)]
pub struct Frame {
    /// Its id, 0 if it has none.
    pub id: u64,
    /// Its name.
    pub event: String,
    /// Its data.
    pub data: Value,
}

impl Answer {
    /// The answer to a request.
    pub fn of(request: RequestBuilder) -> Self {
        let response = request.send().unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Self { status, headers, body: response.bytes().unwrap().to_vec() }
    }

    /// The body as JSON; null for a body that is not JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// A header, empty when it is missing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The JSON of an answer with this status; anything else ends the test.
    #[track_caller]
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", String::from_utf8_lossy(&self.body));
        self.json()
    }

    /// The code of a problem with this status; anything else ends the test.
    #[track_caller]
    pub fn problem(&self, status: u16) -> String {
        let body = self.expect(status);
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(body.get("status").and_then(Value::as_u64), Some(u64::from(status)));
        body.get("code").and_then(Value::as_str).expect("a code").to_owned()
    }
}

impl Client {
    /// A client of the server at `address`.
    pub fn new(address: SocketAddr, key: Option<&str>) -> Self {
        // Fails when it is done already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::blocking::Client::builder().timeout(PATIENCE).no_proxy().build().unwrap();
        Self { http, base: format!("http://{address}"), key: key.map(str::to_owned) }
    }

    /// The URL of a path.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// A request with the client's key.
    pub fn request(&self, method: &str, path: &str) -> RequestBuilder {
        let request = self.http.request(Method::from_bytes(method.as_bytes()).unwrap(), self.url(path));
        match &self.key {
            Some(key) => request.bearer_auth(key),
            None => request,
        }
    }

    /// Sends a request without a body.
    pub fn send(&self, method: &str, path: &str) -> Answer {
        Answer::of(self.request(method, path))
    }

    /// `GET`.
    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path)
    }

    /// `POST` with a JSON body.
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        Answer::of(self.request("POST", path).json(body))
    }

    /// `POST` with any body.
    pub fn post_raw(&self, path: &str, media_type: &str, body: impl Into<Vec<u8>>) -> Answer {
        Answer::of(self.request("POST", path).header("content-type", media_type).body(body.into()))
    }

    /// Sends a file to a collection.
    pub fn upload(&self, collection: &str, name: &str, bytes: &[u8]) -> Answer {
        Answer::of(self.upload_request(collection, name, bytes))
    }

    /// The request that sends a file to a collection.
    pub fn upload_request(&self, collection: &str, name: &str, bytes: &[u8]) -> RequestBuilder {
        let mut body = format!(
            "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        )
        .into_bytes();
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n--edge--\r\n");
        let path = format!("/v1/collections/{collection}/documents");
        let media_type = "multipart/form-data; boundary=edge";
        self.request("POST", &path).header("content-type", media_type).body(body)
    }

    /// Makes a collection; its id.
    pub fn collection(&self, name: &str) -> String {
        text(&self.post("/v1/collections", &json!({"name": name})).expect(201), "/id")
    }

    /// Stores a text and waits until it can be found; the document's id.
    pub fn text(&self, collection: &str, title: &str, body: &str) -> String {
        let path = format!("/v1/collections/{collection}/texts");
        let accepted = self.post(&path, &json!({"title": title, "text": body})).expect(202);
        self.ingested(&accepted)
    }

    /// Waits until the job of an accepted document is done; the document's id.
    pub fn ingested(&self, accepted: &Value) -> String {
        let job = self.finished(&text(accepted, "/job/id"));
        assert_eq!(text(&job, "/state"), "done", "{job}");
        text(accepted, "/document/id")
    }

    /// Waits until a job has ended; the job.
    pub fn finished(&self, job: &str) -> Value {
        let path = format!("/v1/jobs/{job}");
        self.wait(|| {
            let job = self.get(&path).expect(200);
            (!job.pointer("/finished_at").unwrap().is_null()).then_some(job)
        })
    }

    /// Asks again and again until there is an answer.
    pub fn wait<T>(&self, mut condition: impl FnMut() -> Option<T>) -> T {
        let begun = Instant::now();
        loop {
            if let Some(found) = condition() {
                return found;
            }
            assert!(begun.elapsed() < PATIENCE, "the condition does not come true");
        }
    }

    /// Asks with the answer as events; returns while it runs.
    pub fn ask_streamed(&self, path: &str, question: &str) -> Response {
        let body = json!({"question": question});
        self.request("POST", path).header("accept", "text/event-stream").json(&body).send().unwrap()
    }

    /// All events of a stream that ends.
    pub fn frames(mut response: Response) -> Vec<Frame> {
        let mut stream = String::new();
        response.read_to_string(&mut stream).unwrap();
        stream.split_terminator("\n\n").filter(|frame| !frame.starts_with(':')).map(frame).collect()
    }
}

fn frame(text: &str) -> Frame {
    let line =
        |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).expect("a line of the event");
    Frame {
        id: text.lines().find_map(|line| line.strip_prefix("id: ")).map_or(0, |id| id.parse().unwrap()),
        event: line("event: ").to_owned(),
        data: serde_json::from_str(line("data: ")).unwrap(),
    }
}

fn text(value: &Value, pointer: &str) -> String {
    value.pointer(pointer).and_then(Value::as_str).expect(pointer).to_owned()
}
