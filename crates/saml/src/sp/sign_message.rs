//! What a person is shown who signs by logging in, as Sweden Connect says it.

use roxmltree::Node;
use silta_xml_security::{Element, EncryptionError, encode_base64, sha256};

use crate::namespace::SAML;
use crate::sp::request_encryption::RequestRecipient;
use crate::sp::response_error::ResponseError;
use crate::xml;

/// `SignMessage` of each request of a signature service [DSS Extension for Federated Signing Services §3.1.2].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignMessage {
    /// What is shown.
    pub text: String,
    /// What kind of text it is.
    pub kind: SignMessageKind,
    /// Whether nobody may log in who was not shown it.
    pub must_show: bool,
}

/// What answers must prove of it: that this very text was shown, and that the person agreed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignMessageProof {
    digest: String,
    is_required: bool,
}

/// `MimeType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignMessageKind {
    /// Plain text.
    Text,
    /// HTML, of the few elements that the profile allows.
    Html,
    /// Markdown.
    Markdown,
}

impl SignMessageKind {
    /// As messages have it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Html => "text/html",
            Self::Markdown => "text/markdown",
        }
    }
}

impl SignMessage {
    /// The extension, for anybody to read.
    pub(crate) fn to_element(&self) -> Element {
        self.around(None, self.message())
    }

    /// The extension, which the identity provider of this entityID alone can read.
    pub(crate) fn encrypted(
        &self,
        entity_id: &str,
        recipient: &RequestRecipient,
        random: [u8; 48],
    ) -> Result<Element, EncryptionError> {
        let data = recipient.encrypt(&self.message().namespace("csig", CSIG), random)?;
        let message = Element::new("csig:EncryptedMessage").child(data);
        Ok(self.around(Some(entity_id), message))
    }

    fn message(&self) -> Element {
        Element::new("csig:Message").text(encode_base64(self.text.as_bytes()))
    }

    fn around(&self, entity_id: Option<&str>, message: Element) -> Element {
        Element::new("csig:SignMessage")
            .namespace("csig", CSIG)
            .attribute("MustShow", if self.must_show { "true" } else { "false" })
            .attribute_if("DisplayEntity", entity_id)
            .attribute("MimeType", self.kind.name())
            .child(message)
    }
}

impl SignMessageProof {
    /// Of this text. Where it is not required, an answer may be silent, but not speak of another text.
    #[must_use]
    pub fn of(text: &str, is_required: bool) -> Self {
        // SHA-256, unless our metadata asked for another digest, which it does not
        // [Attribute Specification for the Swedish eID Framework 1.8 §3.2.4].
        let digest = format!("{SHA256};{}", encode_base64(&sha256(text.as_bytes())));
        Self { digest, is_required }
    }

    /// Checks `signMessageDigest`. One that is encrypted by itself, as nothing may be there, proves nothing.
    pub(crate) fn check(&self, assertion: Node<'_, '_>) -> Result<(), ResponseError> {
        let statements = xml::children(assertion, SAML, "AttributeStatement");
        let attributes = statements.flat_map(|one| xml::children(one, SAML, "Attribute"));
        let digests = attributes.filter(|one| xml::attribute(*one, "Name") == Some(DIGEST));
        let mut values = digests.flat_map(|one| xml::children(one, SAML, "AttributeValue"));
        let is_proof =
            |value| xml::text(value).is_ok_and(|text| text.trim_ascii() == self.digest.as_str());
        let is_good = match (values.next(), values.next()) {
            (None, _) => !self.is_required,
            (Some(only), None) => is_proof(only),
            (Some(_), Some(_)) => false,
        };
        if is_good { Ok(()) } else { Err(ResponseError::SignMessage) }
    }
}

const DIGEST: &str = "urn:oid:1.2.752.201.3.14";
const SHA256: &str = "http://www.w3.org/2001/04/xmlenc#sha256";
const CSIG: &str = "http://id.elegnamnden.se/csig/1.1/dss-ext/ns";
