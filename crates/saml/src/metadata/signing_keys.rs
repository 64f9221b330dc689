//! The keys that an identity provider signs with [SAML2Meta §2.4.1.1].

use roxmltree::Node;
use silta_xml_security::{Certificate, decode_base64};

use crate::metadata::description::LeftOutKey;
use crate::metadata::metadata_error::MetadataError;
use crate::metadata::role::text;
use crate::namespace::{DS, MD};
use crate::xml;

/// The keys of one role.
pub(super) struct SigningKeys {
    /// Those that count, at least one.
    pub(super) certificates: Vec<Certificate>,
    /// Those that do not.
    pub(super) left_out: Vec<LeftOutKey>,
}

/// Reads every `KeyDescriptor` for signing, or for nothing in particular, which is both. Keys of
/// encryption, and those of other roles, make no signatures that are believed.
///
/// A key that cannot be used is left out and told: whoever changes from a weak key publishes both for
/// a while, and the strong one is enough.
///
/// # Errors
/// [`MetadataError`] when no key is left, or a descriptor cannot be understood.
pub(super) fn read(role: Node<'_, '_>) -> Result<SigningKeys, MetadataError> {
    let mut keys = SigningKeys { certificates: vec![], left_out: vec![] };
    let mut read = 0;
    for descriptor in xml::children(role, MD, "KeyDescriptor") {
        match xml::attribute(descriptor, "use") {
            None | Some("signing") => read += 1,
            Some("encryption") => continue,
            Some(_) => return Err(MetadataError::KeyUse),
        }
        if read > KEY_LIMIT {
            return Err(MetadataError::TooManyKeys { limit: KEY_LIMIT });
        }
        match certificate(descriptor)? {
            Ok(one) if keys.certificates.iter().any(|known| known.base64() == one.base64()) => {}
            Ok(one) => keys.certificates.push(one),
            Err(reason) => keys.left_out.push(reason),
        }
    }
    if keys.certificates.is_empty() {
        return Err(MetadataError::NoSigningKey { left_out: keys.left_out.len() });
    }
    Ok(keys)
}

fn certificate(descriptor: Node<'_, '_>) -> Result<Result<Certificate, LeftOutKey>, MetadataError> {
    let der = certificate_der(descriptor)?;
    Ok(der.and_then(|der| Certificate::from_der(&der).map_err(LeftOutKey::Key)))
}

/// The one certificate of a descriptor. `KeyName` and what else stands beside it says nothing about
/// the key.
pub(super) fn certificate_der(
    descriptor: Node<'_, '_>,
) -> Result<Result<Vec<u8>, LeftOutKey>, MetadataError> {
    let mut found = xml::children(descriptor, DS, "KeyInfo")
        .flat_map(|info| xml::children(info, DS, "X509Data"))
        .flat_map(|data| xml::children(data, DS, "X509Certificate"));
    let Some(first) = found.next() else { return Ok(Err(LeftOutKey::NoCertificate)) };
    if found.next().is_some() {
        return Ok(Err(LeftOutKey::SeveralCertificates));
    }
    let text = text(first, "X509Certificate")?;
    let octets = (text.len() <= CERTIFICATE_LIMIT).then(|| decode_base64(text)).flatten();
    Ok(octets.ok_or(LeftOutKey::NotBase64))
}

/// Every key is tried at every login whose signature is none of the first ones'. Two or three stand
/// there in a rotation.
const KEY_LIMIT: usize = 10;
/// Characters; a certificate of an RSA key of 8192 bits takes some 4,000.
const CERTIFICATE_LIMIT: usize = 16_384;
