//! `rag serve` as a process: started, found by the address it prints, asked, ended well or by force.

use std::{
    fs::{self, File},
    io::{BufRead, BufReader},
    process::{Child, ChildStdout, Command, Stdio},
    time::{Duration, Instant},
};

use rag_testkit::Client;
use serde_json::Value;

use crate::scene::{PATIENCE, Scene, kill_9};

pub(crate) struct Server<'s> {
    client: Client,
    scene: &'s Scene,
    child: Child,
    /// Kept open: the server goes on writing.
    _out: BufReader<ChildStdout>,
}

impl<'s> Server<'s> {
    /// Starts on a free port; returns once the address is known.
    pub(crate) fn start(scene: &'s Scene) -> Self {
        // Kills at random moments say nothing about the documents in work.
        Self::start_with(scene, &[("RAG_INGEST__MAX_LOST_LEASES", "100")])
    }

    /// As `start`, with settings from the environment.
    pub(crate) fn start_with(scene: &'s Scene, settings: &[(&str, &str)]) -> Self {
        let log = File::options().append(true).create(true).open(scene.path("serve.log")).unwrap();
        let mut command = scene.rag(&["serve", "--bind", "127.0.0.1:0"]);
        command.envs(settings.iter().copied());
        let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        let address = loop {
            line.clear();
            assert!(out.read_line(&mut line).unwrap() > 0, "the server does not start: {}", log_of(scene));
            if let Some(address) = line.trim().strip_prefix("API         http://") {
                break address.parse().unwrap();
            }
        };
        Self { client: Client::new(address, None), scene, child, _out: out }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// The body of a successful answer; none when the server, or its database, is away.
    pub(crate) fn get(&self, path: &str) -> Option<Value> {
        success(self.client.request("GET", path))
    }

    /// A request that the caller completes and sends.
    pub(crate) fn request(&self, method: &str, path: &str) -> rag_testkit::RequestBuilder {
        self.client.request(method, path)
    }

    /// As `get`, with a JSON body.
    pub(crate) fn post(&self, path: &str, body: &Value) -> Option<Value> {
        success(self.client.request("POST", path).json(body))
    }

    /// Sends a file; what came of it, when it was acknowledged.
    pub(crate) fn upload(&self, collection: &str, name: &str, bytes: &[u8]) -> Option<Value> {
        success(self.client.upload_request(collection, name, bytes))
    }

    /// How long after `begun` the server was ready.
    pub(crate) fn ready_after(&self, begun: Instant) -> Duration {
        while self.get("/ready").is_none() {
            assert!(begun.elapsed() < PATIENCE, "never ready: {}", log_of(self.scene));
        }
        begun.elapsed()
    }

    /// Waits until it ends by itself; its exit code.
    pub(crate) fn wait(mut self) -> Option<i32> {
        self.child.wait().unwrap().code()
    }

    /// Ends it as Ctrl-C does.
    pub(crate) fn stop(mut self) {
        let told = Command::new("kill").args(["-INT", &self.pid().to_string()]).status().unwrap();
        assert!(told.success());
        assert!(self.child.wait().unwrap().success(), "a bad end: {}", log_of(self.scene));
    }
}

impl Drop for Server<'_> {
    fn drop(&mut self) {
        if !self.has_ended() {
            kill_9(self.pid());
            self.child.wait().unwrap();
        }
        if std::thread::panicking() {
            println!("{}", log_of(self.scene));
        }
    }
}

/// What the servers of a scene logged.
pub(crate) fn log_of(scene: &Scene) -> String {
    fs::read_to_string(scene.path("serve.log")).unwrap()
}

fn success(request: rag_testkit::RequestBuilder) -> Option<Value> {
    let answer = request.send().ok()?;
    let status = answer.status();
    assert!(!status.is_client_error(), "{status}: {:?}", answer.text());
    let body = status.is_success().then(|| answer.bytes().ok())??;
    Some(serde_json::from_slice(&body).unwrap())
}
