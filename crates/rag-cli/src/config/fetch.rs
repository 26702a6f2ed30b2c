//! The section of the configuration about fetching documents from addresses.

use ipnet::IpNet;
use serde::Deserialize;

/// Fetching documents from addresses.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fetch {
    pub(crate) enabled: bool,
    pub(crate) allow: Vec<IpNet>,
    pub(crate) ports: Vec<u16>,
    pub(crate) workers: usize,
    pub(crate) timeout_s: u64,
    pub(crate) max_page_bytes: u64,
    pub(crate) max_redirects: usize,
    pub(crate) max_pages: usize,
    pub(crate) delay_ms: u64,
    pub(crate) contact: String,
}
