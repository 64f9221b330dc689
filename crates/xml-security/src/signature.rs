//! Verifying an enveloped XML signature: one narrow profile [XMLDSig §6.6.4, SAML2Core §5.4].
//!
//! The signature is a direct child of what it signs, has one reference, and that reference is the
//! ID of its parent. What verification returns is that very node; nothing else was signed.

use std::fmt;

use openssl::hash::hash;
use openssl::memcmp;
use roxmltree::{Document, Node};

use crate::algorithm::{DigestAlgorithm, SignatureAlgorithm};
use crate::base64_text::decode_base64;
use crate::c14n;
use crate::keys::VerificationKey;
use crate::named_algorithm::{AllowedAlgorithms, NamedAlgorithm};
use crate::named_transform::NamedTransform;
use crate::namespace::{DS, ENVELOPED, EXC_C14N, EXC_C14N_WITH_COMMENTS};
use crate::signature_error::SignatureError;
use crate::xml::{self, Occurs};

/// An element whose canonical form a signature of the expected peer covers. Only
/// [`verify_enveloped`] and [`verify_root`] make one, and [`Plaintext::signed_root`](crate::Plaintext::signed_root) out
/// of one.
///
/// ```compile_fail
/// // There is no way to build one: its field is private and it has no constructor.
/// # fn forge(node: roxmltree::Node<'_, '_>) {
/// let forged = silta_xml_security::SignedElement(node);
/// # }
/// ```
#[derive(Clone, Copy)]
pub struct SignedElement<'a, 'i>(Node<'a, 'i>);

impl<'a, 'i> SignedElement<'a, 'i> {
    /// The node that was verified.
    #[must_use]
    pub fn node(self) -> Node<'a, 'i> {
        self.0
    }

    /// The first child of this name. A child of a signed element is signed with it, unless it is the
    /// signature itself, which the enveloped transform leaves out.
    #[must_use]
    pub fn child(self, namespace: &'static str, name: &'static str) -> Option<Self> {
        if namespace == DS { None } else { xml::child(self.0, namespace, name).map(Self) }
    }

    /// `node`, if it stands somewhere inside this element: then it is signed with it, unless it is part of
    /// a signature, which the enveloped transform leaves out.
    #[must_use]
    pub fn descendant(self, node: Node<'a, 'i>) -> Option<Self> {
        let is_inside = node.ancestors().skip(1).any(|above| above == self.0);
        let mut below = node.ancestors().take_while(|one| *one != self.0);
        (is_inside && !below.any(|one| xml::is(one, DS, "Signature"))).then_some(Self(node))
    }
}

impl fmt::Debug for SignedElement<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SignedElement")
    }
}

/// Verifies the signature of `element` if it has one. The signature must refer to the element by the
/// attribute `id_attribute`, which carries its ID in the schema of the caller.
///
/// # Errors
/// [`SignatureError`] when a signature is there and does not hold: a broken signature is never
/// treated as an absent one.
pub fn verify_enveloped<'a, 'i>(
    element: Node<'a, 'i>,
    id_attribute: &str,
    keys: &[VerificationKey],
    allowed: &[SignatureAlgorithm],
) -> Result<Option<SignedElement<'a, 'i>>, SignatureError> {
    verify(element, id_attribute, Carrier::Message, (keys, allowed))
}

/// Verifies the signature of the root of a document that
/// [`parse_with_comments`](crate::xml::parse_with_comments) has read, if it has one. The signature
/// refers to the root by the attribute `id_attribute`, or to the whole document.
///
/// # Errors
/// As [`verify_enveloped`].
pub fn verify_root<'a, 'i>(
    document: &'a Document<'i>,
    id_attribute: &str,
    keys: &[VerificationKey],
    allowed: &[SignatureAlgorithm],
) -> Result<Option<SignedElement<'a, 'i>>, SignatureError> {
    verify(document.root_element(), id_attribute, Carrier::Document, (keys, allowed))
}

