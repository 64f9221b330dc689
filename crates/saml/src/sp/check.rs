//! The checks of a judgement, in their order.

use crate::sp::response_error::ResponseError;

/// One check of a Response. A judgement goes through them in this order and ends at the first that fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Check {
    /// The form field is base64 of UTF-8, within its limit.
    Encoding,
    /// It is XML within its limits, without what has no place in a message.
    Xml,
    /// It is a Response with the elements of the schema, each at its place.
    Shape,
    /// Its own signature holds, and is there if it must be.
    ResponseSignature,
    /// It is addressed to us.
    Destination,
    /// The identity provider that was asked sent it.
    ResponseIssuer,
    /// It answers our request.
    ResponseRequest,
    /// It is neither old nor from the future.
    ResponseAge,
    /// It reports a success, or a failure that is believed.
    Status,
    /// It holds one assertion.
    OneAssertion,
    /// The assertion is encrypted as it must be.
    Encryption,
    /// One of our keys opens it.
    Decryption,
    /// What was opened is an assertion in XML within its limits.
    OpenedXml,
    /// The assertion is signed as it must be.
    AssertionSignature,
    /// It has the elements of the schema.
    AssertionShape,
    /// The identity provider that was asked issued it.
    AssertionIssuer,
    /// It is neither old nor from the future.
    AssertionAge,
    /// A bearer confirmation names us and our request, and has not ended.
    Confirmation,
    /// Its conditions hold now, for us, and let us pass it on.
    Conditions,
    /// When and how the person authenticated is enough.
    Authentication,
    /// The name of its subject can be read.
    Subject,
    /// Its attributes can be read.
    Attributes,
    /// What of its subject and attributes is encrypted by itself, and used, can be opened and read.
    EncryptedParts,
}

impl Check {
    /// Every check, in order.
    pub const ALL: [Self; 23] = [
        Self::Encoding,
        Self::Xml,
        Self::Shape,
        Self::ResponseSignature,
        Self::Destination,
        Self::ResponseIssuer,
        Self::ResponseRequest,
        Self::ResponseAge,
        Self::Status,
        Self::OneAssertion,
        Self::Encryption,
        Self::Decryption,
        Self::OpenedXml,
        Self::AssertionSignature,
        Self::AssertionShape,
        Self::AssertionIssuer,
        Self::AssertionAge,
        Self::Confirmation,
        Self::Conditions,
        Self::Authentication,
        Self::Subject,
        Self::Attributes,
        Self::EncryptedParts,
    ];

    /// A short stable word for programs.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Encoding => "encoding",
            Self::Xml => "xml",
            Self::Shape => "shape",
            Self::ResponseSignature => "response_signature",
            Self::Destination => "destination",
            Self::ResponseIssuer => "response_issuer",
            Self::ResponseRequest => "response_request",
            Self::ResponseAge => "response_age",
            Self::Status => "status",
            Self::OneAssertion => "one_assertion",
            Self::Encryption => "encryption",
            Self::Decryption => "decryption",
            Self::OpenedXml => "opened_xml",
            Self::AssertionSignature => "assertion_signature",
            Self::AssertionShape => "assertion_shape",
            Self::AssertionIssuer => "assertion_issuer",
            Self::AssertionAge => "assertion_age",
            Self::Confirmation => "confirmation",
            Self::Conditions => "conditions",
            Self::Authentication => "authentication",
            Self::Subject => "subject",
            Self::Attributes => "attributes",
            Self::EncryptedParts => "encrypted_parts",
        }
    }

    /// What it asks, in a few words.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Encoding => "the form holds base64 of a text",
            Self::Xml => "the text is XML that may be read",
            Self::Shape => "it is a Response as the schema has it",
            Self::ResponseSignature => "the signature of the Response",
            Self::Destination => "Destination is our ACS",
            Self::ResponseIssuer => "Issuer of the Response is the upstream",
            Self::ResponseRequest => "InResponseTo is our request",
            Self::ResponseAge => "IssueInstant of the Response is of now",
            Self::Status => "Status is a success",
            Self::OneAssertion => "there is one assertion",
            Self::Encryption => "the assertion is encrypted, or may be plain",
            Self::Decryption => "one of our keys opens it",
            Self::OpenedXml => "what was opened is an assertion in XML that may be read",
            Self::AssertionSignature => "a signature covers the assertion, as it must be",
            Self::AssertionShape => "it is an Assertion as the schema has it",
            Self::AssertionIssuer => "Issuer of the assertion is the upstream",
            Self::AssertionAge => "IssueInstant of the assertion is of now",
            Self::Confirmation => "a bearer confirmation is for us, our request and now",
            Self::Conditions => "Conditions hold for us and now",
            Self::Authentication => "AuthnStatement has a level and a time that are enough",
            Self::Subject => "the name of the subject can be read",
            Self::Attributes => "the attributes can be read",
            Self::EncryptedParts => "names and attributes that are encrypted by themselves open",
        }
    }

    /// Whether a plain assertion does without it.
    pub(crate) fn is_of_encryption(self) -> bool {
        matches!(self, Self::Decryption | Self::OpenedXml)
    }
}

/// A refusal, with the check that it comes from.
#[derive(Debug)]
pub(crate) struct RefusedAt {
    pub(crate) check: Check,
    pub(crate) error: ResponseError,
}

impl From<RefusedAt> for ResponseError {
    fn from(refused: RefusedAt) -> Self {
        refused.error
    }
}

/// Says of a result which check it comes from.
pub(crate) trait During<T> {
    /// The same result, of this check.
    fn during(self, check: Check) -> Result<T, RefusedAt>;
}

impl<T, E: Into<ResponseError>> During<T> for Result<T, E> {
    fn during(self, check: Check) -> Result<T, RefusedAt> {
        self.map_err(|error| RefusedAt { check, error: error.into() })
    }
}
