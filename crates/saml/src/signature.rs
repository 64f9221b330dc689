//! Verifying an enveloped XML signature: one narrow profile [SAML2Core §5.4].
//!
//! The signature is a direct child of what it signs, has one reference, and that reference is the
//! ID of its parent. What verification returns is that very node; nothing else was signed.

use openssl::hash::hash;
use openssl::memcmp;
use roxmltree::Node;

use crate::algorithm::{DigestAlgorithm, SignatureAlgorithm};
use crate::c14n;
use crate::encoding;
use crate::keys::VerificationKey;
use crate::namespace::{DS, ENVELOPED, EXC_C14N};
use crate::response_error::{Part, ResponseError};
use crate::signature_error::SignatureError;
use crate::xml::{self, Occurs};

/// An element whose canonical form a signature of the expected peer covers. Made only here.
#[derive(Clone, Copy)]
pub(crate) struct SignedElement<'a, 'i>(Node<'a, 'i>);

impl<'a, 'i> SignedElement<'a, 'i> {
    /// The node that was verified.
    pub(crate) fn node(self) -> Node<'a, 'i> {
        self.0
    }

    /// A child of a signed element is signed with it, unless it is the signature itself, which the
    /// enveloped transform leaves out.
    pub(crate) fn child(self, namespace: &'static str, name: &'static str) -> Option<Self> {
        if namespace == DS { None } else { xml::child(self.0, namespace, name).map(Self) }
    }
}

/// Verifies the signature of `element` if it has one.
///
/// # Errors
/// [`ResponseError::Signature`] when a signature is there and does not hold: a broken signature is
/// never treated as an absent one.
pub(crate) fn verify<'a, 'i>(
    element: Node<'a, 'i>,
    part: Part,
    keys: &[VerificationKey],
    allowed: &[SignatureAlgorithm],
) -> Result<Option<SignedElement<'a, 'i>>, ResponseError> {
    let mut signatures = xml::children(element, DS, "Signature");
    let Some(signature) = signatures.next() else { return Ok(None) };
    let checked = if signatures.next().is_some() {
        Err(SignatureError::Structure)
    } else {
        SignatureParts::read(element, signature, allowed).and_then(|parts| parts.check(keys))
    };
    match checked {
        Ok(()) => Ok(Some(SignedElement(element))),
        Err(cause) => Err(ResponseError::Signature { part, cause }),
    }
}

/// The plaintext of a ciphertext that a verified Response covers: the Response's signature vouches
/// for every octet of it. Callers hold the proof that the Response was [`SignedElement`].
pub(crate) fn covered_by_response<'a, 'i>(
    _response: SignedElement<'_, '_>,
    assertion: Node<'a, 'i>,
) -> SignedElement<'a, 'i> {
    SignedElement(assertion)
}

/// A signature that has the accepted shape; nothing is verified yet.
struct SignatureParts<'a, 'i> {
    element: Node<'a, 'i>,
    signature: Node<'a, 'i>,
    signed_info: Node<'a, 'i>,
    /// `PrefixList` for canonicalizing `SignedInfo`.
    signed_info_prefixes: Vec<&'a str>,
    /// `PrefixList` for canonicalizing the element.
    element_prefixes: Vec<&'a str>,
    algorithm: SignatureAlgorithm,
    digest: DigestAlgorithm,
    digest_value: Vec<u8>,
    value: Vec<u8>,
}

impl<'a, 'i> SignatureParts<'a, 'i> {
    /// Structure, algorithms and reference are judged before any cryptography runs.
    fn read(
        element: Node<'a, 'i>,
        signature: Node<'a, 'i>,
        allowed: &[SignatureAlgorithm],
    ) -> Result<Self, SignatureError> {
        let children = [
            (DS, "SignedInfo", Occurs::Once),
            (DS, "SignatureValue", Occurs::Once),
            (DS, "KeyInfo", Occurs::Optional),
        ];
        check_children(signature, &children)?;
        let signed_info = required(signature, "SignedInfo")?;
        let children = [
            (DS, "CanonicalizationMethod", Occurs::Once),
            (DS, "SignatureMethod", Occurs::Once),
            (DS, "Reference", Occurs::Once),
        ];
        check_children(signed_info, &children)?;

        let method = required(signed_info, "CanonicalizationMethod")?;
        if xml::attribute(method, "Algorithm") != Some(EXC_C14N) {
            return Err(SignatureError::Canonicalization);
        }
        let signed_info_prefixes = prefixes(method).ok_or(SignatureError::Canonicalization)?;

        let method = required(signed_info, "SignatureMethod")?;
        let algorithm = xml::attribute(method, "Algorithm")
            .and_then(SignatureAlgorithm::by_uri)
            .filter(|algorithm| allowed.contains(algorithm) && !has_elements(method))
            .ok_or(SignatureError::Algorithm)?;

        let reference = required(signed_info, "Reference")?;
        let children = [
            (DS, "Transforms", Occurs::Once),
            (DS, "DigestMethod", Occurs::Once),
            (DS, "DigestValue", Occurs::Once),
        ];
        check_children(reference, &children)?;
        // The reference must be `#` and the ID of the parent: not "", not an XPointer, not a URL.
        let id = xml::attribute(element, "ID").filter(|id| !id.is_empty());
        let refers = xml::attribute(reference, "URI").and_then(|uri| uri.strip_prefix('#'));
        if id.is_none() || refers != id {
            return Err(SignatureError::Reference);
        }
        let element_prefixes = transforms(required(reference, "Transforms")?)?;

        let method = required(reference, "DigestMethod")?;
        let digest = xml::attribute(method, "Algorithm")
            .and_then(DigestAlgorithm::by_uri)
            .filter(|digest| *digest != DigestAlgorithm::Sha1 && !has_elements(method))
            .ok_or(SignatureError::Digest)?;
        Ok(Self {
            element,
            signature,
            signed_info,
            signed_info_prefixes,
            element_prefixes,
            algorithm,
            digest,
            digest_value: octets(required(reference, "DigestValue")?)?,
            value: octets(required(signature, "SignatureValue")?)?,
        })
    }

