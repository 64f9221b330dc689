//! The keys that an identity provider may be encrypted to [SAML2Meta §2.4.1.1].

use roxmltree::Node;
use silta_xml_security::EncryptionKey;

use crate::metadata::encryption_methods::{EncryptionMethods, PeerEncryptionKey};
use crate::metadata::signing_keys;
use crate::namespace::MD;
use crate::xml;

/// Every `KeyDescriptor` for encryption, or for nothing in particular, which is both. One that cannot be used is
/// left out: who needs a key and finds none says so.
pub(super) fn read(role: Node<'_, '_>) -> Vec<PeerEncryptionKey> {
    let descriptors = xml::children(role, MD, "KeyDescriptor");
    let usable = |descriptor: &Node<'_, '_>| {
        matches!(xml::attribute(*descriptor, "use"), None | Some("encryption"))
    };
    descriptors.filter(usable).take(KEY_LIMIT).filter_map(key).collect()
}

fn key(descriptor: Node<'_, '_>) -> Option<PeerEncryptionKey> {
    let der = signing_keys::certificate_der(descriptor).ok()?.ok()?;
    let key = EncryptionKey::from_certificate_der(&der).ok()?;
    Some(PeerEncryptionKey { key, methods: EncryptionMethods::read(descriptor) })
}

/// Two or three stand there in a rotation.
const KEY_LIMIT: usize = 10;
