//! A proxy before a database that cuts a connection at the worst moment: the commit is durable, and its success is not seen.

use std::{
    io::{Read, Write},
    net::Shutdown,
    os::unix::net::{UnixListener, UnixStream},
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use tempfile::TempDir;

/// A proxy before the server of a URL that names the folder of its socket (`?host=`).
pub struct CutProxy {
    folder: TempDir,
    url: String,
    wanted: Arc<Wanted>,
}

#[derive(Default)]
struct Wanted {
    /// Text of a statement of the transaction after whose commit a connection is cut.
    text: Mutex<Option<String>>,
    has_cut: AtomicBool,
}

impl CutProxy {
    /// Starts a proxy, which cuts nothing yet.
    pub fn new(url: &str) -> Self {
        let (base, parameters) = url.split_once('?').expect("a URL with parameters");
        let host = parameters.split('&').find_map(|parameter| parameter.strip_prefix("host="));
        let server = PathBuf::from(host.expect("a URL with the folder of a socket")).join(".s.PGSQL.5432");
        let folder = TempDir::new().unwrap();
        let listener = UnixListener::bind(folder.path().join(".s.PGSQL.5432")).unwrap();
        let wanted = Arc::new(Wanted::default());
        let shared = Arc::clone(&wanted);
        // Ends with the process: the listener is not woken.
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                // A database that is being dropped accepts no connection.
                let Ok(server) = UnixStream::connect(&server) else { continue };
                relay(&client, &server, &shared);
            }
        });
        let url = format!("{base}?host={}&port=5432", folder.path().display());
        Self { folder, url, wanted }
    }

    /// Where the database is, by way of the proxy.
    pub fn url(&self) -> &str {
        debug_assert!(self.folder.path().exists(), "the socket lives as long as the proxy");
        &self.url
    }

    /// Cuts the next connection that commits a transaction with a statement that contains `text`, which must be one that the connection
    /// has not prepared yet.
    pub fn cut_after_commit_of(&self, text: &str) {
        *self.wanted.text.lock().unwrap() = Some(text.to_owned());
    }

    /// Whether a connection was cut.
    pub fn has_cut(&self) -> bool {
        self.wanted.has_cut.load(Ordering::SeqCst)
    }
}

/// Passes on what both sides say, each in a thread, until one ends or the connection is cut.
fn relay(client: &UnixStream, server: &UnixStream, wanted: &Arc<Wanted>) {
    let is_cutting = Arc::new(AtomicBool::new(false));
    let (mut from, mut to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
    let (cutting, shared) = (Arc::clone(&is_cutting), Arc::clone(wanted));
    thread::spawn(move || {
        let mut is_wanted = false;
        let mut buffer = vec![0; 1 << 16];
        while let Ok(length @ 1..) = from.read(&mut buffer) {
            let bytes = buffer.get(..length).unwrap_or_default();
            let said = String::from_utf8_lossy(bytes);
            let mut text = shared.text.lock().unwrap();
            is_wanted |= text.as_ref().is_some_and(|text| said.contains(text.as_str()));
            if is_wanted && said.contains("COMMIT") {
                *text = None;
                cutting.store(true, Ordering::SeqCst);
            }
            drop(text);
            if to.write_all(bytes).is_err() {
                break;
            }
        }
        end(&from, &to);
    });
    let (mut from, mut to) = (server.try_clone().unwrap(), client.try_clone().unwrap());
    let shared = Arc::clone(wanted);
    thread::spawn(move || {
        let mut buffer = vec![0; 1 << 16];
        while let Ok(length @ 1..) = from.read(&mut buffer) {
            // The server answers a commit when it is durable.
            if is_cutting.load(Ordering::SeqCst) {
                end(&from, &to);
                shared.has_cut.store(true, Ordering::SeqCst);
                return;
            }
            if to.write_all(buffer.get(..length).unwrap_or_default()).is_err() {
                break;
            }
        }
        end(&from, &to);
    });
}

fn end(one: &UnixStream, other: &UnixStream) {
    // The other side may have ended it before.
    let _ = (one.shutdown(Shutdown::Both), other.shutdown(Shutdown::Both));
}
