//! Decides to which IP addresses a connection may be made: to those of the public internet, and to networks that the operator allows.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// IPv4 networks that are not part of the public internet (IANA's registry of special-purpose addresses), multicast, and the address at
/// which Azure serves its machines.
const CLOSED_V4: [Ipv4Net; 16] = [
    v4([0, 0, 0, 0], 8),
    v4([10, 0, 0, 0], 8),
    v4([100, 64, 0, 0], 10),
    v4([127, 0, 0, 0], 8),
    v4([168, 63, 129, 16], 32),
    v4([169, 254, 0, 0], 16),
    v4([172, 16, 0, 0], 12),
    v4([192, 0, 0, 0], 24),
    v4([192, 0, 2, 0], 24),
    v4([192, 88, 99, 0], 24),
    v4([192, 168, 0, 0], 16),
    v4([198, 18, 0, 0], 15),
    v4([198, 51, 100, 0], 24),
    v4([203, 0, 113, 0], 24),
    v4([224, 0, 0, 0], 4),
    v4([240, 0, 0, 0], 4),
];
/// The only IPv6 network from which public addresses are given out.
const OPEN_V6: Ipv6Net = v6([0x2000, 0, 0], 3);
/// Networks within it that are not public: those of protocols, among them Teredo, of documentation, and of 6to4. Teredo and 6to4 addresses
/// contain IPv4 addresses, and nothing public needs them any more.
const CLOSED_V6: [Ipv6Net; 4] =
    [v6([0x2001, 0, 0], 23), v6([0x2001, 0xdb8, 0], 32), v6([0x2002, 0, 0], 16), v6([0x3fff, 0, 0], 20)];
/// The network of NAT64, whose addresses stand for the IPv4 address in their last 32 bits. It is public as far as that is.
const NAT64: Ipv6Net = v6([0x64, 0xff9b, 0], 96);

const fn v4([a, b, c, d]: [u8; 4], bits: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), bits)
}

const fn v6([a, b, c]: [u16; 3], bits: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0), bits)
}

/// Returns whether an address belongs to the public internet.
pub fn is_public(address: IpAddr) -> bool {
    match plain(address) {
        IpAddr::V4(address) => !CLOSED_V4.iter().any(|network| network.contains(&address)),
        IpAddr::V6(address) => {
            OPEN_V6.contains(&address) && !CLOSED_V6.iter().any(|network| network.contains(&address))
        }
    }
}

/// Returns whether a connection may be made: the address is public, or in one of the allowed networks.
pub(crate) fn is_open(address: IpAddr, allowed: &[IpNet]) -> bool {
    let address = plain(address);
    is_public(address) || allowed.iter().any(|network| network.contains(&address))
}

/// Returns the IPv4 address that an IPv6 address stands for; any other address unchanged.
fn plain(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) if NAT64.contains(&address) => {
            let [.., a, b, c, d] = address.octets();
            IpAddr::V4(Ipv4Addr::new(a, b, c, d))
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn public(address: &str) -> bool {
        is_public(address.parse().unwrap())
    }

    #[test]
    fn public_addresses_are_public() {
        for address in [
            "1.1.1.1",
            "8.8.8.8",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "168.63.129.15",
            "172.15.255.255",
            "172.32.0.0",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2606:4700:4700::1111",
            "2a00:1450:4001:82b::200e",
            "64:ff9b::8.8.8.8",
            "::ffff:8.8.8.8",
        ] {
            assert!(public(address), "{address}");
        }
    }

    #[test]
    fn every_other_kind_of_address_is_not() {
        for address in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.100.100.200",
            "127.0.0.1",
            "127.255.255.254",
            "168.63.129.16",
            "169.254.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.0.192",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.0.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::7f00:1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::10.0.0.1",
            "64:ff9b::169.254.169.254",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:2::1",
            "2001:10::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "2002:808:808::1",
            "3fff::1",
            "4000::1",
            "5f00::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!public(address), "{address}");
        }
    }

    #[test]
    fn an_allowed_network_is_open_in_every_form_of_its_addresses() {
        let allowed = ["10.1.0.0/16".parse().unwrap(), "fd12::/16".parse().unwrap()];
        for address in ["10.1.2.3", "::ffff:10.1.2.3", "64:ff9b::10.1.2.3", "fd12::1", "1.1.1.1"] {
            assert!(is_open(address.parse().unwrap(), &allowed), "{address}");
        }
        for address in ["10.2.0.1", "::ffff:10.2.0.1", "fd13::1", "169.254.169.254"] {
            assert!(!is_open(address.parse().unwrap(), &allowed), "{address}");
        }
    }

    /// The IPv6 forms of an IPv4 address: mapped, compatible, translated, NAT64 of both kinds, 6to4, Teredo by server and by client, ISATAP
    /// on a private link.
    fn forms(address: Ipv4Addr) -> [Ipv6Addr; 9] {
        let bits = u128::from(address.to_bits());
        let at = |prefix: u128, shift: u32| Ipv6Addr::from_bits(prefix << 96 | bits << shift);
        [
            at(0, 0) | Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0, 0),
            at(0, 0),
            at(0, 0) | Ipv6Addr::new(0, 0, 0, 0, 0xffff, 0, 0, 0),
            at(0x0064_ff9b, 0),
            at(0x0064_ff9b, 0) | Ipv6Addr::new(0, 0, 1, 0, 0, 0, 0, 0),
            at(0x2002_0000, 80),
            at(0x2001_0000, 64),
            at(0x2001_0000, 0),
            at(0xfe80_0000, 0) | Ipv6Addr::new(0, 0, 0, 0, 0, 0x5efe, 0, 0),
        ]
    }

    proptest! {
        /// No spelling of a private address as an IPv6 address is public.
        #[test]
        fn the_ipv6_forms_of_a_closed_address_are_closed(network in 0..CLOSED_V4.len(), host: u32) {
            let network = CLOSED_V4[network];
            let address = Ipv4Addr::from_bits(network.network().to_bits() | host & network.hostmask().to_bits());
            prop_assert!(!is_public(address.into()));
            for form in forms(address) {
                prop_assert!(!is_public(form.into()), "{}", form);
            }
        }

        /// The classes that the standard library knows are all closed.
        #[test]
        fn no_public_address_is_of_a_special_class(bits: u32) {
            let a = Ipv4Addr::from_bits(bits);
            let is_special = a.is_unspecified() || a.is_private() || a.is_loopback() || a.is_link_local() || a.is_broadcast()
                || a.is_documentation() || a.is_multicast();
            prop_assert!(!(is_special && is_public(a.into())));
        }

        #[test]
        fn no_public_ipv6_address_is_of_a_special_class(bits: u128) {
            let a = Ipv6Addr::from_bits(bits);
            let is_special = a.is_unspecified() || a.is_loopback() || a.is_unique_local() || a.is_unicast_link_local() || a.is_multicast();
            prop_assert!(!(is_special && is_public(a.into())));
            prop_assert!(bits >> 125 == 1 || !is_public(a.into()) || a.to_ipv4_mapped().is_some() || bits >> 32 == 0x64_ff9b << 64);
        }
    }
}
