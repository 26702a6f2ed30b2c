//! The fetcher of a process: its settings, the turns to ask hosts, and the rules of the sites that it has asked.

use std::{fmt, sync::Arc};

use reqwest::{Client, Url, dns::Resolve, redirect::Policy};
use tokio::runtime::Builder;

use crate::{
    FetchError, FetchSettings, Session,
    hosts::Hosts,
    resolver::{OpenNames, SystemNames},
    robots::KnownRobots,
    url,
};

/// The name by which sites know us, in `User-Agent` and robots.txt.
pub(crate) const PRODUCT: &str = "rag-fetch";

/// Fetches pages. Cheap to clone: clones share the turns to ask a host.
#[derive(Clone)]
pub struct Fetcher {
    pub(crate) shared: Arc<Shared>,
}

pub(crate) struct Shared {
    pub(crate) settings: FetchSettings,
    pub(crate) hosts: Hosts,
    pub(crate) robots: KnownRobots,
    names: Arc<dyn Resolve>,
}

impl Fetcher {
    /// Creates a fetcher that uses the names of the operating system.
    pub fn new(settings: FetchSettings) -> Self {
        Self::with_names(settings, Arc::new(SystemNames))
    }

    /// Creates a fetcher that resolves names by `names`; their addresses are checked as any others.
    pub fn with_names(settings: FetchSettings, names: Arc<dyn Resolve>) -> Self {
        let shared = Shared { settings, hosts: Hosts::default(), robots: KnownRobots::default(), names };
        Self { shared: Arc::new(shared) }
    }

    /// Reads an address, without its fragment. Refuses one that is never fetched; the name of its host is not resolved.
    pub fn read_url(&self, text: &str) -> Result<Url, FetchError> {
        let read = url::read(text).and_then(|url| url::check(&url, &self.shared.settings).map(|()| url));
        read.map_err(|reason| reason.at(text))
    }

    /// Opens a session, which keeps its connections until it is dropped. Only for threads that may block.
    pub fn open(&self) -> Result<Session, FetchError> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let client = self.client().map_err(std::io::Error::other)?;
        Ok(Session::new(self.clone(), client, runtime))
    }

    fn client(&self) -> reqwest::Result<Client> {
        // An error means that the process already has a provider, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        self.builder().build().or_else(|error| {
            tracing::warn!(%error, "cannot use the root certificates of this machine: addresses with https are not fetched");
            self.builder().tls_certs_only([]).build()
        })
    }

    fn builder(&self) -> reqwest::ClientBuilder {
        let Shared { settings, names, .. } = &*self.shared;
        let contact = settings.contact.trim();
        let contact = if contact.is_empty() { String::new() } else { format!(" (+{contact})") };
        Client::builder()
            .user_agent(format!("{PRODUCT}/{}{contact}", env!("CARGO_PKG_VERSION")))
            // A proxy would resolve names itself, unchecked.
            .no_proxy()
            // Each target of a redirect is checked first.
            .redirect(Policy::none())
            .referer(false)
            .http1_only()
            .pool_max_idle_per_host(1)
            .dns_resolver(OpenNames { names: Arc::clone(names), allowed: settings.allow.clone() })
    }
}

impl fmt::Debug for Fetcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fetcher").field("settings", &self.shared.settings).finish_non_exhaustive()
    }
}
