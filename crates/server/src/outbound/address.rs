//! Which addresses are never called, whoever names them.
//!
//! Private networks stay allowed: providers stand in the same VPC. So an address is refused for one
//! reason: something answers there that trusts whoever can reach it, as only this machine or its
//! neighbours can.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether this machine itself may be called, as for a provider in development.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Loopback {
    Refused,
    Allowed,
}

/// Whether a connection may be made to `address`.
pub(super) fn is_allowed(address: IpAddr, loopback: Loopback) -> bool {
    match address {
        IpAddr::V4(address) => is_allowed_v4(address, loopback),
        IpAddr::V6(address) => is_allowed_v6(address, loopback),
    }
}

/// Whether the address is of this machine, in any way to write it.
pub(super) fn is_loopback(address: IpAddr) -> bool {
    is_allowed(address, Loopback::Allowed) && !is_allowed(address, Loopback::Refused)
}

fn is_allowed_v4(address: Ipv4Addr, loopback: Loopback) -> bool {
    match address.octets() {
        [127, ..] => loopback == Loopback::Allowed,
        // "This network": Linux takes 0.0.0.0 for itself [RFC 1122 §3.2.1.3]. Multicast, reserved and
        // broadcast [RFC 1112 §4].
        [0 | 224..=255, ..]
        // Link-local: metadata and credentials of EC2, ECS, EKS and most other clouds [RFC 3927].
        | [169, 254, ..] => false,
        _ => !METADATA_V4.contains(&address),
    }
}

fn is_allowed_v6(address: Ipv6Addr, loopback: Loopback) -> bool {
    if address.is_loopback() {
        return loopback == Loopback::Allowed;
    }
    if let Some(inner) = embedded_v4(address) {
        return is_allowed_v4(inner, loopback);
    }
    match address.segments() {
        // Link-local [RFC 4291 §2.5.6] and multicast [RFC 4291 §2.7].
        [0xfe80..=0xfebf | 0xff00..=0xffff, ..]
        // NAT64 of a network's own [RFC 8215]: where in it the IPv4 address stands is that network's
        // choice, so nobody else can tell which one it is.
        | [0x64, 0xff9b, 1, ..]
        // What AWS has on every instance: metadata, EKS Pod Identity, DNS, time.
        | [0xfd00, 0xec2, ..] => false,
        _ => !METADATA_V6.contains(&address),
    }
}

/// The IPv4 address that packets to this address end up at, where there is one.
fn embedded_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let [first, second, third, .., high, low] = address.segments();
    let (high, low) = match address.segments() {
        // Compatible and mapped [RFC 4291 §2.5.5]; :: is among them.
        [0, 0, 0, 0, 0, 0 | 0xffff, ..]
        // Translated [RFC 2765 §2.1].
        | [0, 0, 0, 0, 0xffff, 0, ..]
        // NAT64, as in a VPC without IPv4 [RFC 6052 §2.1].
        | [0x64, 0xff9b, 0, 0, 0, 0, ..] => (high, low),
        // 6to4 [RFC 3056 §2].
        _ if first == 0x2002 => (second, third),
        _ => return None,
    };
    let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
    Some(Ipv4Addr::new(a, b, c, d))
}

/// Metadata services beyond the link-local network: Azure, Alibaba Cloud, Oracle Cloud.
const METADATA_V4: [Ipv4Addr; 3] = [
    Ipv4Addr::new(168, 63, 129, 16),
    Ipv4Addr::new(100, 100, 100, 200),
    Ipv4Addr::new(192, 0, 0, 192),
];

/// Metadata services beyond the link-local network: Google Cloud, Oracle Cloud, Scaleway, Linode,
/// Alibaba Cloud. AWS's are refused as a network.
const METADATA_V6: [Ipv6Addr; 5] = [
    Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254),
    Ipv6Addr::new(0xfd00, 0xc1, 0, 0, 0, 0, 0xa9fe, 0xa9fe),
    Ipv6Addr::new(0xfd00, 0x42, 0, 0, 0, 0, 0, 0x42),
    Ipv6Addr::new(0xfd00, 0xa9fe, 0xa9fe, 0, 0, 0, 0, 1),
    Ipv6Addr::new(0xfd00, 0x100, 0, 0, 0, 0, 0x100, 0x200),
];

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn allowed(text: &str, loopback: Loopback) -> bool {
        is_allowed(text.parse().unwrap(), loopback)
    }

    #[track_caller]
    fn refused(addresses: &[&str]) {
        for address in addresses {
            assert!(!allowed(address, Loopback::Refused), "{address}");
            assert!(!allowed(address, Loopback::Allowed), "{address}, with loopback allowed");
        }
    }

    #[test]
    fn public_and_private_networks_are_called() {
        for address in [
            "192.0.2.7",
            "10.0.0.7",
            "172.16.0.7",
            "192.168.0.7",
            "100.64.0.7",
            "169.253.255.255",
            "169.255.0.0",
            "126.255.255.255",
            "223.255.255.255",
            "2001:db8::7",
            "fd00::7",
            "fe00::7",
            "fec0::7",
            "64:ff9b::10.0.0.7",
            "::ffff:10.0.0.7",
        ] {
            assert!(allowed(address, Loopback::Refused), "{address}");
            assert!(!is_loopback(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn this_machine_is_called_only_where_that_is_allowed() {
        for address in [
            "127.0.0.1",
            "127.0.0.53",
            "127.255.255.255",
            "::1",
            "::ffff:127.0.0.1",
            "::127.0.0.1",
            "::ffff:0:127.0.0.1",
            "64:ff9b::127.0.0.1",
            "2002:7f00:1::",
        ] {
            assert!(!allowed(address, Loopback::Refused), "{address}");
            assert!(allowed(address, Loopback::Allowed), "{address}");
            assert!(is_loopback(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn unspecified_addresses_are_never_called() {
        refused(&["0.0.0.0", "0.1.2.3", "::", "::ffff:0.0.0.0", "64:ff9b::"]);
    }

    #[test]
    fn link_local_addresses_are_never_called() {
        refused(&["169.254.0.1", "169.254.255.255", "fe80::1", "fe80::a9fe:a9fe", "febf::1"]);
    }

    #[test]
    fn multicast_broadcast_and_reserved_addresses_are_never_called() {
        refused(&["224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255"]);
        refused(&["ff00::", "ff02::1", "ffff::1"]);
    }

    #[test]
    fn metadata_services_are_never_called() {
        // EC2, ECS, EKS Pod Identity; then other clouds.
        refused(&["169.254.169.254", "169.254.170.2", "169.254.170.23"]);
        refused(&["fd00:ec2::254", "fd00:ec2::23", "fd00:ec2::253"]);
        refused(&["168.63.129.16", "100.100.100.200", "192.0.0.192"]);
        refused(&["fd20:ce::254", "fd00:c1::a9fe:a9fe", "fd00:42::42"]);
        refused(&["fd00:a9fe:a9fe::1", "fd00:100::100:200"]);
    }

    #[test]
    fn an_ipv4_address_inside_of_an_ipv6_address_is_judged_as_itself() {
        refused(&["::ffff:169.254.169.254", "::169.254.170.2", "::ffff:0:169.254.170.23"]);
        refused(&["64:ff9b::169.254.169.254", "2002:a9fe:a9fe::1", "::ffff:168.63.129.16"]);
        refused(&["::ffff:224.0.0.1", "64:ff9b::255.255.255.255"]);
    }

    #[test]
    fn an_ipv4_address_that_nobody_can_find_is_never_called() {
        refused(&["64:ff9b:1::8.8.8.8", "64:ff9b:1:808:8:800::"]);
    }
}
