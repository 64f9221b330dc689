//! `trusted_proxies`: who is believed about where a request came from.

use std::net::IpAddr;

use ipnet::IpNet;
use secrecy::ExposeSecret as _;
use silta_config::Value;
use silta_config::secrets::Reference;

use super::secret;
use super::source::Sources;
use crate::trusted_proxies::TrustedProxies;

/// A list of addresses and networks; a reference among them leads to more, separated by commas: a
/// stack knows where its load balancer stands, and the file does not.
pub(super) fn read(value: Value<'_>, sources: &Sources<'_>) -> Option<TrustedProxies> {
    let networks = value.each(|item| of_item(item, sources))?.concat();
    if networks.iter().any(|network| network.prefix_len() == 0) {
        value.warn(
            "everybody is believed about where a request came from",
            "name the networks of your proxies only",
        );
    }
    Some(TrustedProxies::new(networks))
}

fn of_item(item: Value<'_>, sources: &Sources<'_>) -> Option<Vec<IpNet>> {
    let text = item.text()?;
    let referred = match Reference::parse(text) {
        Ok(Reference::File(_) | Reference::Variable(_)) => {
            Some(secret::resolve_public(item, sources)?.current)
        }
        Ok(_) | Err(_) => None,
    };
    let text = referred.as_ref().map_or(text, |referred| referred.expose_secret());
    let networks: Option<Vec<_>> = text.split(',').map(|one| network(one.trim())).collect();
    networks.or_else(|| {
        let instead = "write one such as 192.0.2.7 or 10.0.0.0/16";
        item.refuse("it is not an address or a network", instead)
    })
}

fn network(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}
