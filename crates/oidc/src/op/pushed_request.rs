//! Pushed authorization requests [RFC 9126].

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use url::form_urlencoded::Serializer;

use crate::{
    op::{
        authorize::{AuthorizeError, AuthorizeRequest, parameters},
        client::Client,
        client_registry::ClientRegistry,
    },
    wire::{
        oauth_error::OAuthErrorCode,
        opaque_token::OpaqueToken,
        params::{Params, ParamsError, RepeatedParamError},
    },
};

/// An authorization request that a client has pushed, and that its person brings by name. It is kept as it
/// came, without credentials and without what is not looked at, and checked again when it is brought: the
/// configuration of that moment counts. `Debug` does not show what the client sent.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PushedRequest(String);

impl PushedRequest {
    /// Checks what the authenticated `client` pushed, as if a person had brought it [RFC 9126 §2.1].
    ///
    /// # Errors
    /// [`PushedRequestError`].
    pub fn check(
        params: &Params,
        client: &Client,
        clients: &ClientRegistry,
    ) -> Result<Self, PushedRequestError> {
        if params.one("request_uri")?.is_some() {
            return Err(PushedRequestError::RequestUri);
        }
        let valid = AuthorizeRequest::validate(params, clients)?;
        // Whoever authenticates as one client and asks as another is none.
        if valid.client_id != *client.id() {
            return Err(PushedRequestError::AnotherClient);
        }
        let mut kept = Serializer::new(String::new());
        for name in parameters() {
            if let Some(value) = params.one(name)? {
                kept.append_pair(name, value);
            }
        }
        if let Some(hint) = &valid.login_hint {
            kept.append_pair("login_hint", hint);
        }
        Ok(Self(kept.finish()))
    }

    /// The parameters, as in the query of an authorization request.
    ///
    /// # Errors
    /// [`ParamsError`], which what was kept here does not cause.
    pub fn params(&self) -> Result<Params, ParamsError> {
        Params::parse(&self.0)
    }

    /// About how many octets a record has that keeps it.
    #[must_use]
    pub fn octets(&self) -> usize {
        self.0.len()
    }
}

impl fmt::Debug for PushedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PushedRequest({} octets)", self.0.len())
    }
}

/// The name of a pushed request [RFC 9126 §2.2]: 256 random bits that only its client and its person know.
#[derive(Debug, Clone)]
pub struct RequestUri(OpaqueToken);

impl RequestUri {
    /// The name of 32 cryptographically random bytes.
    #[must_use]
    pub fn new(random: &[u8; 32]) -> Self {
        Self(OpaqueToken::new(random))
    }

    /// The pushed request that an authorization request names; `None` where it names none of ours, even
    /// if it has another `request_uri`.
    ///
    /// # Errors
    /// [`RepeatedParamError`].
    pub fn named_by(params: &Params) -> Result<Option<Self>, RepeatedParamError> {
        let token = params.one("request_uri")?.and_then(|uri| uri.strip_prefix(PREFIX));
        Ok(token.and_then(OpaqueToken::parse).map(Self))
    }

    /// SHA-256 of what is random in it: the name of its record in the store.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        self.0.digest()
    }
}

/// The JSON body of the answer to a pushed request [RFC 9126 §2.2].
#[derive(Serialize)]
pub struct PushedResponse {
    request_uri: String,
    expires_in: u64,
}

impl PushedResponse {
    /// The answer that names the request, which is kept for `life`.
    #[must_use]
    pub fn new(uri: &RequestUri, life: Duration) -> Self {
        let request_uri = format!("{PREFIX}{}", uri.0.as_str());
        Self { request_uri, expires_in: life.as_secs() }
    }
}

impl fmt::Debug for PushedResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PushedResponse(redacted)")
    }
}

/// Why a pushed request is refused. The sentence is the `error_description`.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PushedRequestError {
    /// The form has no unambiguous reading.
    #[error(transparent)]
    Malformed(#[from] ParamsError),
    /// `request_uri` came twice.
    #[error(transparent)]
    Repeated(#[from] RepeatedParamError),
    /// The name of another request.
    #[error("request_uri cannot be pushed; send the parameters themselves")]
    RequestUri,
    /// The client that asks is not the one that authenticated.
    #[error("client_id is not the client that authenticated; send the same")]
    AnotherClient,
    /// It breaks a rule of authorization requests.
    #[error(transparent)]
    Authorize(#[from] AuthorizeError),
}

impl PushedRequestError {
    /// A short stable word for logs, the same as of the request that a person would have brought.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "malformed_request",
            Self::Repeated(_) => "repeated_parameter",
            Self::RequestUri => "request_uri",
            Self::AnotherClient => "conflicting_credentials",
            Self::Authorize(AuthorizeError::Page(error)) => error.reason(),
            Self::Authorize(AuthorizeError::Redirect(refused)) => refused.rule.reason(),
        }
    }

    /// The `error` of the response [RFC 9126 §2.3].
    #[must_use]
    pub fn error_code(&self) -> OAuthErrorCode {
        match self {
            Self::Malformed(_)
            | Self::Repeated(_)
            | Self::RequestUri
            | Self::AnotherClient
            | Self::Authorize(AuthorizeError::Page(_)) => OAuthErrorCode::InvalidRequest,
            Self::Authorize(AuthorizeError::Redirect(refused)) => refused.rule.error_code(),
        }
    }
}

