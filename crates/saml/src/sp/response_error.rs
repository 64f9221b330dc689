//! Every way a message from an identity provider can be refused: facts, and of the peer's text nothing but
//! URIs of what was verified.

use jiff::Timestamp;
use silta_xml_security::DecryptionError;
use thiserror::Error;

use crate::message_error::{MessageError, Part};
use crate::sp::mismatch::Mismatch;
use crate::sp::national_status::StatusMeaning;
use crate::sp::requirement::Requirement;
use crate::status::StatusError;

/// Why a Response was not accepted. Each error has a stable [`ResponseError::reason`] for logs and
/// metrics.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ResponseError {
    /// The message cannot be read.
    #[error(transparent)]
    Message(#[from] MessageError),
    /// There is no assertion, more than one, or one at a place where none belongs.
    #[error("a response must hold exactly one assertion, at its place")]
    AssertionCount,
    /// A `Signature` stands elsewhere than directly inside the Response or its Assertion.
    #[error("a signature stands at a place where none belongs")]
    StraySignature,
    /// The profile requires an encrypted assertion.
    #[error("the assertion is not encrypted")]
    NotEncrypted,
    /// The encrypted assertion was not opened.
    #[error("the assertion is encrypted in a way that is not accepted: {0}")]
    Decryption(#[from] DecryptionError),
    /// An encrypted identifier or attribute, or a ciphertext, where the schema has no place for it.
    #[error("encrypted content stands at a place where none belongs")]
    EncryptedContent,
    /// More identifiers and attributes are encrypted by themselves than are opened of one assertion.
    #[error("more than {limit} names and attributes are encrypted by themselves")]
    TooManyEncrypted {
        /// How many are opened.
        limit: usize,
    },
    /// `Destination` is absent or another address [SAML2Core §3.2.2].
    #[error("the response is addressed to another destination: {0}")]
    WrongDestination(Mismatch),
    /// `Issuer` is not the identity provider that was asked.
    #[error("{part} was issued by another identity provider than the one asked: {mismatch}")]
    WrongIssuer {
        /// Whose issuer.
        part: Part,
        /// Which one.
        mismatch: Mismatch,
    },
    /// No `InResponseTo`: nobody asked for this.
    #[error("{part} answers no request")]
    Unsolicited {
        /// Which part.
        part: Part,
    },
    /// As [`MessageError::Unsigned`] of a Response that reports a failure, which could be anybody's.
    #[error("the response is not signed; it claims {}, unproven", .claims.code())]
    UnsignedFailure {
        /// What it reports.
        claims: StatusError,
    },
    /// As [`ResponseError::Unsolicited`] of a Response that reports a failure.
    #[error("the response answers no request; it claims {}", .claims.code())]
    UnsolicitedFailure {
        /// What it reports.
        claims: StatusError,
    },
    /// `InResponseTo` names another request.
    #[error("{part} answers another request")]
    NotOurRequest {
        /// Which part.
        part: Part,
    },
    /// The identity provider reports that the login did not succeed.
    #[error("the identity provider reports: {0}")]
    Status(StatusError),
    /// The same by a code or words of its federation's own.
    #[error("the identity provider reports: {meaning} ({name})")]
    NationalStatus {
        /// What they mean.
        meaning: StatusMeaning,
        /// They, as our configuration has them.
        name: String,
    },
    /// It lacks what its federation requires of every answer.
    #[error(transparent)]
    Required(#[from] Requirement),
    /// No `SubjectConfirmation` with method bearer [SAML2Prof §4.1.4.2].
    #[error("the subject has no bearer confirmation")]
    NoBearer,
    /// `Recipient` is absent or another address [SAML2Prof §4.1.4.3].
    #[error("the subject confirmation names another recipient: {0}")]
    WrongRecipient(Mismatch),
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
    #[error("the assertion is meant for another audience: {0}")]
    WrongAudience(Mismatch),
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
    /// No `AuthnContextClassRef` or `AuthnContextDeclRef` that is one of the peer's assurance levels.
    #[error("the authentication context is absent or not one this peer may assert: {0}")]
    UnknownAuthnContext(Mismatch),
    /// A weaker authentication context than the one asked for.
    #[error("the authentication context is weaker than the one asked for: {0}")]
    WeakAuthnContext(Mismatch),
    /// Somebody acts for the person: a login here would be the person's own [eIDAS SAML Attribute Profile 1.4 §2.8].
    #[error("somebody acts for the person as a representative, which is not supported")]
    Representative,
    /// A `PersonIdentifier` or `LegalPersonIdentifier` that is not `CC/CC/…` for the country of the file.
    #[error("the eIDAS identifier is not made for the country that the file names")]
    EidasIdentifier,
    /// A German eID-Server does not say what each answer about this kind of person must say [BSI TR-03130-1 §5.3.2].
    #[error("the eID-Server does not say by {attribute} what it must")]
    EsamlAnswer {
        /// By which attribute.
        attribute: &'static str,
    },
    /// No `signMessageDigest` of the message that the person was to be shown, or one of another message
    /// [Deployment Profile for the Swedish eID Framework §7.2.1].
    #[error("the identity provider does not prove that the person was shown the sign_message")]
    SignMessage,
}

impl ResponseError {
    /// What the refusal means for the login, whatever its cause.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        match self {
            Self::Status(failure) => Verdict::Declined(*failure),
            Self::NationalStatus { meaning, .. } => Verdict::Reported(*meaning),
            Self::WeakAuthnContext(_) => Verdict::TooWeak,
            Self::NotFresh { .. } => Verdict::NotFresh,
            Self::Message(_)
            | Self::AssertionCount
            | Self::StraySignature
            | Self::NotEncrypted
            | Self::Decryption(_)
            | Self::EncryptedContent
            | Self::TooManyEncrypted { .. }
            | Self::WrongDestination(_)
            | Self::WrongIssuer { .. }
            | Self::Unsolicited { .. }
            | Self::UnsignedFailure { .. }
            | Self::UnsolicitedFailure { .. }
            | Self::NotOurRequest { .. }
            | Self::Required(_)
            | Self::NoBearer
            | Self::WrongRecipient(_)
            | Self::ConfirmationEndless
            | Self::ConfirmationNotBefore
            | Self::ConfirmationExpired { .. }
            | Self::Expired { .. }
            | Self::NotYetValid { .. }
            | Self::NoAudience
            | Self::WrongAudience(_)
            | Self::UnknownCondition
            | Self::ProxyForbidden
            | Self::SessionOver { .. }
            | Self::UnknownAuthnContext(_)
            | Self::Representative
            | Self::EidasIdentifier
            | Self::EsamlAnswer { .. }
            | Self::SignMessage => Verdict::NotAcceptable,
        }
    }

    /// A short stable word for logs, metrics and audit.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Message(error) => error.reason(),
            Self::AssertionCount => "assertion_count",
            Self::StraySignature => "stray_signature",
            Self::NotEncrypted => "not_encrypted",
            Self::Decryption(error) => error.reason(),
            Self::EncryptedContent => "encrypted_content",
            Self::TooManyEncrypted { .. } => "too_many_encrypted",
            Self::WrongDestination(_) => "wrong_destination",
            Self::WrongIssuer { .. } => "wrong_issuer",
            Self::Unsolicited { .. } | Self::UnsolicitedFailure { .. } => "unsolicited",
            Self::UnsignedFailure { .. } => "unsigned",
            Self::NotOurRequest { .. } => "not_our_request",
            Self::Status(failure) => failure.reason(),
            Self::NationalStatus { meaning, .. } => meaning.reason(),
            Self::Required(one) => one.reason(),
            Self::NoBearer => "no_bearer",
            Self::WrongRecipient(_) => "wrong_recipient",
            Self::ConfirmationEndless => "confirmation_endless",
            Self::ConfirmationNotBefore => "confirmation_not_before",
            Self::ConfirmationExpired { .. } => "confirmation_expired",
            Self::Expired { .. } => "expired",
            Self::NotYetValid { .. } => "not_yet_valid",
            Self::NoAudience => "no_audience",
            Self::WrongAudience(_) => "wrong_audience",
            Self::UnknownCondition => "unknown_condition",
            Self::ProxyForbidden => "proxy_forbidden",
            Self::SessionOver { .. } => "session_over",
            Self::NotFresh { .. } => "not_fresh",
            Self::UnknownAuthnContext(_) => "unknown_authn_context",
            Self::WeakAuthnContext(_) => "weak_authn_context",
            Self::Representative => "representative",
            Self::EidasIdentifier => "eidas_identifier",
            Self::EsamlAnswer { .. } => "esaml_answer",
            Self::SignMessage => "sign_message_not_proved",
        }
    }
}

/// What a refusal means for the login.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The identity provider says that there was no login.
    Declined(StatusError),
    /// The same, in words of its federation's own.
    Reported(StatusMeaning),
    /// There was one, at a weaker level than needed.
    TooWeak,
    /// There was one, longer ago than asked for.
    NotFresh,
    /// The message proves nothing.
    NotAcceptable,
}