fn verify<'a, 'i>(
    element: Node<'a, 'i>,
    id_attribute: &str,
    carrier: Carrier,
    (keys, allowed): (&[VerificationKey], &[SignatureAlgorithm]),
) -> Result<Option<SignedElement<'a, 'i>>, SignatureError> {
    let mut signatures = xml::children(element, DS, "Signature");
    let Some(signature) = signatures.next() else { return Ok(None) };
    if signatures.next().is_some() {
        return Err(SignatureError::Structure);
    }
    let id = xml::attribute(element, id_attribute);
    SignatureParts::read((element, id), signature, carrier, allowed)?.check(keys)?;
    Ok(Some(SignedElement(element)))
}

/// The root of a plaintext whose ciphertext a signature covers: the signature vouches for every
/// octet of it. Callers hold the proof.
pub(crate) fn covered<'a, 'i>(
    _ciphertext: CoveredCiphertext,
    root: Node<'a, 'i>,
) -> SignedElement<'a, 'i> {
    SignedElement(root)
}

/// The proof that a signature covered a ciphertext, without the document that it stood in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CoveredCiphertext(());

impl CoveredCiphertext {
    /// A proof, if `signed` is the very element that holds the ciphertext.
    pub(crate) fn of(
        ciphertext: Node<'_, '_>,
        signed: Option<SignedElement<'_, '_>>,
    ) -> Option<Self> {
        signed.filter(|signed| signed.0 == ciphertext).map(|_| Self(()))
    }
}

/// What a signed element is part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Carrier {
    /// A message, which has no comments.
    Message,
    /// A document whose root is signed.
    Document,
}

impl Carrier {
    /// Whether a reference is to the element with this ID. Nothing between quotation marks is the
    /// document that holds the signature [XMLDSig §4.4.3.2], which in a message would be another
    /// element than the one that is read.
    fn refers(self, reference: Node<'_, '_>, id: Option<&str>) -> bool {
        let uri = xml::attribute(reference, "URI");
        let id = id.filter(|id| !id.is_empty());
        let by_id = id.is_some() && uri.and_then(|uri| uri.strip_prefix('#')) == id;
        by_id || (self == Self::Document && uri == Some(""))
    }
}

/// A signature that has the accepted shape; nothing is verified yet.
struct SignatureParts<'a, 'i> {
    element: Node<'a, 'i>,
    signature: Node<'a, 'i>,
    signed_info: Node<'a, 'i>,
    /// `PrefixList` for canonicalizing `SignedInfo`.
    signed_info_prefixes: Vec<&'a str>,
    /// Whether the comments of `SignedInfo` are signed with it.
    signed_info_comments: bool,
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
        (element, id): (Node<'a, 'i>, Option<&str>),
        signature: Node<'a, 'i>,
        carrier: Carrier,
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
        let refused = |named| SignatureError::Canonicalization { named };
        let signed_info_comments = writes_comments(method).map_err(refused)?;
        let signed_info_prefixes = prefixes(method).ok_or(refused(NamedTransform::Arrangement))?;

        let method = required(signed_info, "SignatureMethod")?;
        let algorithm = xml::attribute(method, "Algorithm")
            .and_then(SignatureAlgorithm::by_uri)
            .filter(|algorithm| allowed.contains(algorithm) && !has_elements(method))
            .ok_or_else(|| SignatureError::Algorithm {
                named: named(method),
                allowed: AllowedAlgorithms::signatures(allowed),
            })?;

        let reference = required(signed_info, "Reference")?;
        let children = [
            (DS, "Transforms", Occurs::Once),
            (DS, "DigestMethod", Occurs::Once),
            (DS, "DigestValue", Occurs::Once),
        ];
        check_children(reference, &children)?;
        // The reference must be `#` and the ID of the parent: not "", not an XPointer, not a URL.
        if !carrier.refers(reference, id) {
            return Err(SignatureError::Reference);
        }
        let element_prefixes = transforms(required(reference, "Transforms")?)?;

