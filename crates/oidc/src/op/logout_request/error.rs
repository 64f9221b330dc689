//! The rules that a request for a logout can break.

use thiserror::Error;

use crate::wire::{
    client_id::ClientId,
    params::{ParamsError, RepeatedParamError},
};

/// The rule that a request for a logout broke. The person is shown a page; nothing has ended.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LogoutRequestError {
    /// The parameters have no unambiguous reading.
    #[error(transparent)]
    Malformed(#[from] ParamsError),
    /// The named parameter came twice.
    #[error(transparent)]
    Repeated(#[from] RepeatedParamError),
    /// The named parameter is longer than any client needs.
    #[error("{0} is too long; send a shorter one")]
    TooLong(&'static str),
    /// Neither the `client_id` nor the client of the hint is registered.
    #[error("the client is not configured here; correct client_id, or the path of the address")]
    UnknownClient,
    /// Not an ID token of ours: another issuer's, changed, or not signed.
    #[error("id_token_hint is not an ID token that was issued here; send the last one, or none")]
    IdTokenHint {
        /// The client that the request names beside it.
        client: Option<ClientId>,
    },
    /// An ID token that was issued to another client.
    #[error(
        "id_token_hint was issued to another client than client_id {client}; send one of the two"
    )]
    HintOfAnotherClient {
        /// The client that the request names.
        client: ClientId,
    },
    /// An address, and nobody who registered it.
    #[error("post_logout_redirect_uri came alone; send id_token_hint or client_id with it")]
    RedirectWithoutClient,
    /// An address that the client did not register.
    #[error(
        "post_logout_redirect_uri is not registered for {client}; list it, exactly as it is sent, in \
         its post_logout_redirect_uris"
    )]
    RedirectMismatch {
        /// Whose request it is.
        client: ClientId,
    },
    /// A `state` that is not given back.
    #[error(
        "state of {client} is longer than 8 KiB or holds a control character; send a short text"
    )]
    State {
        /// Whose request it is.
        client: ClientId,
    },
}

impl LogoutRequestError {
    /// Whose request it is, as far as it says so.
    #[must_use]
    pub fn client(&self) -> Option<&ClientId> {
        match self {
            Self::HintOfAnotherClient { client }
            | Self::RedirectMismatch { client }
            | Self::State { client } => Some(client),
            Self::IdTokenHint { client } => client.as_ref(),
            Self::Malformed(_)
            | Self::Repeated(_)
            | Self::TooLong(_)
            | Self::UnknownClient
            | Self::RedirectWithoutClient => None,
        }
    }

    /// A short stable word for logs and metrics.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "malformed_request",
            Self::Repeated(_) => "repeated_parameter",
            Self::TooLong(_) => "parameter_too_long",
            Self::UnknownClient => "unknown_client",
            Self::IdTokenHint { .. } => "id_token_hint",
            Self::HintOfAnotherClient { .. } => "hint_of_another_client",
            Self::RedirectWithoutClient => "redirect_without_client",
            Self::RedirectMismatch { .. } => "redirect_mismatch",
            Self::State { .. } => "state",
        }
    }
}
