//! The document that an administrator uploads to IAM.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use openssl::x509::X509;
use roxmltree::{Document, Node};

use super::attribute;
use super::error::MetadataError;

/// What AWS keeps of an identity provider.
#[derive(Debug)]
pub(super) struct IamSamlProvider {
    pub(super) entity_id: String,
    /// Where requests are redirected to.
    pub(super) sso_url: String,
    /// Certificates in DER.
    pub(super) certificates: Vec<Vec<u8>>,
}

impl IamSamlProvider {
    pub(super) fn create(metadata: &str) -> Result<Self, MetadataError> {
        if metadata.starts_with('\u{feff}') {
            return Err(MetadataError::ByteOrderMark);
        }
        if !LENGTH.contains(&metadata.chars().count()) {
            return Err(MetadataError::Length);
        }
        let document =
            Document::parse(metadata).map_err(|_| MetadataError::NotAnIdentityProvider)?;
        let entity = document.root_element();
        let role = entity.children().find(|child| child.has_tag_name((MD, "IDPSSODescriptor")));
        let (Some(entity_id), Some(role)) = (attribute(entity, "entityID"), role) else {
            return Err(MetadataError::NotAnIdentityProvider);
        };
        if attribute(role, "WantAuthnRequestsSigned").is_some_and(|value| value != "false") {
            return Err(MetadataError::WantsSignedRequests);
        }
        let keys = role.children().filter(|&child| {
            child.has_tag_name((MD, "KeyDescriptor"))
                && attribute(child, "use").is_none_or(|usage| usage == "signing")
        });
        let certificates: Vec<_> = keys.filter_map(certificate).collect();
        if certificates.is_empty() {
            return Err(MetadataError::NoCertificate);
        }
        let sso_url = role
            .children()
            .filter(|child| child.has_tag_name((MD, "SingleSignOnService")))
            .find(|&service| attribute(service, "Binding") == Some(REDIRECT))
            .and_then(|service| attribute(service, "Location"))
            .ok_or(MetadataError::NoRedirect)?;
        Ok(Self { entity_id: entity_id.to_owned(), sso_url: sso_url.to_owned(), certificates })
    }
}

fn certificate(key: Node<'_, '_>) -> Option<Vec<u8>> {
    let found = key.descendants().find(|node| node.tag_name().name() == "X509Certificate")?;
    let text: String = found.text()?.split_ascii_whitespace().collect();
    let der = STANDARD.decode(text).ok()?;
    X509::from_der(&der).is_ok().then_some(der)
}

/// Characters of a metadata document [IAM, `CreateSAMLProvider`].
const LENGTH: std::ops::RangeInclusive<usize> = 1_000..=10_000_000;
const MD: &str = "urn:oasis:names:tc:SAML:2.0:metadata";
const REDIRECT: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect";