        let method = required(reference, "DigestMethod")?;
        let digest = xml::attribute(method, "Algorithm")
            .and_then(DigestAlgorithm::by_uri)
            .filter(|digest| *digest != DigestAlgorithm::Sha1 && !has_elements(method))
            .ok_or_else(|| SignatureError::Digest {
                named: named(method),
                allowed: AllowedAlgorithms::signed_digests(),
            })?;
        Ok(Self {
            element,
            signature,
            signed_info,
            signed_info_prefixes,
            signed_info_comments,
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
        if self.signed_info.range().len() > SIGNED_INFO_LIMIT {
            return Err(SignatureError::TooLong);
        }
        let canonical =
            if self.signed_info_comments { c14n::exclusive_with_comments } else { c14n::exclusive };
        let signed = canonical(self.signed_info, None, &self.signed_info_prefixes)?;
        let signed = signed.as_bytes();
        if !keys.iter().any(|key| key.verifies(self.algorithm, signed, &self.value)) {
            return Err(SignatureError::NoKeyMatches);
        }
        // Whatever the algorithm is: to follow a reference by "" or `#` and an ID leaves comments out
        // before anything is canonicalized [XMLDSig §4.4.3.3].
        let content = c14n::exclusive(self.element, Some(self.signature), &self.element_prefixes)?;
        let digest = hash(self.digest.openssl(), content.as_bytes())
            .map_err(|_| SignatureError::NotComputed)?;
        if digest.len() == self.digest_value.len() && memcmp::eq(&digest, &self.digest_value) {
            Ok(())
        } else {
            Err(SignatureError::DigestMismatch)
        }
    }
}

/// Exactly enveloped-signature, then exclusive canonicalization; its prefix list.
fn transforms<'a>(transforms: Node<'a, '_>) -> Result<Vec<&'a str>, SignatureError> {
    let refused = |named| SignatureError::Transforms { named };
    check_children(transforms, &[(DS, "Transform", Occurs::Many)])?;
    let steps: Vec<_> = xml::children(transforms, DS, "Transform").take(3).collect();
    let named = |step: &Node<'a, '_>| xml::attribute(*step, "Algorithm");
    let mut all = steps.iter().map(named).map(NamedTransform::of);
    if let Some(foreign) = all.find(|one| *one != NamedTransform::Arrangement) {
        return Err(refused(foreign));
    }
    match steps.as_slice() {
        [first, second] if is_enveloped(*first) => {
            writes_comments(*second).map_err(refused)?;
            prefixes(*second).ok_or(refused(NamedTransform::Arrangement))
        }
        [only] if is_enveloped(*only) => Err(refused(NamedTransform::EnvelopedSignatureAlone)),
        _ => Err(refused(NamedTransform::Arrangement)),
    }
}

fn is_enveloped(transform: Node<'_, '_>) -> bool {
    xml::attribute(transform, "Algorithm") == Some(ENVELOPED) && !has_elements(transform)
}

/// Whether exclusive canonicalization writes comments. A message holds none, so there both of its
/// names mean the same octets [SAML2Core §5.4.3, §5.4.4].
fn writes_comments(method: Node<'_, '_>) -> Result<bool, NamedTransform> {
    match xml::attribute(method, "Algorithm") {
        Some(EXC_C14N) => Ok(false),
        Some(EXC_C14N_WITH_COMMENTS) => Ok(true),
        other => Err(NamedTransform::of(other)),
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

/// What a method names, for whoever has to change it.
fn named(method: Node<'_, '_>) -> NamedAlgorithm {
    let named = NamedAlgorithm::of(xml::attribute(method, "Algorithm"));
    if has_elements(method) { named.with_parameter() } else { named }
}

fn has_elements(node: Node<'_, '_>) -> bool {
    node.children().any(|child| child.is_element())
}

fn octets(node: Node<'_, '_>) -> Result<Vec<u8>, SignatureError> {
    let text = xml::text(node).map_err(|_| SignatureError::Structure)?;
    decode_base64(text).ok_or(SignatureError::Structure)
}

/// `SignedInfo` is canonicalized and digested for every key of the peer before any has spoken; real
/// ones have fewer than two thousand octets.
const SIGNED_INFO_LIMIT: usize = 8192;
/// Canonicalization costs elements times prefixes; real lists hold one or two.
const PREFIX_LIMIT: usize = 16;
