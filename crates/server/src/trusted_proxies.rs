//! The source network of a request, from the peer or from a trusted proxy.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use actix_web::HttpRequest;
use actix_web::http::header::{HeaderMap, X_FORWARDED_FOR};
use ipnet::IpNet;
use silta_broker::SourceNetwork;

/// The proxies whose `X-Forwarded-For` is believed: `trusted_proxies`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// These networks, and no others.
    pub(crate) fn new(networks: Vec<IpNet>) -> Self {
        Self(networks)
    }

    /// The source of a request.
    pub(crate) fn source(&self, request: &HttpRequest) -> SourceNetwork {
        let peer = request.peer_addr().map_or(Ipv4Addr::UNSPECIFIED.into(), |peer| peer.ip());
        SourceNetwork::of(self.address(peer, request.headers()))
    }

    /// The peer's address, or, where the peer is trusted, the address that it wrote down last: all
    /// before that may have been sent by anybody, octets that are no text included. A proxy that wrote
    /// nothing readable is the source itself.
    fn address(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let peer = peer.to_canonical();
        if !self.0.iter().any(|network| network.contains(&peer)) {
            return peer;
        }
        let line = headers.get_all(X_FORWARDED_FOR).last();
        let last = line.and_then(|line| line.as_bytes().rsplit(|octet| *octet == b',').next());
        let last = last.and_then(|octets| std::str::from_utf8(octets).ok()).map(str::trim);
        last.and_then(parse_address).unwrap_or(peer)
    }
}

/// An address as proxies write it: bare, in brackets, or with a port.
fn parse_address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    bare.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use actix_web::http::header::HeaderValue;
    use actix_web::test::TestRequest;

    use super::*;

    fn address(peer: &str, lines: &[impl AsRef<[u8]>]) -> IpAddr {
        let networks = ["10.0.0.0/8", "2001:db8:1::/48"].map(|network| network.parse().unwrap());
        let mut request = TestRequest::default();
        for line in lines {
            let line = HeaderValue::from_bytes(line.as_ref()).unwrap();
            request = request.append_header((X_FORWARDED_FOR, line));
        }
        let request = request.to_http_request();
        TrustedProxies::new(networks.to_vec()).address(peer.parse().unwrap(), request.headers())
    }

    fn is(peer: &str, lines: &[&str], expected: &str) {
        assert_eq!(address(peer, lines), expected.parse::<IpAddr>().unwrap(), "{peer} {lines:?}");
    }

    #[test]
    fn a_stranger_is_not_believed() {
        is("192.0.2.1", &["198.51.100.1"], "192.0.2.1");
        is("2001:db8:2::1", &["198.51.100.1"], "2001:db8:2::1");
    }

    #[test]
    fn of_what_a_proxy_passes_on_the_last_hop_counts() {
        is("10.0.0.1", &["203.0.113.9, 198.51.100.1"], "198.51.100.1");
        is("10.0.0.1", &["203.0.113.9", "203.0.113.8,198.51.100.1"], "198.51.100.1");
        is("::ffff:10.0.0.1", &["198.51.100.1"], "198.51.100.1");
        is("2001:db8:1::1", &["2001:db8:2::7"], "2001:db8:2::7");
    }

    #[test]
    fn octets_that_a_client_sends_before_the_last_hop_hide_nothing() {
        let behind_proxy = |lines: &[&[u8]]| address("10.0.0.1", lines).to_string();
        assert_eq!(behind_proxy(&[b"\xff, 198.51.100.1"]), "198.51.100.1");
        assert_eq!(behind_proxy(&[b"\xff", b"\xfe\x80,198.51.100.1"]), "198.51.100.1");
        // What the proxy itself writes is read, or nothing is.
        assert_eq!(behind_proxy(&[b"198.51.100.1, \xff"]), "10.0.0.1");
        assert_eq!(behind_proxy(&[b"198.51.100.1", b"\xff"]), "10.0.0.1");
    }

    #[test]
    fn a_hop_may_have_brackets_and_a_port() {
        is("10.0.0.1", &["198.51.100.1:4711"], "198.51.100.1");
        is("10.0.0.1", &["[2001:db8::7]:4711"], "2001:db8::7");
        is("10.0.0.1", &["[2001:db8::7]"], "2001:db8::7");
    }

    #[test]
    fn a_proxy_that_says_nothing_readable_is_the_source() {
        for lines in [&[][..], &[""], &["unknown"], &["198.51.100.1,"], &["198.51.100.1 1"]] {
            is("10.0.0.1", lines, "10.0.0.1");
        }
    }
}
