//! A server of this machine that gives fixed responses and counts requests.

use std::{
    collections::HashMap,
    io::{Read, Write},
    net::{IpAddr, Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use rag_fetch::{FetchError, FetchSettings, Fetched, Fetcher, Reason, Request, Validators};

/// A response: what is written for a path, as it is.
pub(crate) type Responses = HashMap<&'static str, Vec<u8>>;

/// A server that is stopped when it is dropped.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
    stops: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Serves on an address of this machine. `/endless` and `/slow` never end.
    pub(crate) fn on(ip: Ipv4Addr, responses: impl FnOnce(SocketAddr) -> Responses) -> Self {
        let listener = TcpListener::bind((ip, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let responses = responses(address);
        let requests: Arc<Mutex<Vec<String>>> = Arc::default();
        let stops: Arc<AtomicBool> = Arc::default();
        let (noted, stopped) = (Arc::clone(&requests), Arc::clone(&stops));
        let thread = thread::spawn(move || {
            let responses = Arc::new(responses);
            for stream in listener.incoming() {
                if stopped.load(Ordering::Relaxed) {
                    return;
                }
                let (responses, noted) = (Arc::clone(&responses), Arc::clone(&noted));
                thread::spawn(move || answer(stream.unwrap(), &responses, &noted));
            }
        });
        Self { address, requests, stops, thread: Some(thread) }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The requests so far, each with its headers.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    /// The paths of the requests so far.
    pub(crate) fn paths(&self) -> Vec<String> {
        let path = |request: &String| request.split(' ').nth(1).unwrap().to_owned();
        self.requests().iter().map(path).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stops.store(true, Ordering::Relaxed);
        drop(TcpStream::connect(self.address));
        if let Some(thread) = self.thread.take() {
            assert!(thread.join().is_ok() || thread::panicking());
        }
    }
}

fn answer(mut stream: TcpStream, responses: &Responses, noted: &Mutex<Vec<String>>) {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        if stream.read(&mut byte).unwrap_or(0) == 0 {
            // A connection that was opened counts, too.
            noted.lock().unwrap().push("GET (nothing)".to_owned());
            return;
        }
        request.extend(byte);
    }
    let request = String::from_utf8(request).unwrap();
    let path = request.split(' ').nth(1).unwrap().to_owned();
    noted.lock().unwrap().push(request);
    let path = path.split('?').next().unwrap();
    // A reader that has seen enough closes the connection.
    match path {
        "/endless" => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n");
            while stream.write_all(&[b'a'; 8192]).is_ok() {}
        }
        "/slow" => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n");
            while stream.write_all(b"a").is_ok() {
                thread::sleep(Duration::from_millis(20));
            }
        }
        "/silent" => {
            let _ = stream.read(&mut [0]);
        }
        path => {
            let none = page(404, "", "");
            let _ = stream.write_all(responses.get(path).unwrap_or(&none));
        }
    }
    let _ = stream.shutdown(Shutdown::Both);
}

/// A response with a status, further header lines and a body.
pub(crate) fn page(status: u16, headers: &str, body: &str) -> Vec<u8> {
    bytes(status, headers, body.as_bytes())
}

pub(crate) fn bytes(status: u16, headers: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status} -\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n");
    [head.as_bytes(), body].concat()
}

pub(crate) fn redirect(to: &str) -> Vec<u8> {
    page(302, &format!("Location: {to}\r\n"), "")
}

/// Settings that allow one address of this machine, at the ports of the servers, without a pause.
pub(crate) fn settings(servers: &[&Server]) -> FetchSettings {
    let [first, ..] = servers else { return FetchSettings::default() };
    FetchSettings {
        allow: vec![first.address.ip().into()],
        ports: servers.iter().map(|server| server.address.port()).collect(),
        timeout: Duration::from_secs(20),
        delay: Duration::ZERO,
        ..FetchSettings::default()
    }
}

pub(crate) const SITE: Ipv4Addr = Ipv4Addr::LOCALHOST;
/// Another address of this machine, which no setting of these tests allows.
pub(crate) const HIDDEN: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);

/// Fetches as a job does, and returns the outcome with the bytes.
pub(crate) fn fetch(fetcher: &Fetcher, url: &str) -> Result<(Fetched, Vec<u8>), FetchError> {
    fetch_known(fetcher, url, None)
}

pub(crate) fn fetch_known(
    fetcher: &Fetcher,
    url: &str,
    validators: Option<&Validators>,
) -> Result<(Fetched, Vec<u8>), FetchError> {
    let url = fetcher.read_url(url)?;
    let request = Request {
        url: &url,
        validators,
        is_bound_to_host: false,
        accepts: &|media_type| !media_type.starts_with("image/"),
        goes_on: &|| true,
    };
    let mut file = tempfile::NamedTempFile::new().unwrap();
    let outcome = fetcher.open()?.fetch(&request, file.as_file_mut())?;
    Ok((outcome, std::fs::read(file.path()).unwrap()))
}

/// The reason why an address cannot be fetched.
pub(crate) fn reason(fetcher: &Fetcher, url: &str) -> Reason {
    match fetch(fetcher, url) {
        Err(FetchError::Page { reason, .. }) => reason,
        other => panic!("{url}: {other:?}"),
    }
}

/// The reason behind a redirect.
pub(crate) fn behind(reason: Reason) -> Reason {
    match reason {
        Reason::Redirect(_, reason) => behind(*reason),
        other => other,
    }
}

pub(crate) fn socket(ip: impl Into<IpAddr>) -> SocketAddr {
    SocketAddr::new(ip.into(), 0)
}
