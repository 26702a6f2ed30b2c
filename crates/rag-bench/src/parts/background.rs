//! The API in the background of a measurement.

use rag_api::ApiSettings;
use rag_engine::Engine;

use crate::BenchResult;

/// The operator's key.
pub(super) const KEY: &str = "the key of the benchmark";

/// The API on a separate thread, until it is dropped.
pub(super) struct BackgroundApi {
    base: String,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl BackgroundApi {
    /// Creates a client of the API.
    pub(super) fn client() -> reqwest::blocking::Client {
        // Even a client for plain HTTP needs a provider; an error means that there already is one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        reqwest::blocking::Client::new()
    }

    /// The URL of a route.
    pub(super) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// Starts the API on a free port, without rate limits.
    pub(super) fn start(engine: &Engine) -> BenchResult<Self> {
        let engine = engine.clone();
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let (tell, told) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async {
                let settings = ApiSettings {
                    bind: ([127, 0, 0, 1], 0).into(),
                    bearer_key: Some(KEY.to_owned()),
                    requests_per_minute: 0,
                    attempts_per_minute: 0,
                    ..ApiSettings::default()
                };
                let server = rag_api::serve(engine, settings);
                let address =
                    server.as_ref().map(rag_api::RunningServer::address).map_err(ToString::to_string);
                if tell.send(address).is_ok()
                    && let Ok(server) = server
                {
                    // Both ways to end mean the same: stop.
                    let _ = stopped.await;
                    server.stop().await;
                }
            });
        });
        let address = told.recv()??;
        Ok(Self { base: format!("http://{address}"), stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for BackgroundApi {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic of the thread has already been printed.
            let _ = thread.join();
        }
    }
}
