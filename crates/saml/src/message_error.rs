//! The ways in which a message cannot be read, whoever sent it: facts, never the peer's text.

use std::fmt;

use jiff::Timestamp;
use silta_xml_security::{SignatureError, XmlError};
use thiserror::Error;

/// Why a SAML message, request or response, was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum MessageError {
    /// More than [`MESSAGE_LIMIT`](crate::MESSAGE_LIMIT) characters.
    #[error("the message is longer than {limit} characters")]
    TooLarge {
        /// The limit in characters of base64.
        limit: usize,
    },
    /// Not base64 of the standard alphabet [RFC 4648 §4].
    #[error("the message is not base64")]
    NotBase64,
    /// Base64, and not compressed by DEFLATE, as a message in a redirect is [SAML2Bind §3.4.4.1].
    #[error("the message is base64, and not DEFLATE compressed")]
    NotDeflated,
    /// Compressed by DEFLATE, as a message in a form never is [SAML2Bind §3.5.4].
    #[error("the message is DEFLATE compressed, as one in a form must not be")]
    Deflated,
    /// Not UTF-8.
    #[error("the message is not UTF-8")]
    NotUtf8,
    /// Not XML that a SAML message may be.
    #[error("{part} is not acceptable XML: {cause}")]
    Malformed {
        /// Which document.
        part: Part,
        /// What is wrong with it.
        cause: XmlError,
    },
    /// The root is another element than the message or assertion that belongs there.
    #[error("{part} has another root element")]
    WrongRoot {
        /// Which document.
        part: Part,
    },
    /// `Version` is not 2.0 [SAML2Core §2.3.3, §3.2.1].
    #[error("{part} is not version 2.0")]
    WrongVersion {
        /// Whose version.
        part: Part,
    },
    /// A required element is missing.
    #[error("the element {element} is missing")]
    Missing {
        /// Its local name.
        element: &'static str,
    },
    /// A request and a response came at once: one would be judged, and the other perhaps read.
    #[error("SAMLRequest and SAMLResponse stand side by side")]
    TwoMessages,
    /// A required attribute is missing.
    #[error("the attribute {attribute} is missing")]
    MissingAttribute {
        /// Its name.
        attribute: &'static str,
    },
    /// An element stands more often than it may.
    #[error("the element {element} stands more than once")]
    Repeated {
        /// Its local name.
        element: &'static str,
    },
    /// An element stands where the schema has no place for it.
    #[error("{element} stands at a place where {inside} has none for it")]
    UnexpectedElement {
        /// Its local name, if it is one of SAML's.
        element: &'static str,
        /// The parent's local name.
        inside: &'static str,
    },
    /// Text stands between elements.
    #[error("{inside} holds text between its elements")]
    UnexpectedText {
        /// The parent's local name.
        inside: &'static str,
    },
    /// This part must be signed, and it is not.
    #[error("{part} is not signed")]
    Unsigned {
        /// Which part.
        part: Part,
    },
    /// A signature is present and does not hold.
    #[error("the signature of {part} does not hold: {cause}")]
    Signature {
        /// Whose signature.
        part: Part,
        /// What is wrong with it.
        cause: SignatureError,
    },
    /// `Issuer/@Format` says that the issuer is something else than an entity
    /// [SAML2Prof §4.1.4.1, §4.1.4.2].
    #[error("the issuer of {part} is said to be something else than an entity")]
    IssuerFormat {
        /// Whose issuer.
        part: Part,
    },
    /// An instant that is not an `xs:dateTime` in a time zone.
    #[error("{field} is not an instant with a time zone")]
    NotAnInstant {
        /// The attribute.
        field: &'static str,
    },
    /// Issued longer ago than a message may travel.
    #[error("{part} was issued at {issued}, too long before {now}")]
    Stale {
        /// Which part.
        part: Part,
        /// When it says it was issued.
        issued: Timestamp,
        /// The present.
        now: Timestamp,
    },
    /// Issued in the future, beyond the clock skew.
    #[error("{part} was issued at {issued}, after {now}")]
    FromTheFuture {
        /// Which part.
        part: Part,
        /// When it says it was issued.
        issued: Timestamp,
        /// The present.
        now: Timestamp,
    },
}

impl MessageError {
    /// A short stable word for logs, metrics and audit.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "too_large",
            Self::NotBase64 => "not_base64",
            Self::NotDeflated => "not_deflated",
            Self::Deflated => "deflated",
            Self::NotUtf8 => "not_utf8",
            Self::Malformed { cause, .. } => cause.reason(),
            Self::WrongRoot { .. } => "wrong_root",
            Self::WrongVersion { .. } => "wrong_version",
            Self::Missing { .. } => "missing_element",
            Self::TwoMessages => "two_messages",
            Self::MissingAttribute { .. } => "missing_attribute",
            Self::Repeated { .. } => "repeated_element",
            Self::UnexpectedElement { .. } => "unexpected_element",
            Self::UnexpectedText { .. } => "unexpected_text",
            Self::Unsigned { .. } => "unsigned",
            Self::Signature { cause, .. } => cause.reason(),
            Self::IssuerFormat { .. } => "issuer_format",
            Self::NotAnInstant { .. } => "not_an_instant",
            Self::Stale { .. } => "stale",
            Self::FromTheFuture { .. } => "from_the_future",
        }
    }
}

/// Which part of a message an error speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The Response or the LogoutResponse.
    Response,
    /// The Assertion, plain or decrypted.
    Assertion,
    /// The subject confirmation of the assertion.
    Confirmation,
    /// The decrypted NameID of an assertion or of a LogoutRequest.
    NameId,
    /// A decrypted Attribute of an assertion.
    Attribute,
    /// The AuthnRequest or the LogoutRequest of a peer.
    Request,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Response => "the response",
            Self::Assertion => "the assertion",
            Self::Confirmation => "the subject confirmation",
            Self::NameId => "the NameID",
            Self::Attribute => "an attribute",
            Self::Request => "the request",
        })
    }
}
