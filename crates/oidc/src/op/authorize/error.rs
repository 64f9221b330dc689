//! Errors of an authorization request, and where each may be sent.

use thiserror::Error;

use super::rule_error::AuthorizeRuleError;
use crate::{
    op::{
        redirect::{State, ValidRedirect},
        response::ResponseMode,
    },
    wire::{
        client_id::ClientId,
        params::{ParamsError, RepeatedParamError},
    },
};

/// A refused authorization request.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AuthorizeError {
    /// There is no redirect URI to trust: only a page may be shown.
    #[error("{0}")]
    Page(#[from] AuthorizePageError),
    /// The client gets the error at its redirect URI.
    #[error("{0}")]
    Redirect(Box<AuthorizeRedirectError>),
}

impl From<ParamsError> for AuthorizeError {
    fn from(malformed: ParamsError) -> Self {
        Self::Page(malformed.into())
    }
}

/// An error that is only shown to the person, as a page [RFC 6749 §4.1.2.1].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AuthorizePageError {
    /// The query could not be read in one certain way.
    #[error(transparent)]
    Malformed(#[from] ParamsError),
    /// `client_id` or `redirect_uri` came twice.
    #[error(transparent)]
    Repeated(#[from] RepeatedParamError),
    /// No `client_id`.
    #[error("client_id is missing; send the id that the client is registered with")]
    ClientMissing,
    /// A `client_id` that is not configured.
    #[error("client_id is not known here; register the client, or correct the id")]
    UnknownClient,
    /// No `redirect_uri` [OIDC Core §3.1.2.1].
    #[error("redirect_uri is missing; send one of the URIs registered for the client {client}")]
    RedirectMissing {
        /// The client that the request names.
        client: ClientId,
    },
    /// A pushed request that is not there, or that another client pushed [RFC 9126 §4]. What its client
    /// would have wished is not known, so nothing can be redirected.
    #[error(
        "request_uri is unknown, expired, used before or of another client; push the request again"
    )]
    Pushed {
        /// The client that the request names.
        client: ClientId,
    },
    /// Not byte for byte a registered one [RFC 9700 §2.1].
    #[error(
        "redirect_uri is not one of those registered for the client {client}; \
         send or register exactly the same URI"
    )]
    RedirectMismatch {
        /// The client that the request names.
        client: ClientId,
    },
}

impl AuthorizePageError {
    /// A short stable word for logs and metrics.
    #[must_use]
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "malformed_request",
            Self::Repeated(_) => "repeated_parameter",
            Self::ClientMissing => "client_missing",
            Self::UnknownClient => "unknown_client",
            Self::Pushed { .. } => "pushed_request",
            Self::RedirectMissing { .. } => "redirect_missing",
            Self::RedirectMismatch { .. } => "redirect_mismatch",
        }
    }

    /// The client that the request names, if it is one of ours; nothing proves that it sent it.
    #[must_use]
    pub fn client(&self) -> Option<&ClientId> {
        match self {
            Self::RedirectMissing { client }
            | Self::RedirectMismatch { client }
            | Self::Pushed { client } => Some(client),
            Self::Malformed(_) | Self::Repeated(_) | Self::ClientMissing | Self::UnknownClient => {
                None
            }
        }
    }
}

/// An error response for the client, at one of its redirect URIs.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{rule}")]
pub struct AuthorizeRedirectError {
    /// The client.
    pub client: ClientId,
    /// The redirect URI of the error response.
    pub redirect: ValidRedirect,
    /// How the error response travels.
    pub mode: ResponseMode,
    /// The `state` of the error response; absent when the `state` was refused itself.
    pub state: Option<State>,
    /// Whether it allows no page (`prompt=none`).
    pub passive: bool,
    /// The rule that the request broke.
    pub rule: AuthorizeRuleError,
}
