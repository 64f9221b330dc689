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
use crate::rejected::{Part, Rejected};
use crate::signature_fault::SignatureFault;
use crate::xml::{self, Times};

/// An element whose canonical form a signature of the expected peer covers. Made only here.
#[derive(Clone, Copy)]
pub(crate) struct Signed<'a, 'i>(Node<'a, 'i>);

impl<'a, 'i> Signed<'a, 'i> {
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
/// [`Rejected::Signature`] when a signature is there and does not hold: a broken signature is never
/// treated as an absent one.
pub(crate) fn verify<'a, 'i>(
    element: Node<'a, 'i>,
    part: Part,
    keys: &[VerificationKey],
    allowed: &[SignatureAlgorithm],
) -> Result<Option<Signed<'a, 'i>>, Rejected> {
    let mut signatures = xml::children(element, DS, "Signature");
    let Some(signature) = signatures.next() else { return Ok(None) };
    let checked = if signatures.next().is_some() {
        Err(SignatureFault::Structure)
    } else {
        Profile::read(element, signature, allowed).and_then(|profile| profile.check(keys))
    };
    match checked {
        Ok(()) => Ok(Some(Signed(element))),
        Err(fault) => Err(Rejected::Signature { part, fault }),
    }
}

/// The plaintext of a ciphertext that a verified Response covers: the Response's signature vouches
/// for every octet of it. Callers hold the proof that the Response was [`Signed`].
pub(crate) fn vouched_by_outer<'a, 'i>(
    _response: Signed<'_, '_>,
    assertion: Node<'a, 'i>,
) -> Signed<'a, 'i> {
    Signed(assertion)
}

/// A signature that has the accepted shape; nothing is verified yet.
struct Profile<'a, 'i> {
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

impl<'a, 'i> Profile<'a, 'i> {
    /// Structure, algorithms and reference are judged before any cryptography runs.
    fn read(
        element: Node<'a, 'i>,
        signature: Node<'a, 'i>,
        allowed: &[SignatureAlgorithm],
    ) -> Result<Self, SignatureFault> {
        let places = [
            (DS, "SignedInfo", Times::Once),
            (DS, "SignatureValue", Times::Once),
            (DS, "KeyInfo", Times::Optional),
        ];
        shape(signature, &places)?;
        let signed_info = only(signature, "SignedInfo")?;
        let places = [
            (DS, "CanonicalizationMethod", Times::Once),
            (DS, "SignatureMethod", Times::Once),
            (DS, "Reference", Times::Once),
        ];
        shape(signed_info, &places)?;

        let method = only(signed_info, "CanonicalizationMethod")?;
        if xml::attribute(method, "Algorithm") != Some(EXC_C14N) {
            return Err(SignatureFault::Canonicalization);
        }
        let signed_info_prefixes = prefixes(method).ok_or(SignatureFault::Canonicalization)?;

        let method = only(signed_info, "SignatureMethod")?;
        let algorithm = xml::attribute(method, "Algorithm")
            .and_then(SignatureAlgorithm::by_uri)
            .filter(|algorithm| allowed.contains(algorithm) && !has_elements(method))
            .ok_or(SignatureFault::Algorithm)?;

        let reference = only(signed_info, "Reference")?;
        let places = [
            (DS, "Transforms", Times::Once),
            (DS, "DigestMethod", Times::Once),
            (DS, "DigestValue", Times::Once),
        ];
        shape(reference, &places)?;
        // The reference must be `#` and the ID of the parent: not "", not an XPointer, not a URL.
        let id = xml::attribute(element, "ID").filter(|id| !id.is_empty());
        let refers = xml::attribute(reference, "URI").and_then(|uri| uri.strip_prefix('#'));
        if id.is_none() || refers != id {
            return Err(SignatureFault::Reference);
        }
        let element_prefixes = transforms(only(reference, "Transforms")?)?;

        let method = only(reference, "DigestMethod")?;
        let digest = xml::attribute(method, "Algorithm")
            .and_then(DigestAlgorithm::by_uri)
            .filter(|digest| *digest != DigestAlgorithm::Sha1 && !has_elements(method))
            .ok_or(SignatureFault::Digest)?;
        Ok(Self {
            element,
            signature,
            signed_info,
            signed_info_prefixes,
            element_prefixes,
            algorithm,
            digest,
            digest_value: octets(only(reference, "DigestValue")?)?,
            value: octets(only(signature, "SignatureValue")?)?,
        })
    }

