//! A real HTTP server with the answers of a test.

use serde_json::Value;
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, ResponseTemplate};

/// The key that clients send.
pub(crate) const KEY: &str = "sk-very-secret";

/// A server with its own runtime, so that the tests themselves are as synchronous as the callers of the client.
pub(crate) struct Server {
    pub(crate) runtime: tokio::runtime::Runtime,
    server: MockServer,
}

impl Server {
    pub(crate) fn new() -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let server = runtime.block_on(MockServer::start());
        Self { runtime, server }
    }

    /// The base URL, without the operation.
    pub(crate) fn base_url(&self) -> String {
        format!("{}/v1/", self.server.uri())
    }

    pub(crate) fn mount(&self, mock: Mock) {
        self.runtime.block_on(mock.mount(&self.server));
    }

    pub(crate) fn answer(&self, status: u16, body: &Value) {
        self.mount(
            Mock::given(method("POST")).respond_with(ResponseTemplate::new(status).set_body_json(body)),
        );
    }

    pub(crate) fn requests(&self) -> Vec<Value> {
        let requests = self.runtime.block_on(self.server.received_requests()).unwrap();
        requests.iter().map(|request| request.body_json().unwrap()).collect()
    }
}
