//! A site on this machine whose pages change, which knows the tags of its pages and counts requests.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    io::{BufRead, BufReader, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use rag_engine::FetchJobSettings;
use rag_fetch::FetchSettings;

/// What is at a path.
#[derive(Clone)]
pub(crate) enum Page {
    /// A page with the media type.
    Text(&'static str, String),
    /// A redirect.
    Moved(String),
    /// A status without a page.
    Status(u16),
}

#[derive(Default)]
struct Shared {
    pages: Mutex<HashMap<String, Page>>,
    requests: Mutex<Vec<(String, u16)>>,
    /// Whether requests of `/held` are answered.
    is_open: (Mutex<bool>, Condvar),
    stops: AtomicBool,
}

/// A site that is closed when it is dropped.
pub(crate) struct Site {
    address: SocketAddr,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Site {
    pub(crate) fn open(pages: &[(&str, &str)]) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared::default());
        let serving = Arc::clone(&shared);
        let thread = thread::spawn(move || {
            for stream in listener.incoming() {
                if serving.stops.load(Ordering::Relaxed) {
                    return;
                }
                let serving = Arc::clone(&serving);
                thread::spawn(move || serving.answer(stream.unwrap()));
            }
        });
        let site = Self { address, shared, thread: Some(thread) };
        for (path, html) in pages {
            site.put(path, Page::Text("text/html", (*html).to_owned()));
        }
        site
    }

    pub(crate) fn put(&self, path: &str, page: Page) {
        self.shared.pages.lock().unwrap().insert(path.to_owned(), page);
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The paths that were asked for since the last call with the statuses, but for robots.txt.
    pub(crate) fn take_requests(&self) -> Vec<(String, u16)> {
        let mut requests = std::mem::take(&mut *self.shared.requests.lock().unwrap());
        requests.retain(|(path, _)| path != "/robots.txt");
        requests
    }

    /// Answers the requests of `/held` from now on.
    pub(crate) fn release(&self) {
        *self.shared.is_open.0.lock().unwrap() = true;
        self.shared.is_open.1.notify_all();
    }

    /// Settings by which this site is fetched, without a pause.
    pub(crate) fn settings(&self) -> FetchJobSettings {
        let pages = FetchSettings {
            allow: vec![self.address.ip().into()],
            ports: vec![self.address.port()],
            delay: Duration::ZERO,
            ..FetchSettings::default()
        };
        FetchJobSettings { pages, workers: 1, max_pages: 50 }
    }
}

impl Shared {
    fn answer(&self, mut stream: TcpStream) {
        let lines = BufReader::new(stream.try_clone().unwrap()).lines();
        let request: Vec<String> = lines.map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
        let Some(path) = request.first().and_then(|line| line.split(' ').nth(1)).map(str::to_owned) else {
            return;
        };
        if path == "/held" {
            let is_open = self.is_open.0.lock().unwrap();
            let is_closed = |open: &mut bool| !*open && !self.stops.load(Ordering::Relaxed);
            drop(self.is_open.1.wait_while(is_open, is_closed).unwrap());
        }
        let page = self.pages.lock().unwrap().get(&path).cloned().unwrap_or(Page::Status(404));
        let (status, headers, body) = match page {
            Page::Text(media_type, body) => {
                let tag = format!("\"{:x}\"", hash(&body));
                let is_known = request.iter().any(|line| *line == format!("if-none-match: {tag}"));
                let headers = format!("Content-Type: {media_type}\r\nETag: {tag}\r\n");
                if is_known { (304, headers, String::new()) } else { (200, headers, body) }
            }
            Page::Moved(to) => (302, format!("Location: {to}\r\n"), String::new()),
            Page::Status(status) => (status, String::new(), String::new()),
        };
        self.requests.lock().unwrap().push((path, status));
        let length = body.len();
        // The client may have been stopped.
        let _ = write!(
            stream,
            "HTTP/1.1 {status} -\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
        );
    }
}

fn hash(body: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    body.hash(&mut hasher);
    hasher.finish()
}

impl Drop for Site {
    fn drop(&mut self) {
        self.shared.stops.store(true, Ordering::Relaxed);
        self.release();
        drop(TcpStream::connect(self.address));
        if let Some(thread) = self.thread.take() {
            assert!(thread.join().is_ok() || thread::panicking(), "the site panicked");
        }
    }
}