/// What every name begins with [RFC 9126 §2.2].
const PREFIX: &str = "urn:ietf:params:oauth:request_uri:";

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::AuthorizeRuleError;
    use crate::samples::{
        CALLBACK, SECRET, authorize_params, client, clients, is_description, params,
    };

    fn pushed(changes: &[(&str, &str)]) -> Result<PushedRequest, PushedRequestError> {
        PushedRequest::check(&authorize_params(changes), &client(), &clients())
    }

    #[test]
    fn what_is_kept_is_the_same_request_without_credentials_and_what_nobody_looks_at() {
        let credentials = [
            ("client_secret", SECRET),
            ("client_assertion", "e.y.J"),
            ("login_hint", "somebody@shop.example"),
            ("display", "hologram"),
            ("state", "a+b/=& ä"),
            ("nonce", "n-1"),
        ];
        let kept = pushed(&credentials).unwrap();
        assert!(!kept.0.contains("secret") && !kept.0.contains("hologram"), "{}", kept.0);
        assert!(!kept.0.contains("e.y.J"), "{}", kept.0);
        let again = AuthorizeRequest::validate(&kept.params().unwrap(), &clients()).unwrap();
        let direct = AuthorizeRequest::validate(&authorize_params(&credentials), &clients());
        assert_eq!(again, direct.unwrap());
        let printed = format!("{kept:?}");
        assert_eq!(printed, format!("PushedRequest({} octets)", kept.octets()));
    }

    #[test]
    fn a_hint_that_does_not_count_is_not_kept() {
        for changes in [
            &[("login_hint", "a"), ("login_hint", "somebody")][..],
            &[("login_hint", &"somebody".repeat(64))],
        ] {
            let kept = pushed(changes).unwrap();
            assert!(!kept.0.contains("somebody"), "{}", kept.0);
        }
    }

    #[test]
    fn what_could_not_be_brought_cannot_be_pushed() {
        use OAuthErrorCode as C;
        for (changes, reason, code) in [
            (
                &[("redirect_uri", "https://evil.example/")][..],
                "redirect_mismatch",
                C::InvalidRequest,
            ),
            (&[("redirect_uri", "")], "redirect_missing", C::InvalidRequest),
            (&[("client_id", "")], "client_missing", C::InvalidRequest),
            (&[("scope", "profile")], "scope_without_openid", C::InvalidScope),
            (&[("response_type", "token")], "response_type", C::UnsupportedResponseType),
            (&[("request", "e.y.J")], "request_object", C::RequestNotSupported),
            (&[("request_uri", "https://shop.example/r")], "request_uri", C::InvalidRequest),
            (
                &[("request_uri", "urn:ietf:params:oauth:request_uri:x")],
                "request_uri",
                C::InvalidRequest,
            ),
            (&[("code_challenge", "x")], "challenge_method", C::InvalidRequest),
        ] {
            let error = pushed(changes).unwrap_err();
            assert_eq!((error.reason(), error.error_code()), (reason, code), "{changes:?}");
            assert!(is_description(&error.to_string()), "{error}");
        }
        let other = [("client_id", "other"), ("redirect_uri", "https://other.example/cb")];
        assert_eq!(pushed(&other).unwrap_err(), PushedRequestError::AnotherClient);
        let plain = pushed(&[("response_mode", "fragment")]).unwrap_err();
        let PushedRequestError::Authorize(AuthorizeError::Redirect(refused)) = plain else {
            unreachable!("{plain}")
        };
        assert_eq!(refused.rule, AuthorizeRuleError::ResponseMode);
    }

    #[test]
    fn a_name_of_ours_is_recognised_and_no_other_request_uri() {
        let uri = RequestUri::new(&[7; 32]);
        let answer = PushedResponse::new(&uri, Duration::from_mins(1));
        let text = answer.request_uri.clone();
        assert_eq!(answer.expires_in, 60);
        let named = |text: &str| {
            let params = params([("client_id", "shop"), ("request_uri", text)]);
            RequestUri::named_by(&params).unwrap().map(|uri| uri.digest())
        };
        assert_eq!(named(&text), Some(uri.digest()));
        for other in [
            CALLBACK,
            "urn:ietf:params:oauth:request_uri:",
            "urn:ietf:params:oauth:request_uri:short",
            &text.to_uppercase(),
            &format!("{text}A"),
            &format!(" {text}"),
        ] {
            assert_eq!(named(other), None, "{other}");
        }
        assert!(!format!("{answer:?} {uri:?}").contains(text.split_at(PREFIX.len()).1));
    }
}
