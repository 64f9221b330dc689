//! A signature over what is written, by somebody else's means or with Silta's canonicalization.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use openssl::hash::{MessageDigest, hash};
use roxmltree::{Document, Node};
use silta_saml::algorithm::{DigestAlgorithm, SignatureAlgorithm};
use silta_saml::namespace::DS;
use silta_testkit::forge::text;
use silta_testkit::keys::KeyPair;
use silta_xml_security::c14n;
use silta_xml_security::xml::attribute;

use super::shape::{Canonicalization, Shape};
use super::{Curve, Signer};
use crate::change::Change;
use crate::{bergshamra_judge, xmlsec_judge};

impl Signer {
    /// Fills in what is empty in a template.
    ///
    /// # Errors
    /// Whatever it says.
    pub(super) fn sign(
        self,
        shape: &Shape,
        template: &str,
        key: &KeyPair,
    ) -> Result<String, String> {
        match self {
            Self::Silta => Ok(shape.sign(template, key)),
            Self::Bergshamra => bergshamra_judge::sign(template, key),
            Self::Xmlsec => xmlsec_judge::sign(template, key),
        }
    }

    /// Whether it is known to sign nothing of the kind, or not always.
    pub(super) fn is_beyond(self, shape: &Shape, change: Change) -> bool {
        match self {
            Self::Silta => false,
            Self::Bergshamra => {
                // AWS-LC signs with one digest for each of these curves.
                let other_digest = match shape.curve {
                    Curve::P256 => shape.algorithm != SignatureAlgorithm::EcdsaSha256,
                    Curve::P384 => shape.algorithm != SignatureAlgorithm::EcdsaSha384,
                    Curve::Rsa | Curve::P521 => false,
                };
                // It takes `id` and `xml:id` for IDs, the second one twice, and decodes no reference.
                let ids = [Change::IdTwice, Change::XmlId, Change::PercentEncoded];
                other_digest || change == Change::Sha1Signature || ids.contains(&change)
            }
            // Version 1.2 has no RSASSA-PSS. It reads `KeyInfo` once and last, wants a `PrefixList` and an
            // `ID`, and canonicalizes no relative namespace; a letter may be none in the other encoding.
            Self::Xmlsec => {
                shape.algorithm.name().starts_with("rsa-pss")
                    || matches!(
                        change,
                        Change::IdInOtherCase
                            | Change::KeyInfoFirst
                            | Change::KeyInfoTwice
                            | Change::NoPrefixList
                            | Change::OtherEncoding
                            | Change::PercentEncoded
                            | Change::RelativeNamespace
                    )
            }
        }
    }
}

impl Shape {
    /// Fills in what is empty, with Silta's canonicalization.
    pub(super) fn sign(&self, template: &str, key: &KeyPair) -> String {
        let digest = {
            let document = Document::parse(template).unwrap();
            let named = |id: &str| {
                let with = |node: &Node<'_, '_>| {
                    ["ID", "Id"].iter().any(|name| attribute(*node, name) == Some(id))
                };
                document.descendants().find(with)
            };
            let reference = descendant(&document, "Reference");
            let uri = attribute(reference, "URI").unwrap();
            let target = match uri {
                "" | "#xpointer(/)" => document.root_element(),
                "#_other" => named("_other").unwrap(),
                _ => named("_message").unwrap(),
            };
            let signature = descendant(&document, "Signature");
            // A full XPointer keeps comments, other references leave them out [XMLDSig §4.4.3.3].
            let pointer = uri.contains("xpointer");
            let octets =
                self.transform.octets(target, Some(signature), pointer && self.transform.comments);
            STANDARD.encode(hash(message_digest(self.digest), &octets).unwrap())
        };
        let name = self.name("DigestValue");
        let empty = format!("<{name}></{name}>");
        let text = text::swapped(template, &empty, &format!("<{name}>{digest}</{name}>"));
        let value = {
            let document = Document::parse(&text).unwrap();
            let info = descendant(&document, "SignedInfo");
            let octets = self.method.octets(info, None, self.method.comments);
            STANDARD.encode(key.signing(self.algorithm).sign(&octets).unwrap())
        };
        let name = self.name("SignatureValue");
        text::swapped(&text, &format!("<{name}></{name}>"), &format!("<{name}>{value}</{name}>"))
    }
}

impl Canonicalization {
    fn octets(&self, node: Node<'_, '_>, without: Option<Node<'_, '_>>, comments: bool) -> Vec<u8> {
        let canonical = if comments { c14n::exclusive_with_comments } else { c14n::exclusive };
        canonical(node, without, &self.prefixes).unwrap().into_bytes()
    }
}

fn descendant<'d, 'i>(document: &'d Document<'i>, name: &str) -> Node<'d, 'i> {
    let found = document.descendants().find(|node| node.has_tag_name((DS, name)));
    found.unwrap_or_else(|| panic!("no {name}"))
}

fn message_digest(digest: DigestAlgorithm) -> MessageDigest {
    match digest {
        DigestAlgorithm::Sha1 => MessageDigest::sha1(),
        DigestAlgorithm::Sha256 => MessageDigest::sha256(),
        DigestAlgorithm::Sha384 => MessageDigest::sha384(),
        DigestAlgorithm::Sha512 => MessageDigest::sha512(),
    }
}
