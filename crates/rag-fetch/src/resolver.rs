//! Resolves the names of hosts, and hands on those of their addresses that are open: a connection is made to an address that was checked.

use std::{fmt, net::SocketAddr, sync::Arc};

use ipnet::IpNet;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::address::is_open;

/// The names of the operating system.
pub(crate) struct SystemNames;

impl Resolve for SystemNames {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let found: Addrs = Box::new(found.into_iter());
            Ok(found)
        })
    }
}

/// Resolves each name once for each connection and leaves out the addresses that are not open.
pub(crate) struct OpenNames {
    pub(crate) names: Arc<dyn Resolve>,
    pub(crate) allowed: Vec<IpNet>,
}

/// The error for a host without an open address.
#[derive(Debug)]
pub(crate) struct NoOpenAddress;

impl fmt::Display for NoOpenAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the host has no open address")
    }
}

impl std::error::Error for NoOpenAddress {}

impl Resolve for OpenNames {
    fn resolve(&self, name: Name) -> Resolving {
        let (host, allowed) = (name.as_str().to_owned(), self.allowed.clone());
        let found = self.names.resolve(name);
        Box::pin(async move {
            let found: Vec<SocketAddr> = found
                .await
                .map_err(|error| {
                    tracing::info!(host, error, "cannot resolve the host of an address to fetch");
                    NoOpenAddress
                })?
                .collect();
            let open: Vec<SocketAddr> =
                found.iter().copied().filter(|address| is_open(address.ip(), &allowed)).collect();
            if open.is_empty() {
                tracing::warn!(
                    host,
                    ?found,
                    "refused to fetch from a host: none of its addresses is public or allowed"
                );
                return Err(NoOpenAddress.into());
            }
            let open: Addrs = Box::new(open.into_iter());
            Ok(open)
        })
    }
}