    /// The signature over `SignedInfo` first, then the digest that it vouches for. `KeyInfo` is
    /// never looked at: the keys are those configured for the peer that was asked.
    fn check(&self, keys: &[VerificationKey]) -> Result<(), SignatureFault> {
        let too_long = SignatureFault::TooLong;
        if self.signed_info.range().len() > SIGNED_INFO_LIMIT {
            return Err(too_long);
        }
        let signed = c14n::exclusive(self.signed_info, None, &self.signed_info_prefixes);
        let signed = signed.ok_or(too_long)?;
        let signed = signed.as_bytes();
        if !keys.iter().any(|key| key.verifies(self.algorithm, signed, &self.value)) {
            return Err(SignatureFault::NoKeyMatches);
        }
        let content = c14n::exclusive(self.element, Some(self.signature), &self.element_prefixes);
        let content = content.ok_or(too_long)?;
        let digest = hash(self.digest.openssl(), content.as_bytes())
            .map_err(|_| SignatureFault::DigestMismatch)?;
        if digest.len() == self.digest_value.len() && memcmp::eq(&digest, &self.digest_value) {
            Ok(())
        } else {
            Err(SignatureFault::DigestMismatch)
        }
    }
}

/// Exactly enveloped-signature, then exclusive canonicalization; its prefix list.
fn transforms<'a>(transforms: Node<'a, '_>) -> Result<Vec<&'a str>, SignatureFault> {
    shape(transforms, &[(DS, "Transform", Times::Many)])?;
    let mut steps = xml::children(transforms, DS, "Transform");
    let (Some(first), Some(second), None) = (steps.next(), steps.next(), steps.next()) else {
        return Err(SignatureFault::Transforms);
    };
    let enveloped = xml::attribute(first, "Algorithm") == Some(ENVELOPED) && !has_elements(first);
    if enveloped && xml::attribute(second, "Algorithm") == Some(EXC_C14N) {
        prefixes(second).ok_or(SignatureFault::Transforms)
    } else {
        Err(SignatureFault::Transforms)
    }
}

/// The `PrefixList` of an optional `InclusiveNamespaces`, the only parameter there may be.
fn prefixes<'a>(method: Node<'a, '_>) -> Option<Vec<&'a str>> {
    xml::sequence(method, &[(EXC_C14N, "InclusiveNamespaces", Times::Optional)]).ok()?;
    let Some(inclusive) = xml::child(method, EXC_C14N, "InclusiveNamespaces") else {
        return Some(vec![]);
    };
    // Nothing may hide in it: `SignedInfo` is canonicalized before any key has spoken.
    xml::sequence(inclusive, &[]).ok()?;
    let list = xml::attribute(inclusive, "PrefixList")?;
    let prefixes: Vec<_> = list.split_ascii_whitespace().take(PREFIX_LIMIT + 1).collect();
    if prefixes.len() > PREFIX_LIMIT { None } else { Some(prefixes) }
}

fn shape(parent: Node<'_, '_>, places: &[xml::Place]) -> Result<(), SignatureFault> {
    xml::sequence(parent, places).map_err(|_| SignatureFault::Structure)
}

fn only<'a, 'i>(parent: Node<'a, 'i>, name: &'static str) -> Result<Node<'a, 'i>, SignatureFault> {
    xml::child(parent, DS, name).ok_or(SignatureFault::Structure)
}

fn has_elements(node: Node<'_, '_>) -> bool {
    node.children().any(|child| child.is_element())
}

fn octets(node: Node<'_, '_>) -> Result<Vec<u8>, SignatureFault> {
    let text = xml::text(node).map_err(|_| SignatureFault::Structure)?;
    encoding::decode(text).ok_or(SignatureFault::Structure)
}

/// `SignedInfo` is canonicalized and digested for every key of the peer before any has spoken; real
/// ones have fewer than two thousand octets.
const SIGNED_INFO_LIMIT: usize = 8192;
/// Canonicalization costs elements times prefixes; real lists hold one or two.
const PREFIX_LIMIT: usize = 16;
