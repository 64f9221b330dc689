//! What a person is shown who signs by logging in, as Sweden Connect says it.

use silta_xml_security::{Element, EncryptionError, encode_base64};

use crate::sp::request_encryption::RequestRecipient;

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

const CSIG: &str = "http://id.elegnamnden.se/csig/1.1/dss-ext/ns";
