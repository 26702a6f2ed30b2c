//! Fetches pages one after the other: follows redirects to checked addresses, obeys robots.txt, and keeps within the limits.

use std::{fs::File, sync::Arc, time::Duration};

use reqwest::{
    Client, Response, StatusCode, Url,
    header::{
        ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderName, IF_MODIFIED_SINCE,
        IF_NONE_MATCH, LAST_MODIFIED, LOCATION,
    },
};
use tokio::{
    runtime::Runtime,
    time::{Instant, sleep, timeout_at},
};

use crate::{
    FetchError, FetchSettings, Fetcher, Reason,
    body::{Body, BodyError, Coding},
    resolver::NoOpenAddress,
    robots::{MAX_ROBOTS_BYTES, SiteRules},
    url::{check, join},
};

/// Interval at which the caller is asked whether to go on.
const TICK: Duration = Duration::from_millis(200);
/// Maximum number of redirects of a robots.txt (RFC 9309).
const MAX_ROBOTS_REDIRECTS: usize = 5;
/// Maximum length of a header that is kept, in bytes.
const MAX_HEADER_BYTES: usize = 1_000;

/// A page to fetch.
pub struct Request<'a> {
    /// Address, from `Fetcher::read_url` or `join`.
    pub url: &'a Url,
    /// Facts of the last fetch. If the page has not changed since, it is not sent again.
    pub validators: Option<&'a Validators>,
    /// Whether redirects must stay on the host of the address.
    pub is_bound_to_host: bool,
    /// Decides by the media type whether a page is wanted.
    pub accepts: &'a dyn Fn(&str) -> bool,
    /// Returns whether to go on; called a few times a second.
    pub goes_on: &'a dyn Fn() -> bool,
}

/// The facts by which a server knows whether a page has changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Validators {
    /// Address from which the page came, after redirects.
    pub url: String,
    /// Header `ETag`.
    pub etag: Option<String>,
    /// Header `Last-Modified`.
    pub last_modified: Option<String>,
}

/// A page that was fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Address from which it came, after redirects.
    pub url: Url,
    /// Media type that the server gives, in lower case and without parameters.
    pub media_type: Option<String>,
    /// Facts for the next fetch.
    pub validators: Validators,
}

/// The outcome of a fetch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fetched {
    /// The page, whose bytes are in the file.
    Page(Page),
    /// The page has not changed; the file is empty.
    Unchanged,
}

/// A client with its connections, for one thread.
#[derive(Debug)]
pub struct Session {
    fetcher: Fetcher,
    client: Client,
    /// Always `Some` until the drop.
    runtime: Option<Runtime>,
}

