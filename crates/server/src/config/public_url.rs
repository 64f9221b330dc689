//! URLs that can be parsed, and that nobody means or sends so.

use std::net::{Ipv4Addr, Ipv6Addr};

use silta_config::Value;
use silta_oidc::Issuer;
use url::{Host, Url};

/// Reads our own issuer.
pub(super) fn issuer(value: Value<'_>) -> Option<Issuer> {
    let text = value.text()?;
    refuse_metadata(value)?;
    let issuer = match Issuer::parse(text) {
        Ok(issuer) => issuer,
        Err(error) => return value.refuse_with(&error),
    };
    // Clients compare it octet for octet, and most write it as a browser shows it.
    if has_capital_host(text) {
        let instead = "write it in small letters, here and at every client";
        value.warn("its host has capital letters", instead);
    }
    if names_default_port(text) {
        let instead = "leave it out, here and at every client";
        value.warn("it names the port that its scheme has anyway", instead);
    }
    Some(issuer)
}

/// Refuses the address of metadata where an issuer is wanted: whoever asks adds that path [OIDC Discovery §4].
pub(super) fn refuse_metadata(value: Value<'_>) -> Option<()> {
    if value.text()?.contains("/.well-known/") {
        let what = "it is the address of metadata, not an issuer";
        return value.refuse(what, "leave out /.well-known/ and everything after it");
    }
    Some(())
}

/// Whether browsers and clients would write the host otherwise.
pub(super) fn has_capital_host(url: &str) -> bool {
    authority(url).bytes().any(|byte| byte.is_ascii_uppercase())
}

/// What follows the host, as it is written.
pub(super) fn path(url: &str) -> Option<&str> {
    parts(url).map(|(_, path)| path)
}

/// Whether the host of an https URL is this machine.
pub(super) fn is_https_here(url: &str) -> bool {
    let Ok(url) = Url::parse(url) else { return false };
    let is_here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address == Ipv4Addr::LOCALHOST,
        Some(Host::Ipv6(address)) => address == Ipv6Addr::LOCALHOST,
        None => false,
    };
    is_here && url.scheme() == "https"
}

fn names_default_port(url: &str) -> bool {
    let authority = authority(url);
    (url.starts_with("https://") && authority.ends_with(":443"))
        || (url.starts_with("http://") && authority.ends_with(":80"))
}

fn authority(url: &str) -> &str {
    parts(url).map_or("", |(authority, _)| authority)
}

/// The host with its port, and what follows, as they are written: a parser would mend both.
fn parts(url: &str) -> Option<(&str, &str)> {
    let (_, rest) = url.split_once("://")?;
    Some(rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len())))
}
