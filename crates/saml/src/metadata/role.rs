//! The role of an entity as an identity provider [SAML2Meta §2.4.1, §2.4.2, §2.4.3].

use roxmltree::Node;

use crate::binding::{POST_BINDING, REDIRECT_BINDING};
use crate::metadata::description::by;
use crate::metadata::endpoint::{Endpoint, EndpointBinding, EndpointKind, EndpointUrl};
use crate::metadata::metadata_error::MetadataError;
use crate::namespace::{MD, SAMLP};
use crate::xml;

/// The one `IDPSSODescriptor` of SAML 2.0. Other roles, `RoleDescriptor` with an `xsi:type` included,
/// are not looked at.
///
/// # Errors
/// [`MetadataError::NoRole`], [`MetadataError::OtherProtocol`], [`MetadataError::RoleRepeated`].
pub(super) fn find<'a, 'i>(entity: Node<'a, 'i>) -> Result<Node<'a, 'i>, MetadataError> {
    let mut roles = xml::children(entity, MD, "IDPSSODescriptor").peekable();
    if roles.peek().is_none() {
        return Err(MetadataError::NoRole);
    }
    let speaks_saml2 = |role: &Node<'_, '_>| {
        xml::attribute(*role, "protocolSupportEnumeration")
            .is_some_and(|list| list.split_ascii_whitespace().any(|protocol| protocol == SAMLP))
    };
    let mut roles = roles.filter(speaks_saml2);
    let role = roles.next().ok_or(MetadataError::OtherProtocol)?;
    if roles.next().is_some() { Err(MetadataError::RoleRepeated) } else { Ok(role) }
}

/// The services of this kind, the first by each binding that is used here: with several by one
/// binding, each would do [SAML2Meta §2.2.2].
///
/// # Errors
/// [`MetadataError::MissingAttribute`], [`MetadataError::NotAUrl`].
pub(super) fn services(
    role: Node<'_, '_>,
    kind: EndpointKind,
) -> Result<Vec<Endpoint>, MetadataError> {
    let mut services = vec![];
    for element in xml::children(role, MD, kind.element()) {
        let attribute = |attribute| {
            let missing = MetadataError::MissingAttribute { service: kind, attribute };
            xml::attribute(element, attribute).ok_or(missing)
        };
        let binding = match attribute("Binding")? {
            REDIRECT_BINDING => EndpointBinding::Redirect,
            POST_BINDING => EndpointBinding::Post,
            _ => continue,
        };
        if by(&services, binding).is_some() {
            continue;
        }
        let url = |name, text| {
            let wrong = MetadataError::NotAUrl { service: kind, attribute: name };
            EndpointUrl::read(text).ok_or(wrong)
        };
        let responses = xml::attribute(element, "ResponseLocation");
        services.push(Endpoint {
            binding,
            location: url("Location", attribute("Location")?)?,
            response_location: responses.map(|text| url("ResponseLocation", text)).transpose()?,
        });
    }
    Ok(services)
}

/// `NameIDFormat`, each once.
///
/// # Errors
/// [`MetadataError::NameIdFormat`], [`MetadataError::NotText`].
pub(super) fn name_id_formats(role: Node<'_, '_>) -> Result<Vec<String>, MetadataError> {
    let mut formats: Vec<String> = vec![];
    for element in xml::children(role, MD, "NameIDFormat") {
        let format = text(element, "NameIDFormat")?.trim_ascii();
        let is_uri = format.contains(':') && format.bytes().all(|octet| octet.is_ascii_graphic());
        if !is_uri || format.len() > FORMAT_LENGTH || formats.len() == FORMAT_LIMIT {
            return Err(MetadataError::NameIdFormat);
        }
        if !formats.iter().any(|known| known == format) {
            formats.push(format.to_owned());
        }
    }
    Ok(formats)
}

/// `WantAuthnRequestsSigned`, an `xs:boolean`.
///
/// # Errors
/// [`MetadataError::NotABoolean`].
pub(super) fn wants_signed_requests(role: Node<'_, '_>) -> Result<bool, MetadataError> {
    match xml::attribute(role, "WantAuthnRequestsSigned").map(str::trim_ascii) {
        None | Some("false" | "0") => Ok(false),
        Some("true" | "1") => Ok(true),
        Some(_) => Err(MetadataError::NotABoolean),
    }
}

/// All text inside an element that holds nothing else, no comment either.
///
/// # Errors
/// [`MetadataError::NotText`].
pub(super) fn text<'a>(
    node: Node<'a, '_>,
    element: &'static str,
) -> Result<&'a str, MetadataError> {
    silta_xml_security::xml::text(node).map_err(|_| MetadataError::NotText { element })
}

/// SAML defines nine.
const FORMAT_LIMIT: usize = 32;
/// Octets of one; SAML's have fewer than seventy.
const FORMAT_LENGTH: usize = 256;