impl Drop for Session {
    fn drop(&mut self) {
        // A name that is still being resolved is not waited for.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Session {
    pub(crate) fn new(fetcher: Fetcher, client: Client, runtime: Runtime) -> Self {
        Self { fetcher, client, runtime: Some(runtime) }
    }

    /// Fetches a page into an empty file. Waits for the turn to ask its host; the caller's time counts from then.
    pub fn fetch(&self, request: &Request<'_>, file: &mut File) -> Result<Fetched, FetchError> {
        let Some(runtime) = &self.runtime else { return Err(FetchError::Stopped) };
        runtime.block_on(async {
            tokio::select! {
                fetched = self.follow(request, file) => fetched,
                () = stopped(request.goes_on) => Err(FetchError::Stopped),
            }
        })
    }

    fn settings(&self) -> &FetchSettings {
        &self.fetcher.shared.settings
    }

    /// Asks the address, and then those to which it redirects.
    async fn follow(&self, request: &Request<'_>, file: &mut File) -> Result<Fetched, FetchError> {
        let FetchSettings { timeout, max_redirects, delay, .. } = *self.settings();
        let (mut url, mut left) = (request.url.clone(), timeout);
        for _ in 0..=max_redirects {
            self.check(request, &url).map_err(|reason| redirected(request.url, &url, reason))?;
            let host = url.host_str().unwrap_or_default();
            let mut turn = self.fetcher.shared.hosts.turn(host, delay).await;
            let began = Instant::now();
            let step = async {
                let rules = self.rules(&url).await?;
                turn.lengthen(rules.pause());
                if !rules.allow(&url) {
                    return Err(Reason::Robots.into());
                }
                self.ask(request, &url, file).await
            };
            let late = Reason::TimedOut(timeout.as_secs());
            match timeout_at(began + left, step).await.unwrap_or(Err(late.into())) {
                Ok(Step::Fetched(fetched)) => return Ok(fetched),
                Ok(Step::Redirect(to)) => url = to,
                Err(BodyError::Page(reason)) => return Err(redirected(request.url, &url, reason)),
                Err(BodyError::File(error)) => return Err(FetchError::File(error)),
            }
            left = left.saturating_sub(began.elapsed());
        }
        Err(Reason::Redirects(max_redirects).at(request.url.as_str()))
    }

    /// Refuses an address that may not be asked.
    fn check(&self, request: &Request<'_>, url: &Url) -> Result<(), Reason> {
        if request.is_bound_to_host && url.host() != request.url.host() {
            return Err(Reason::OtherSite);
        }
        check(url, self.settings())
    }

    /// Asks for the page.
    async fn ask(&self, request: &Request<'_>, url: &Url, file: &mut File) -> Result<Step, BodyError> {
        let mut asked = self
            .client
            .get(url.clone())
            .header(ACCEPT, "text/html,*/*;q=0.8")
            .header(ACCEPT_ENCODING, "gzip");
        let validators = request.validators.filter(|known| known.url == url.as_str());
        if let Some(Validators { etag, last_modified, .. }) = validators {
            asked = etag.iter().fold(asked, |asked, etag| asked.header(IF_NONE_MATCH, etag));
            asked = last_modified.iter().fold(asked, |asked, at| asked.header(IF_MODIFIED_SINCE, at));
        }
        let mut response = asked.send().await.map_err(|error| reason_of(&error))?;
        match response.status() {
            StatusCode::OK | StatusCode::NON_AUTHORITATIVE_INFORMATION => {}
            StatusCode::NOT_MODIFIED if validators.is_some() => return Ok(Step::Fetched(Fetched::Unchanged)),
            status => {
                return Ok(Step::Redirect(target(&response, url).ok_or(Reason::Status(status.as_u16()))??));
            }
        }
        let media_type = header(&response, CONTENT_TYPE).map(|media_type| essence(&media_type));
        if let Some(refused) = media_type.as_ref().filter(|media_type| !(request.accepts)(media_type)) {
            return Err(Reason::MediaType(refused.clone()).into());
        }
        let coding = Coding::of_header(header(&response, CONTENT_ENCODING).as_deref())?;
        let max_bytes = self.settings().max_bytes;
        if response.content_length().is_some_and(|length| length > max_bytes) {
            return Err(Reason::TooLarge(max_bytes).into());
        }
        let mut body = Body::new(coding, file, max_bytes);
        while let Some(bytes) = response.chunk().await.map_err(|error| reason_of(&error))? {
            body.write(&bytes)?;
        }
        body.finish()?;
        let validators = Validators {
            url: url.to_string(),
            etag: header(&response, ETAG),
            last_modified: header(&response, LAST_MODIFIED),
        };
        Ok(Step::Fetched(Fetched::Page(Page { url: url.clone(), media_type, validators })))
    }

    /// Returns the rules of the address's site: those that are known, or else those of its robots.txt.
    async fn rules(&self, url: &Url) -> Result<Arc<SiteRules>, Reason> {
        let site = url.join("/robots.txt").map_err(|_invalid| Reason::Spelling)?;
        let known = &self.fetcher.shared.robots;
        if let Some(rules) = known.find(&site) {
            return Ok(rules);
        }
        let rules = Arc::new(self.read_rules(&site).await?);
        known.keep(&site, &rules);
        Ok(rules)
    }

    async fn read_rules(&self, site: &Url) -> Result<SiteRules, Reason> {
        let mut url = site.clone();
        for _ in 0..=MAX_ROBOTS_REDIRECTS {
            check(&url, self.settings()).map_err(|_refused| Reason::RobotsUnreadable)?;
            let asked = self.client.get(url.clone()).header(ACCEPT_ENCODING, "identity");
            let mut response = asked.send().await.map_err(|error| reason_of(&error))?;
            let status = response.status();
            if status.is_success() {
                let mut text = Vec::new();
                while text.len() <= MAX_ROBOTS_BYTES
                    && let Some(bytes) = response.chunk().await.map_err(|error| reason_of(&error))?
                {
                    text.extend_from_slice(&bytes);
                }
                return Ok(SiteRules::parse(&text));
            }
            if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
                return Err(Reason::RobotsUnreadable);
            }
            match target(&response, &url) {
                Some(to) => url = to.map_err(|_refused| Reason::RobotsUnreadable)?,
                None => return Ok(SiteRules::none()),
            }
        }
        Ok(SiteRules::none())
    }
}

/// The outcome of one request.
enum Step {
    Fetched(Fetched),
    Redirect(Url),
}

impl From<Reason> for BodyError {
    fn from(reason: Reason) -> Self {
        Self::Page(reason)
    }
}

async fn stopped(goes_on: &dyn Fn() -> bool) {
    while goes_on() {
        sleep(TICK).await;
    }
}

/// Names the redirect that the reason is about, if there was one.
fn redirected(from: &Url, to: &Url, reason: Reason) -> FetchError {
    let reason = if from == to { reason } else { Reason::Redirect(to.to_string(), Box::new(reason)) };
    reason.at(from.as_str())
}

/// Returns the target of a redirect; `None` if the response is not one.
fn target(response: &Response, url: &Url) -> Option<Result<Url, Reason>> {
    let is_redirect = matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308);
    let to = header(response, LOCATION).filter(|_| is_redirect)?;
    Some(join(Some(url), &to).map_err(|reason| Reason::Redirect(to, Box::new(reason))))
}

fn header(response: &Response, name: HeaderName) -> Option<String> {
    let value = response.headers().get(name)?.to_str().ok()?;
    (value.len() <= MAX_HEADER_BYTES).then(|| value.to_owned())
}

/// Returns a media type without its parameters.
fn essence(media_type: &str) -> String {
    media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Returns the reason of a failed request. The texts of the library can contain addresses of a private network.
fn reason_of(error: &reqwest::Error) -> Reason {
    let mut causes = std::iter::successors(std::error::Error::source(error), |cause| cause.source());
    if causes.any(<dyn std::error::Error>::is::<NoOpenAddress>) {
        return Reason::NotPublic;
    }
    tracing::debug!(?error, "a request for a page failed");
    if error.is_connect() { Reason::NoConnection } else { Reason::Broken }
}
