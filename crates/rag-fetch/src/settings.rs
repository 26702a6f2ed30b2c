//! The limits of fetching; their defaults are those of `config/rag.toml`.

use std::time::Duration;

use ipnet::IpNet;

/// Settings of fetching.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchSettings {
    /// Networks outside of the public internet to which connections may be made.
    pub allow: Vec<IpNet>,
    /// Ports to which connections may be made.
    pub ports: Vec<u16>,
    /// Maximum time for a page, from the first request to the last byte, with its redirects.
    pub timeout: Duration,
    /// Maximum size of a page, in bytes, as it is sent and after it is decompressed.
    pub max_bytes: u64,
    /// Maximum number of redirects on the way to a page.
    pub max_redirects: usize,
    /// Pause between two requests to a host.
    pub delay: Duration,
    /// Address or mail address at which the operator can be reached, for the header `User-Agent`; empty for none.
    pub contact: String,
}

impl Default for FetchSettings {
    fn default() -> Self {
        Self {
            allow: Vec::new(),
            ports: vec![80, 443],
            timeout: Duration::from_mins(1),
            max_bytes: 32 << 20,
            max_redirects: 5,
            delay: Duration::from_secs(1),
            contact: String::new(),
        }
    }
}
