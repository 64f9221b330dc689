//! Every way a logout message can be refused: facts, never the peer's text.

use jiff::Timestamp;
use silta_xml_security::DecryptionError;
use thiserror::Error;

use crate::message_error::MessageError;

/// Why a LogoutRequest or a LogoutResponse was not accepted; it changes nothing then. Each error has a
/// stable [`LogoutError::reason`] for logs and metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum LogoutError {
    /// The message cannot be read, is not signed, or is too old.
    #[error(transparent)]
    Message(#[from] MessageError),
    /// `RelayState` is longer than [`LOGOUT_RELAY_STATE_LIMIT`](crate::LOGOUT_RELAY_STATE_LIMIT).
    #[error("RelayState has more than {limit} octets")]
    RelayStateTooLong {
        /// The limit in octets.
        limit: usize,
    },
    /// `Issuer` is not the identity provider whose messages come to this address.
    #[error("the message was issued by another identity provider")]
    WrongIssuer,
    /// `Destination` is absent or another address than ours [SAML2Bind §3.4.5.2, §3.5.5.2].
    #[error("the message is addressed to another destination")]
    WrongDestination,
    /// `ID` is not an NCName of ASCII characters, or is too long to be remembered.
    #[error("the ID of the request is not one that is accepted")]
    RequestId,
    /// `NotOnOrAfter` of the request has passed.
    #[error("the request expired at {not_on_or_after}, now is {now}")]
    Expired {
        /// Its end, exclusive.
        not_on_or_after: Timestamp,
        /// The present.
        now: Timestamp,
    },
    /// There is not exactly one `NameID`, plain or encrypted.
    #[error("the request must name exactly one person, by a NameID")]
    NameCount,
    /// The encrypted `NameID` was not opened.
    #[error("the NameID is encrypted in a way that is not accepted: {0}")]
    Decryption(#[from] DecryptionError),
    /// More `SessionIndex` elements than one person has sessions.
    #[error("the request names more than {limit} sessions")]
    TooManySessions {
        /// The limit.
        limit: usize,
    },
    /// No `InResponseTo`: nobody asked for this.
    #[error("the response answers no request")]
    Unsolicited,
}

impl LogoutError {
    /// A short stable word for logs, metrics and audit.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Message(error) => error.reason(),
            Self::RelayStateTooLong { .. } => "relay_state_too_long",
            Self::WrongIssuer => "wrong_issuer",
            Self::WrongDestination => "wrong_destination",
            Self::RequestId => "request_id",
            Self::Expired { .. } => "expired",
            Self::NameCount => "name_count",
            Self::Decryption(error) => error.reason(),
            Self::TooManySessions { .. } => "too_many_sessions",
            Self::Unsolicited => "unsolicited",
        }
    }
}
