//! The vocabulary between the broker and an upstream, whatever protocol it speaks.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use silta_saml::ResponseError;
use thiserror::Error;

use crate::login::RelayState;

/// The name of an upstream in configuration and in its URLs.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct UpstreamName(String);

impl UpstreamName {
    /// A name of 1 to 32 lower-case letters, digits and hyphens: it stands in URLs.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=32).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        fits.then(|| Self(text.to_owned()))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UpstreamName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What the broker asks of an upstream for one login.
#[derive(Debug, Clone, Copy)]
pub struct LoginRequest<'a> {
    /// The handle to send along.
    pub relay_state: &'a RelayState,
    /// Fresh random octets for the request's ID.
    pub random: [u8; 16],
    /// The current time.
    pub now: Timestamp,
    /// Whether the person must authenticate anew.
    pub force_authn: bool,
    /// How long ago the person may have authenticated. We keep no session that would tell, so the
    /// identity provider is asked to authenticate anew; one that does not is believed as long as
    /// its last authentication is young enough [OIDC Core §3.1.2.1].
    pub max_age: Option<Duration>,
    /// Assurance levels that the client requests; unknown ones are ignored.
    pub acr_values: &'a [String],
    /// The weakest level that the client's policy accepts.
    pub min_acr: Option<&'a str>,
    /// Languages that the client requests, best first.
    pub ui_locales: &'a [String],
}

/// The message that the browser carries to the upstream.
#[derive(Clone, PartialEq, Eq)]
pub enum OutboundMessage {
    /// A redirect.
    Redirect {
        /// The destination.
        url: String,
    },
    /// A form that submits itself.
    Post {
        /// The destination.
        url: String,
        /// Its hidden fields.
        fields: Vec<(&'static str, String)>,
    },
}

impl fmt::Debug for OutboundMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Redirect { .. } => "OutboundMessage::Redirect",
            Self::Post { .. } => "OutboundMessage::Post",
        })
    }
}

/// What an upstream must remember between its message and the callback.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// The ID of the request.
    pub request_id: String,
    /// The person must have authenticated after this instant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authenticated_since: Option<Timestamp>,
    /// How old the authentication may be when the callback arrives.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_age: Option<Duration>,
    /// The weakest assurance level that will do, by name: its rank may change with a new
    /// configuration while the person is away.
    pub weakest: String,
}

/// The callback as the browser posted it: the value of `SAMLResponse`, unverified.
#[derive(Clone)]
pub struct Callback(String);

impl Callback {
    /// Takes the value of the field.
    #[must_use]
    pub fn new(message: String) -> Self {
        Self(message)
    }

    /// The message, of which nothing is verified.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Callback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Callback({} characters)", self.0.len())
    }
}

/// A verified identity, in words that do not depend on the protocol.
pub struct Identity {
    /// The key that makes it count once.
    pub replay_key: ReplayKey,
    /// When the person authenticated.
    pub authn_instant: Timestamp,
    /// The asserted assurance level.
    pub acr: String,
    /// Attribute names and values as the upstream sent them.
    pub attributes: Vec<(String, Vec<String>)>,
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("authenticated", &self.authn_instant)
            .field("acr", &self.acr)
            .field("attributes", &self.attributes.len())
            .finish_non_exhaustive()
    }
}

/// The issuer and ID of an assertion, and until when it could be replayed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplayKey {
    /// Who issued it.
    pub issuer: String,
    /// Its ID there.
    pub id: String,
    /// The end of its life, clock skew included.
    pub until: Timestamp,
}

/// The callback was not accepted.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CallbackError {
    /// A SAML response was refused.
    #[error(transparent)]
    Saml(#[from] ResponseError),
}

/// The message to the upstream could not be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum OutboundError {
    /// Our own key could not sign it.
    #[error("the request could not be signed")]
    Signing,
    /// The client's policy demands a level that this upstream does not have.
    #[error("the client demands a level that this upstream does not have")]
    UnknownLevel,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_an_upstream_can_stand_in_a_url() {
        for good in ["a", "suomi-fi", "eidas2", &"a".repeat(32)] {
            assert_eq!(UpstreamName::parse(good).map(|name| name.to_string()), Some(good.into()));
        }
        for bad in ["", "Suomifi", "suomi.fi", "a/b", "a b", "å", &"a".repeat(33)] {
            assert_eq!(UpstreamName::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn never_prints_what_an_identity_provider_said_or_is_told() {
        let hetu = "210281-9988";
        let replay_key = ReplayKey {
            issuer: "https://idp.example".to_owned(),
            id: "_assertion".to_owned(),
            until: Timestamp::UNIX_EPOCH,
        };
        let identity = Identity {
            replay_key,
            authn_instant: Timestamp::UNIX_EPOCH,
            acr: "high".to_owned(),
            attributes: vec![("hetu".to_owned(), vec![hetu.to_owned()])],
        };
        let fields = vec![("RelayState", hetu.to_owned())];
        let form = OutboundMessage::Post { url: "https://idp.example".to_owned(), fields };
        let redirect = OutboundMessage::Redirect { url: format!("https://idp.example?{hetu}") };
        let callback = Callback::new(hetu.to_owned());
        let printed = format!("{identity:?} {form:?} {redirect:?} {callback:?}");
        assert!(!printed.contains(hetu) && !printed.contains("_assertion"), "{printed}");
        assert!(printed.contains("Callback(11 characters)"), "{printed}");
    }
}
