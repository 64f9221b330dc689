//! Every way a message from an identity provider can be refused: facts, never the peer's text.

use jiff::Timestamp;
use silta_xml_security::{DecryptionError, SignatureError, XmlError};
use thiserror::Error;

use crate::status::StatusError;

/// Why a Response was not accepted. Each error has a stable [`ResponseError::reason`] for logs and
/// metrics.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ResponseError {
    /// More than [`MESSAGE_LIMIT`](crate::MESSAGE_LIMIT) characters.
    #[error("the message is longer than {limit} characters")]
    TooLarge {
        /// The limit in characters of base64.
        limit: usize,
    },
    /// Not base64 of the standard alphabet [RFC 4648 §4].
    #[error("the message is not base64")]
    NotBase64,
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
    /// The root is not a `Response`, or the decrypted document not an `Assertion`.
    #[error("{part} has another root element")]
    WrongRoot {
        /// Which document.
        part: Part,
    },
    /// `Version` is not 2.0 [SAML2Core §2.3.3].
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
    #[error("an element stands at a place where {inside} has none for it")]
    UnexpectedElement {
        /// The parent's local name.
        inside: &'static str,
    },
    /// Text stands between elements.
    #[error("{inside} holds text between its elements")]
    UnexpectedText {
        /// The parent's local name.
        inside: &'static str,
    },
    /// There is no assertion, more than one, or one at a place where none belongs.
    #[error("a response must hold exactly one assertion, at its place")]
    AssertionCount,
    /// A `Signature` stands elsewhere than directly inside the Response or its Assertion.
    #[error("a signature stands at a place where none belongs")]
    StraySignature,
    /// The profile requires this part to be signed, and it is not.
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
    /// The profile requires an encrypted assertion.
    #[error("the assertion is not encrypted")]
    NotEncrypted,
    /// The encrypted assertion was not opened.
    #[error("the assertion is encrypted in a way that is not accepted: {0}")]
    Decryption(#[from] DecryptionError),
    /// An encrypted identifier or attribute inside the assertion.
    #[error("encrypted identifiers and attributes are not supported")]
    EncryptedContent,
    /// `Destination` is absent or another address [SAML2Core §3.2.2].
    #[error("the response is addressed to another destination")]
    WrongDestination,
    /// `Issuer` is not the identity provider that was asked.
    #[error("{part} was issued by another identity provider than the one asked")]
    WrongIssuer {
        /// Whose issuer.
        part: Part,
    },
    /// `Issuer/@Format` says that the issuer is something else than an entity
    /// [SAML2Prof §4.1.4.2].
    #[error("the issuer of {part} is said to be something else than an entity")]
    IssuerFormat {
        /// Whose issuer.
        part: Part,
    },
    /// No `InResponseTo`: nobody asked for this.
    #[error("{part} answers no request")]
    Unsolicited {
        /// Which part.
        part: Part,
    },
    /// `InResponseTo` names another request.
    #[error("{part} answers another request")]
    NotOurRequest {
        /// Which part.
        part: Part,
    },
    /// An instant that is not an `xs:dateTime` in a time zone.
    #[error("{field} is not an instant with a time zone")]
    NotAnInstant {
        /// The attribute.
        field: &'static str,
    },
    /// Issued longer ago than a response may travel.
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
    /// The identity provider reports that the login did not succeed.
    #[error("the identity provider reports: {0}")]
    Status(StatusError),
    /// No `SubjectConfirmation` with method bearer [SAML2Prof §4.1.4.2].
    #[error("the subject has no bearer confirmation")]
    NoBearer,
    /// `Recipient` is absent or another address [SAML2Prof §4.1.4.3].
    #[error("the subject confirmation names another recipient")]
    WrongRecipient,
    /// `NotOnOrAfter` is absent from the confirmation [SAML2Prof §4.1.4.2].
    #[error("the subject confirmation has no end")]
    ConfirmationEndless,
    /// `NotBefore` must not stand in a bearer confirmation [SAML2Prof §4.1.4.2].
    #[error("the subject confirmation has a NotBefore")]
    ConfirmationNotBefore,
    /// The confirmation has expired.
    #[error("the subject confirmation expired at {not_on_or_after}, now is {now}")]
    ConfirmationExpired {
        /// Its end.
        not_on_or_after: Timestamp,
        /// The present.
        now: Timestamp,
    },
    /// The conditions have expired.
    #[error("the assertion expired at {not_on_or_after}, now is {now}")]
    Expired {
        /// Their end, exclusive.
        not_on_or_after: Timestamp,
        /// The present.
        now: Timestamp,
    },
    /// The conditions do not hold yet.
    #[error("the assertion is valid from {not_before}, now is {now}")]
    NotYetValid {
        /// Their beginning, inclusive.
        not_before: Timestamp,
        /// The present.
        now: Timestamp,
    },
    /// No audience restriction [SAML2Prof §4.1.4.2].
    #[error("the assertion is not restricted to an audience")]
    NoAudience,
    /// An audience restriction that does not name us.
    #[error("the assertion is meant for another audience")]
    WrongAudience,
    /// A condition that is not understood makes the assertion invalid [SAML2Core §2.5.1].
    #[error("the assertion carries a condition that is not understood")]
    UnknownCondition,
    /// `ProxyRestriction` forbids passing the identity on, which is all a broker does
    /// [SAML2Core §2.5.1.6].
    #[error("the assertion may not be passed on")]
    ProxyForbidden,
    /// The session that the assertion speaks of is over.
    #[error("the session at the identity provider ended at {ended}")]
    SessionOver {
        /// `SessionNotOnOrAfter`.
        ended: Timestamp,
    },
    /// A fresh authentication was asked for, and this one is older.
    #[error("the person was authenticated at {authenticated}, before {needed}")]
    NotFresh {
        /// `AuthnInstant`.
        authenticated: Timestamp,
        /// The earliest instant that would have done.
        needed: Timestamp,
    },
    /// No `AuthnContextClassRef`, or one that is none of the peer's assurance levels.
    #[error("the authentication context is absent or not one this peer may assert")]
    UnknownAuthnContext,
    /// A weaker authentication context than the one asked for.
    #[error("the authentication context is weaker than the one asked for")]
    WeakAuthnContext,
}

