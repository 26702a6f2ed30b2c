//! The client's address of a request.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use actix_web::http::header::{HeaderMap, X_FORWARDED_FOR};
use ipnet::IpNet;

/// Returns the client's address of a request from `peer`: the peer itself or, if that is a trusted proxy, the last address in
/// `X-Forwarded-For` that is not a trusted proxy. A client can forge every address before that one.
pub(crate) fn client(peer: Option<SocketAddr>, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let mut client = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip().to_canonical());
    let lines: Vec<_> = headers.get_all(X_FORWARDED_FOR).filter_map(|line| line.to_str().ok()).collect();
    let mut passed_on = lines.iter().flat_map(|line| line.split(',')).rev();
    while trusted.iter().any(|net| net.contains(&client)) {
        match passed_on.next().and_then(|text| address(text.trim())) {
            Some(before) => client = before,
            None => break,
        }
    }
    site(client)
}

/// Parses an address, with or without a port.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()));
    bare.map(|address: IpAddr| address.to_canonical())
}

/// Returns the network of a site for an IPv6 address; an IPv4 address unchanged.
fn site(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(full) => {
            let [a, b, c, d, ..] = full.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn from(peer: &str, forwarded: &[&str]) -> String {
        let trusted = ["10.0.0.0/8".parse().unwrap(), "2001:db8:ffff::/48".parse().unwrap()];
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append(X_FORWARDED_FOR, HeaderValue::from_str(line).unwrap());
        }
        client(Some(peer.parse().unwrap()), &headers, &trusted).to_string()
    }

    #[test]
    fn a_site_is_one_address() {
        assert_eq!(from("[2001:db8:1:2:3::4]:1", &[]), from("[2001:db8:1:2:ffff::]:1", &[]));
        assert_ne!(from("[2001:db8:1:2::1]:1", &[]), from("[2001:db8:1:3::1]:1", &[]));
        assert_eq!(from("[::ffff:192.0.2.1]:1", &[]), "192.0.2.1");
    }

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        assert_eq!(from("192.0.2.1:1", &["198.51.100.7"]), "192.0.2.1");
        assert_eq!(from("10.0.0.1:1", &["198.51.100.7"]), "198.51.100.7");
        assert_eq!(from("[2001:db8:ffff::1]:1", &["[2001:db8:1:2::9]:443"]), "2001:db8:1:2::");
    }

    #[test]
    fn what_the_client_itself_claims_counts_for_nothing() {
        assert_eq!(from("10.0.0.1:1", &["10.9.9.9, 203.0.113.5, 198.51.100.7:80, 10.0.0.2"]), "198.51.100.7");
        assert_eq!(from("10.0.0.1:1", &["203.0.113.5", "198.51.100.7"]), "198.51.100.7");
    }

    #[test]
    fn a_proxy_that_says_nothing_is_the_client_itself() {
        assert_eq!(from("10.0.0.1:1", &[]), "10.0.0.1");
        assert_eq!(from("10.0.0.1:1", &["unknown"]), "10.0.0.1");
        assert_eq!(from("10.0.0.1:1", &["203.0.113.5, 10.0.0.3, "]), "10.0.0.1");
    }
}
