//! A signature over what is written, with Silta's canonicalization.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use openssl::hash::{MessageDigest, hash};
use roxmltree::{Document, Node};
use silta_saml::algorithm::DigestAlgorithm;
use silta_saml::namespace::DS;
use silta_testkit::forge::text;
use silta_testkit::keys::KeyPair;
use silta_xml_security::c14n;
use silta_xml_security::xml::attribute;

use super::shape::{Canonicalization, Shape};

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
        let text =
            template.replace(&format!("<{name}></{name}>"), &format!("<{name}>{digest}</{name}>"));
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
