//! Which attributes our metadata asks an identity provider for: all that somebody here needs, and no other.

use std::collections::{BTreeMap, BTreeSet};

use silta_broker::{RelyingPartyPolicy, UpstreamName};
use silta_mapping::unqualified;
use silta_saml::RequestedAttribute;

use super::upstreams::{Peer, UpstreamConfig};

/// Writes them into the metadata for every upstream by SAML.
pub(super) fn ask(
    upstreams: &mut BTreeMap<UpstreamName, UpstreamConfig>,
    policies: &[&RelyingPartyPolicy],
) {
    for (name, upstream) in upstreams {
        let Peer::Saml(peer) = &mut upstream.peer else { continue };
        let allows =
            |policy: &&&RelyingPartyPolicy| policy.upstreams.iter().any(|one| one.name == *name);
        let allowed = policies.iter().filter(allows);
        let mut needed: BTreeMap<&str, bool> = BTreeMap::new();
        // Where there are several, any of them will do.
        let sole = upstream.subject.attributes.len() == 1;
        for attribute in &upstream.subject.attributes {
            needed.insert(unqualified(attribute).unwrap_or(attribute), sole);
        }
        for policy in allowed {
            let required: BTreeSet<_> = policy.rules.required_attributes().collect();
            for attribute in policy.attributes() {
                *needed.entry(attribute).or_default() |= required.contains(attribute);
            }
        }
        let asked = needed.into_iter().flat_map(|(name, is_required)| {
            let attribute = upstream.dictionary.attribute(name);
            let sources = attribute.into_iter().flat_map(|one| &one.sources);
            let names: Vec<_> = sources.filter(|source| !source.starts_with("oidc:")).collect();
            // One of several names is enough.
            let is_required = is_required && names.len() == 1;
            names.into_iter().map(move |source| RequestedAttribute {
                name: source.clone(),
                friendly_name: name.to_owned(),
                is_required,
            })
        });
        peer.metadata.ask_for(asked.collect());
    }
}
