//! Where a request came from, as far as fairness between strangers needs it.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The network that a request came from: an IPv4 address, or the /64 that one IPv6 customer holds.
///
/// Thousands of honest people can share one (a mobile operator's), so it decides only under
/// pressure, and never alone. An address is personal data: this prints as nothing.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SourceNetwork(u64);

impl SourceNetwork {
    /// The source of a request from `address`.
    #[must_use]
    pub fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self::of_v4(address),
            IpAddr::V6(address) => Self::of_v6(address),
        }
    }

    /// As if mapped into `::ffff:0:0/96`, whose own /64 is all zeros and belongs to nobody.
    fn of_v4(address: Ipv4Addr) -> Self {
        Self(u64::from(u32::from(address)))
    }

    fn of_v6(address: Ipv6Addr) -> Self {
        let network = u128::from(address) >> 64;
        Self(u64::try_from(network).unwrap_or(u64::MAX))
    }
}

impl fmt::Debug for SourceNetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SourceNetwork(redacted)")
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn of(address: &str) -> SourceNetwork {
        SourceNetwork::of(address.parse().unwrap())
    }

    #[test]
    fn an_ipv4_address_is_a_source_however_it_is_written() {
        assert_eq!(of("192.0.2.1"), of("::ffff:192.0.2.1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
    }

    #[test]
    fn the_addresses_of_one_ipv6_network_are_one_source() {
        assert_eq!(of("2001:db8::1"), of("2001:db8::ffff:1"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
        assert_ne!(of("2001:db8::1"), of("192.0.2.1"));
    }

    #[test]
    fn never_prints_an_address() {
        assert_eq!(format!("{:?}", of("192.0.2.1")), "SourceNetwork(redacted)");
    }
}
