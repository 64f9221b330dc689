//! What was read of metadata, for people.

use std::fmt::Write as _;

use jiff::Timestamp;
use silta_saml::{Endpoint, EndpointKind, IdentityProviderDescription, MetadataError};

/// Every fact that is used, a line each. `instead` says how a signature would be judged that nobody has judged.
pub(super) fn of(description: &IdentityProviderDescription, instead: &str) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(text, "entity_id: {}", description.entity_id());
    let vouched = if description.is_signed() { "a signer who is pinned" } else { "its source" };
    let _ = writeln!(text, "vouched for by: {vouched}");
    if description.has_unjudged_signature() {
        let _ = writeln!(text, "its signature: NOT judged; {instead}");
    }
    match description.valid_until() {
        Some(end) => {
            let _ = writeln!(text, "holds until: {end}");
        }
        None => text.push_str("holds until: it says no end\n"),
    }
    for certificate in description.signing() {
        let end = certificate.not_after().and_then(|end| Timestamp::from_second(end).ok());
        let end = end.map_or("no date".to_owned(), |end| end.strftime("%F").to_string());
        let _ =
            writeln!(text, "signing key: {}, certificate until {end}", certificate.fingerprint());
    }
    for reason in description.left_out() {
        let _ = writeln!(text, "signing key that does not count: {reason}");
    }
    services(&mut text, EndpointKind::SingleSignOn, description.single_sign_on());
    services(&mut text, EndpointKind::SingleLogout, description.single_logout());
    for format in description.name_id_formats() {
        let _ = writeln!(text, "NameID format: {format}");
    }
    let wants = if description.wants_signed_requests() { "signed" } else { "signed or not" };
    let _ = writeln!(text, "takes requests: {wants}");
    let _ = writeln!(text, "hosts: [{}]", description.hosts().join(", "));
    text
}

/// What another end changes.
pub(super) fn of_ends(
    former: &IdentityProviderDescription,
    newer: &IdentityProviderDescription,
) -> Option<String> {
    let end = |of: &IdentityProviderDescription| {
        of.valid_until().map_or("no end".to_owned(), |end| end.to_string())
    };
    let (from, to) = (end(former), end(newer));
    (from != to).then(|| format!("holds until {to}, not {from}"))
}

/// What becomes of metadata whose services are elsewhere, by where it comes from.
pub(super) fn of_other_host(error: &MetadataError) -> String {
    let reason = error.reason();
    format!(
        "a service is at a host that was not there before: fetched from an address this is refused ({reason}) \
         unless the upstream's `hosts` lists it; as a file it is taken unless `hosts` leaves it out"
    )
}

fn services(text: &mut String, kind: EndpointKind, all: &[Endpoint]) {
    for service in all {
        let _ = write!(text, "{kind} by {}: {}", service.binding, service.location);
        let _ = match &service.response_location {
            Some(url) => writeln!(text, ", answers to {url}"),
            None => writeln!(text),
        };
    }
}
