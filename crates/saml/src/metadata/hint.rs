//! What stands in a document that was refused, for the operator who saved it or has it fetched. Nothing of it is
//! believed, and nothing of it goes into a log.

use roxmltree::Node;

use crate::metadata::endpoint::{EndpointKind, EndpointUrl};
use crate::metadata::entities::is_entity;
use crate::metadata::metadata_error::MetadataError;
use crate::metadata::read::{input, parse};
use crate::namespace::MD;
use crate::sp::mismatch::ReceivedUri;
use crate::xml;

impl MetadataError {
    /// What of the refused document helps, if anything does. The entity that was meant is that of this name, or the
    /// only one; its services should have been at these hosts.
    #[must_use]
    pub fn hint(self, octets: &[u8], entity_id: Option<&str>, hosts: &[String]) -> Option<String> {
        let input = input(octets).ok()?;
        let document = parse(&input).ok()?;
        let mut entities = document.root_element().descendants().filter(|node| is_entity(*node));
        match self {
            Self::EntityMissing | Self::EntityNotNamed => {
                let names: Vec<_> = entities.filter_map(entity_name).collect();
                let shown: Vec<_> = names
                    .iter()
                    .take(SHOWN)
                    .map(|name| ReceivedUri::of(name).to_string())
                    .collect();
                let more = names.len().saturating_sub(SHOWN);
                let more = if more > 0 { format!(" and {more} more") } else { String::new() };
                (!shown.is_empty()).then(|| format!("it describes {}{more}", shown.join(", ")))
            }
            Self::NoRole => {
                let entity = entities.find(|one| is_meant(*one, entity_id))?;
                xml::child(entity, MD, "SPSSODescriptor")?;
                let name = ReceivedUri::of(entity_name(entity)?);
                Some(format!(
                    "it describes a service provider ({name}): is that our own metadata? Save the identity provider's"
                ))
            }
            Self::UnlistedHost { .. } => {
                let entity = entities.find(|one| is_meant(*one, entity_id))?;
                let others = unlisted(entity, hosts);
                let [first, ..] = others.as_slice() else { return None };
                Some(format!(
                    "write hosts: [{}] if {first} is right",
                    [hosts, &others].concat().join(", ")
                ))
            }
            _ => None,
        }
    }
}

fn entity_name<'a>(entity: Node<'a, '_>) -> Option<&'a str> {
    xml::attribute(entity, "entityID")
}

fn is_meant(entity: Node<'_, '_>, entity_id: Option<&str>) -> bool {
    entity_id.is_none_or(|name| entity_name(entity) == Some(name))
}

/// The first hosts of its services that are not listed, each once.
fn unlisted(entity: Node<'_, '_>, hosts: &[String]) -> Vec<String> {
    let mut others: Vec<String> = vec![];
    for role in xml::children(entity, MD, "IDPSSODescriptor") {
        for kind in [EndpointKind::SingleSignOn, EndpointKind::SingleLogout] {
            for service in xml::children(role, MD, kind.element()) {
                let urls = ["Location", "ResponseLocation"];
                let urls = urls.into_iter().filter_map(|name| xml::attribute(service, name));
                for url in urls.filter_map(EndpointUrl::read) {
                    let host = url.host().to_owned();
                    let is_new = !hosts.contains(&host) && !others.contains(&host);
                    if is_new && host.len() <= HOST_LENGTH && others.len() < SHOWN {
                        others.push(host);
                    }
                }
            }
        }
    }
    others
}

/// As many as a person compares.
const SHOWN: usize = 5;
/// [RFC 1035 §2.3.4].
const HOST_LENGTH: usize = 255;
