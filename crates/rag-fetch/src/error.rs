//! The reasons why a page cannot be fetched, for the person who named its address.

use std::io;

/// A fetch without a page.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The page cannot be fetched.
    #[error("cannot fetch {url}: {reason}")]
    Page {
        /// The address.
        url: String,
        /// The reason.
        reason: Reason,
    },
    /// The file for the page cannot be written.
    #[error("cannot write a temporary file: {0}")]
    File(#[from] io::Error),
    /// The caller ended the fetch.
    #[error("the fetch was stopped")]
    Stopped,
}

/// The reason why an address is not fetched. A host with private addresses and one without any have the same reason, so that nobody
/// learns the names of a private network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// Another scheme than http and https.
    #[error("the address must begin with http:// or https://")]
    Scheme,
    /// A user name or password in the address.
    #[error("an address with a user name or a password is not fetched")]
    Credentials,
    /// An address that hides its host, or is not an address.
    #[error("the address is not valid: give the host as a name or as an IP address in its usual form")]
    Spelling,
    /// The address is too long; the maximum length in characters.
    #[error("the address is longer than {0} characters")]
    TooLong(usize),
    /// A port that is not allowed.
    #[error("port {0} is not one that this server fetches from; its operator names them in fetch.ports")]
    Port(u16),
    /// No address of the host is open.
    #[error(
        "the host is unknown or has no public address; the operator of this server can allow a private network in fetch.allow"
    )]
    NotPublic,
    /// The site's robots.txt forbids it.
    #[error("the site's robots.txt forbids it")]
    Robots,
    /// The site's robots.txt cannot be read, which counts as a prohibition (RFC 9309).
    #[error("the site's robots.txt cannot be read at present, so the site is not fetched from")]
    RobotsUnreadable,
    /// The status of a response that is not a page.
    #[error("the server answered {0}")]
    Status(u16),
    /// Too many redirects; their maximum number.
    #[error("it redirects more than {0} times")]
    Redirects(usize),
    /// A redirect that cannot be followed: its target, and the reason.
    #[error("it redirects to {0}: {1}")]
    Redirect(String, Box<Reason>),
    /// A redirect from the site that is fetched to another one.
    #[error("it is on another site")]
    OtherSite,
    /// A body that is too large; the limit in bytes.
    #[error("it is larger than {0} bytes")]
    TooLarge(u64),
    /// A media type that no document has.
    #[error("it is of type {0}, which is not read")]
    MediaType(String),
    /// A content coding that was not asked for.
    #[error("it is compressed in a way that was not asked for")]
    Coding,
    /// Compressed bytes that are damaged.
    #[error("its compressed bytes are damaged")]
    Damaged,
    /// No complete response in time; the limit in seconds.
    #[error("it did not arrive within {0} s")]
    TimedOut(u64),
    /// No connection.
    #[error("the server cannot be reached, or has no valid certificate")]
    NoConnection,
    /// A connection that broke.
    #[error("the connection broke")]
    Broken,
}

impl Reason {
    /// Returns whether another attempt may succeed.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::TimedOut(_) | Self::NoConnection | Self::Broken | Self::RobotsUnreadable => true,
            Self::Status(status) => matches!(status, 408 | 425 | 429 | 500..),
            Self::Redirect(_, reason) => reason.is_transient(),
            _ => false,
        }
    }

    /// Names the address that the reason is about.
    pub(crate) fn at(self, url: &(impl ToString + ?Sized)) -> FetchError {
        FetchError::Page { url: url.to_string(), reason: self }
    }
}