    /// The signature over `SignedInfo` first, then the digest that it vouches for. `KeyInfo` is
    /// never looked at: the keys are those configured for the peer that was asked.
    fn check(&self, keys: &[VerificationKey]) -> Result<(), SignatureError> {
        let too_long = SignatureError::TooLong;
        if self.signed_info.range().len() > SIGNED_INFO_LIMIT {
            return Err(too_long);
        }
        let signed = c14n::exclusive(self.signed_info, None, &self.signed_info_prefixes);
        let signed = signed.ok_or(too_long)?;
        let signed = signed.as_bytes();
        if !keys.iter().any(|key| key.verifies(self.algorithm, signed, &self.value)) {
            return Err(SignatureError::NoKeyMatches);
        }
        let content = c14n::exclusive(self.element, Some(self.signature), &self.element_prefixes);
        let content = content.ok_or(too_long)?;
        let digest = hash(self.digest.openssl(), content.as_bytes())
            .map_err(|_| SignatureError::DigestMismatch)?;
        if digest.len() == self.digest_value.len() && memcmp::eq(&digest, &self.digest_value) {
            Ok(())
        } else {
            Err(SignatureError::DigestMismatch)
        }
    }
}

/// Exactly enveloped-signature, then exclusive canonicalization; its prefix list.
fn transforms<'a>(transforms: Node<'a, '_>) -> Result<Vec<&'a str>, SignatureError> {
    check_children(transforms, &[(DS, "Transform", Occurs::Many)])?;
    let mut steps = xml::children(transforms, DS, "Transform");
    let (Some(first), Some(second), None) = (steps.next(), steps.next(), steps.next()) else {
        return Err(SignatureError::Transforms);
    };
    let enveloped = xml::attribute(first, "Algorithm") == Some(ENVELOPED) && !has_elements(first);
    if enveloped && xml::attribute(second, "Algorithm") == Some(EXC_C14N) {
        prefixes(second).ok_or(SignatureError::Transforms)
    } else {
        Err(SignatureError::Transforms)
    }
}

/// The `PrefixList` of an optional `InclusiveNamespaces`, the only parameter there may be.
fn prefixes<'a>(method: Node<'a, '_>) -> Option<Vec<&'a str>> {
    xml::sequence(method, &[(EXC_C14N, "InclusiveNamespaces", Occurs::Optional)]).ok()?;
    let Some(inclusive) = xml::child(method, EXC_C14N, "InclusiveNamespaces") else {
        return Some(vec![]);
    };
    // Nothing may hide in it: `SignedInfo` is canonicalized before any key has spoken.
    xml::sequence(inclusive, &[]).ok()?;
    let list = xml::attribute(inclusive, "PrefixList")?;
    let prefixes: Vec<_> = list.split_ascii_whitespace().take(PREFIX_LIMIT + 1).collect();
    if prefixes.len() > PREFIX_LIMIT { None } else { Some(prefixes) }
}

fn check_children(parent: Node<'_, '_>, children: &[xml::ChildRule]) -> Result<(), SignatureError> {
    xml::sequence(parent, children).map_err(|_| SignatureError::Structure)
}

fn required<'a, 'i>(
    parent: Node<'a, 'i>,
    name: &'static str,
) -> Result<Node<'a, 'i>, SignatureError> {
    xml::child(parent, DS, name).ok_or(SignatureError::Structure)
}

fn has_elements(node: Node<'_, '_>) -> bool {
    node.children().any(|child| child.is_element())
}

fn octets(node: Node<'_, '_>) -> Result<Vec<u8>, SignatureError> {
    let text = xml::text(node).map_err(|_| SignatureError::Structure)?;
    encoding::decode(text).ok_or(SignatureError::Structure)
}

/// `SignedInfo` is canonicalized and digested for every key of the peer before any has spoken; real
/// ones have fewer than two thousand octets.
const SIGNED_INFO_LIMIT: usize = 8192;
/// Canonicalization costs elements times prefixes; real lists hold one or two.
const PREFIX_LIMIT: usize = 16;
