//! `trusted_proxies`: who is believed about where a request came from.

use std::net::IpAddr;

use ipnet::IpNet;
use secrecy::ExposeSecret as _;

use super::secret::{self, Resolver};
use super::yaml::Value;
use crate::trusted_proxies::TrustedProxies;

/// A list of addresses and networks; a reference among them leads to more, separated by commas: a
/// stack knows where its load balancer stands, and the file does not.
pub(super) fn read(value: &Value<'_>, resolver: &dyn Resolver) -> Option<TrustedProxies> {
    let mut networks = vec![];
    for item in value.list() {
        let text = item.text()?;
        let referred = if text.starts_with("env:") || text.starts_with("file:") {
            Some(secret::resolve_public(&item, resolver)?.current)
        } else {
            None
        };
        let text = referred.as_ref().map_or(text, |referred| referred.expose_secret());
        for one in text.split(',').map(str::trim) {
            let Some(network) = network(one) else {
                let instead = "write one such as 192.0.2.7 or 10.0.0.0/16";
                return item.refuse("it is not an address or a network", instead);
            };
            networks.push(network);
        }
    }
    if networks.iter().any(|network| network.prefix_len() == 0) {
        value.warn(
            "everybody is believed about where a request came from",
            "name the networks of your proxies only",
        );
    }
    Some(TrustedProxies::new(networks))
}

fn network(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}
