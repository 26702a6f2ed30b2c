//! Fetches documents from public web addresses: never connects to a private network, and asks each host for one page at a time. Knows no
//! database and no format.

mod address;
mod body;
mod error;
mod fetcher;
mod hosts;
mod resolver;
mod robots;
mod session;
mod settings;
mod url;

pub use address::is_public;
pub use error::{FetchError, Reason};
pub use fetcher::Fetcher;
pub use reqwest::Url;
pub use reqwest::dns::{Addrs, Name, Resolve, Resolving};
pub use session::{Fetched, Page, Request, Session, Validators};
pub use settings::FetchSettings;
pub use url::{MAX_URL_CHARS, join};
