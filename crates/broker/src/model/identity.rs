//! Who an upstream says that the person is.

use std::fmt;

use jiff::Timestamp;

use crate::model::upstream_session::UpstreamSession;

/// A verified identity, in words that do not depend on the protocol.
pub struct Identity {
    /// What makes it count once.
    pub replay: ReplayProtection,
    /// When the person authenticated; `None` where the upstream does not say, and nobody asked.
    pub authn_instant: Option<Timestamp>,
    /// The asserted assurance level: one of the upstream's configured levels.
    pub acr: String,
    /// The session there; `None` where the upstream tells of none that could be ended.
    pub session: Option<UpstreamSession>,
    /// Attribute names and values as the upstream sent them.
    pub attributes: Vec<(String, Vec<String>)>,
    /// Names of attributes whose values are names of the person, and of those names the ones that may count.
    pub named: Vec<(String, Vec<PersonName>)>,
    /// What the upstream calls the person beside all attributes, if that may count.
    pub name: Option<PersonName>,
}

/// What an upstream calls a person beside all attributes, such as a SAML NameID. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct PersonName {
    /// The name.
    pub text: String,
    /// Within what it means somebody, so that the same text elsewhere is somebody else. No scope is the
    /// beginning of another.
    pub scope: String,
}

impl fmt::Debug for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonName(redacted)")
    }
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

/// What makes an identity count once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReplayProtection {
    /// It could be presented in another login too, so it is remembered [SAML2Prof §4.1.4.5].
    Remember(ReplayKey),
    /// It holds a secret of the pending login, which is answered once: an ID token with our `nonce`.
    BoundToLogin,
}

/// The issuer and ID of a message that counts once, and until when it could be replayed: an assertion, a
/// request, a token with a `jti`. `Debug` shows neither: they
/// are a peer's text.
#[derive(Clone, PartialEq, Eq)]
pub struct ReplayKey {
    /// Who issued it.
    pub issuer: String,
    /// Its ID there.
    pub id: String,
    /// The end of its life, clock skew included.
    pub until: Timestamp,
}

impl fmt::Debug for ReplayKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReplayKey(until {})", self.until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_prints_what_an_upstream_said() {
        let hetu = "210281-9988";
        let replay_key = ReplayKey {
            issuer: "https://idp.example".to_owned(),
            id: "_assertion".to_owned(),
            until: Timestamp::UNIX_EPOCH,
        };
        let identity = Identity {
            replay: ReplayProtection::Remember(replay_key),
            authn_instant: None,
            acr: "high".to_owned(),
            session: None,
            attributes: vec![("hetu".to_owned(), vec![hetu.to_owned()])],
            named: vec![],
            name: Some(PersonName { text: hetu.to_owned(), scope: hetu.to_owned() }),
        };
        let printed = format!("{identity:?} {:?}", identity.name);
        assert!(!printed.contains(hetu) && !printed.contains("_assertion"), "{printed}");
    }
}