impl ResponseError {
    /// What the refusal means for the login, whatever its cause.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        match self {
            Self::Status(failure) => Verdict::Declined(*failure),
            Self::WeakAuthnContext => Verdict::TooWeak,
            Self::NotFresh { .. } => Verdict::NotFresh,
            Self::TooLarge { .. }
            | Self::NotBase64
            | Self::NotUtf8
            | Self::Malformed { .. }
            | Self::WrongRoot { .. }
            | Self::WrongVersion { .. }
            | Self::Missing { .. }
            | Self::MissingAttribute { .. }
            | Self::Repeated { .. }
            | Self::UnexpectedElement { .. }
            | Self::UnexpectedText { .. }
            | Self::AssertionCount
            | Self::StraySignature
            | Self::Unsigned { .. }
            | Self::Signature { .. }
            | Self::NotEncrypted
            | Self::Decryption(_)
            | Self::EncryptedContent
            | Self::WrongDestination
            | Self::WrongIssuer { .. }
            | Self::IssuerFormat { .. }
            | Self::Unsolicited { .. }
            | Self::NotOurRequest { .. }
            | Self::NotAnInstant { .. }
            | Self::Stale { .. }
            | Self::FromTheFuture { .. }
            | Self::NoBearer
            | Self::WrongRecipient
            | Self::ConfirmationEndless
            | Self::ConfirmationNotBefore
            | Self::ConfirmationExpired { .. }
            | Self::Expired { .. }
            | Self::NotYetValid { .. }
            | Self::NoAudience
            | Self::WrongAudience
            | Self::UnknownCondition
            | Self::ProxyForbidden
            | Self::SessionOver { .. }
            | Self::UnknownAuthnContext => Verdict::NotAcceptable,
        }
    }

    /// A short stable word for logs, metrics and audit.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "too_large",
            Self::NotBase64 => "not_base64",
            Self::NotUtf8 => "not_utf8",
            Self::Malformed { cause, .. } => cause.reason(),
            Self::WrongRoot { .. } => "wrong_root",
            Self::WrongVersion { .. } => "wrong_version",
            Self::Missing { .. } => "missing_element",
            Self::MissingAttribute { .. } => "missing_attribute",
            Self::Repeated { .. } => "repeated_element",
            Self::UnexpectedElement { .. } => "unexpected_element",
            Self::UnexpectedText { .. } => "unexpected_text",
            Self::AssertionCount => "assertion_count",
            Self::StraySignature => "stray_signature",
            Self::Unsigned { .. } => "unsigned",
            Self::Signature { cause, .. } => cause.reason(),
            Self::NotEncrypted => "not_encrypted",
            Self::Decryption(error) => error.reason(),
            Self::EncryptedContent => "encrypted_content",
            Self::WrongDestination => "wrong_destination",
            Self::WrongIssuer { .. } => "wrong_issuer",
            Self::IssuerFormat { .. } => "issuer_format",
            Self::Unsolicited { .. } => "unsolicited",
            Self::NotOurRequest { .. } => "not_our_request",
            Self::NotAnInstant { .. } => "not_an_instant",
            Self::Stale { .. } => "stale",
            Self::FromTheFuture { .. } => "from_the_future",
            Self::Status(failure) => failure.reason(),
            Self::NoBearer => "no_bearer",
            Self::WrongRecipient => "wrong_recipient",
            Self::ConfirmationEndless => "confirmation_endless",
            Self::ConfirmationNotBefore => "confirmation_not_before",
            Self::ConfirmationExpired { .. } => "confirmation_expired",
            Self::Expired { .. } => "expired",
            Self::NotYetValid { .. } => "not_yet_valid",
            Self::NoAudience => "no_audience",
            Self::WrongAudience => "wrong_audience",
            Self::UnknownCondition => "unknown_condition",
            Self::ProxyForbidden => "proxy_forbidden",
            Self::SessionOver { .. } => "session_over",
            Self::NotFresh { .. } => "not_fresh",
            Self::UnknownAuthnContext => "unknown_authn_context",
            Self::WeakAuthnContext => "weak_authn_context",
        }
    }
}

/// What a refusal means for the login.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The identity provider says that there was no login.
    Declined(StatusError),
    /// There was one, at a weaker level than needed.
    TooWeak,
    /// There was one, longer ago than asked for.
    NotFresh,
    /// The message proves nothing.
    NotAcceptable,
}

/// Which part of the message a refusal speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The Response.
    Response,
    /// The Assertion, plain or decrypted.
    Assertion,
    /// The subject confirmation of the assertion.
    Confirmation,
    /// A request, on the identity-provider side.
    Request,
}

impl std::fmt::Display for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Response => "the response",
            Self::Assertion => "the assertion",
            Self::Confirmation => "the subject confirmation",
            Self::Request => "the request",
        })
    }
}
