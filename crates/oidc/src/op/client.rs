//! A client: its secrets, its redirect URIs and the lives of its tokens.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use openssl::{memcmp, sha::sha256};
use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;

use crate::op::preset::Preset;
use crate::wire::{
    client_id::ClientId,
    scope::Scope,
    url::{UrlError, check_url, origin_of},
};

/// A registered client. It always has a secret and a redirect URI.
#[derive(Debug, Clone)]
pub struct Client {
    id: ClientId,
    secret: ClientSecret,
    other_secrets: Vec<ClientSecret>,
    redirect_uris: Vec<RegisteredRedirect>,
    id_token_life: Duration,
    access_token_life: Duration,
    require_pkce: bool,
    /// The claims that come by scope alone.
    claim_scopes: BTreeMap<String, Scope>,
    preset: Option<Preset>,
    shows_errors: bool,
}

impl Client {
    /// A client with one secret and one redirect URI, tokens of five minutes, and PKCE accepted
    /// but not required, because neither Cognito nor the ALB sends it.
    #[must_use]
    pub fn new(id: ClientId, secret: ClientSecret, redirect_uri: RegisteredRedirect) -> Self {
        Self {
            id,
            secret,
            other_secrets: vec![],
            redirect_uris: vec![redirect_uri],
            id_token_life: TOKEN_LIFE,
            access_token_life: TOKEN_LIFE,
            require_pkce: false,
            claim_scopes: BTreeMap::new(),
            preset: None,
            shows_errors: true,
        }
    }

    /// Accepts another secret too, so that a rotation needs no common instant.
    #[must_use]
    pub fn with_second_secret(mut self, secret: ClientSecret) -> Self {
        self.other_secrets.push(secret);
        self
    }

    /// Registers one more redirect URI.
    #[must_use]
    pub fn with_redirect_uri(mut self, redirect_uri: RegisteredRedirect) -> Self {
        self.redirect_uris.push(redirect_uri);
        self
    }

    /// Sets how long this client's tokens live.
    #[must_use]
    pub fn with_token_lives(mut self, id_token: Duration, access_token: Duration) -> Self {
        self.id_token_life = id_token;
        self.access_token_life = access_token;
        self
    }

    /// Refuses authorization requests without a PKCE challenge.
    #[must_use]
    pub fn requiring_pkce(mut self) -> Self {
        self.require_pkce = true;
        self
    }

    /// The client's software takes only so much.
    #[must_use]
    pub fn with_preset(mut self, preset: Preset) -> Self {
        self.preset = Some(preset);
        self
    }

    /// The software of the client, if its limits are known.
    #[must_use]
    pub fn preset(&self) -> Option<Preset> {
        self.preset
    }

    /// The client shows no error to the person, so we do.
    #[must_use]
    pub fn not_showing_errors(mut self) -> Self {
        self.shows_errors = false;
        self
    }

    /// Whether the client shows errors to the person.
    #[must_use]
    pub fn shows_errors(&self) -> bool {
        self.shows_errors
    }

    /// Gives this claim only to a request for `scope`, or for the claim itself.
    #[must_use]
    pub fn with_claim_scope(mut self, claim: String, scope: Scope) -> Self {
        self.claim_scopes.insert(claim, scope);
        self
    }

    /// Whether this claim comes by scope alone.
    #[must_use]
    pub fn scopes_claim(&self, claim: &str) -> bool {
        self.claim_scopes.contains_key(claim)
    }

    /// Whether a request for these scopes and these claims gets `claim`.
    #[must_use]
    pub fn gives(&self, claim: &str, scopes: &[Scope], claims: &[String]) -> bool {
        self.claim_scopes
            .get(claim)
            .is_none_or(|scope| scopes.contains(scope) || claims.iter().any(|asked| asked == claim))
    }

    /// The client's name.
    #[must_use]
    pub fn id(&self) -> &ClientId {
        &self.id
    }

    /// The redirect URIs, never empty.
    #[must_use]
    pub fn redirect_uris(&self) -> &[RegisteredRedirect] {
        &self.redirect_uris
    }

    /// How long an ID token may be accepted.
    #[must_use]
    pub fn id_token_life(&self) -> Duration {
        self.id_token_life
    }

    /// How long an access token opens `/userinfo`.
    #[must_use]
    pub fn access_token_life(&self) -> Duration {
        self.access_token_life
    }

    /// Whether a PKCE challenge is mandatory.
    #[must_use]
    pub fn requires_pkce(&self) -> bool {
        self.require_pkce
    }

    /// Whether `given` is one of the accepted secrets.
    #[must_use]
    pub fn accepts(&self, given: &SecretString) -> bool {
        // No short cut: the time must not tell which of them it was.
        let others = self.other_secrets.iter().map(|secret| secret.matches(given));
        others.fold(self.secret.matches(given), |any, one| any | one)
    }
}

/// A client's secret. Only its SHA-256 is kept, so that not even a core dump holds it.
#[derive(Clone)]
pub struct ClientSecret([u8; 32]);

impl ClientSecret {
    /// A secret without a preimage, to compare with when the client is unknown.
    pub(crate) const UNKNOWN_CLIENT: Self = Self([0; 32]);

    /// Takes a secret from the configuration.
    ///
    /// # Errors
    /// [`ClientConfigError::ShortSecret`] or [`ClientConfigError::SecretCharacter`].
    pub fn new(secret: &SecretString) -> Result<Self, ClientConfigError> {
        let bytes = secret.expose_secret().as_bytes();
        // Most often this is the newline at the end of a file [RFC 6749 §A.2].
        if !bytes.iter().all(|byte| matches!(byte, b' '..=b'~')) {
            return Err(ClientConfigError::SecretCharacter);
        }
        if bytes.len() < MIN_SECRET_LENGTH {
            return Err(ClientConfigError::ShortSecret);
        }
        Ok(Self(sha256(bytes)))
    }

    /// Whether `given` is this secret, in a time that depends on neither's content.
    #[must_use]
    pub fn matches(&self, given: &SecretString) -> bool {
        memcmp::eq(&self.0, &sha256(given.expose_secret().as_bytes()))
    }
}

impl fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientSecret(redacted)")
    }
}

/// A redirect URI as the configuration writes it, compared byte for byte [RFC 9700 §2.1].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisteredRedirect(String);

impl RegisteredRedirect {
    /// Takes an absolute https URL, or http on this machine, without user or fragment.
    ///
    /// # Errors
    /// [`UrlError`], which says what to write instead.
    pub fn parse(text: &str) -> Result<Self, UrlError> {
        check_url(text)?;
        Ok(Self(text.to_owned()))
    }

    /// The URI as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its scheme, host and port [RFC 6454 §6.2], as written.
    #[must_use]
    pub fn origin(&self) -> &str {
        origin_of(&self.0)
    }
}

/// A client in the configuration cannot be used; each sentence says what to write instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ClientConfigError {
    /// Guessable: a secret for machines needs 128 bits [RFC 6749 §10.10].
    #[error("the secret is shorter than 16 characters; use the output of: openssl rand -hex 32")]
    ShortSecret,
    /// A control character or non-ASCII.
    #[error(
        "the secret holds a newline or another character that is not printable ASCII; remove it"
    )]
    SecretCharacter,
}

/// Cognito checks `exp` at once, and Cognito and the ALB fetch userinfo at once.
const TOKEN_LIFE: Duration = Duration::from_mins(5);

/// 128 bits as bytes; a random secret of this length is not guessed.
const MIN_SECRET_LENGTH: usize = 16;

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::samples::{SECRET, client};

    #[test]
    fn accepts_the_old_and_the_new_secret_during_a_rotation() {
        let next = SecretString::from("the-next-secret-of-this-client");
        let rotating = client().with_second_secret(ClientSecret::new(&next).unwrap());
        assert!(rotating.accepts(&next));
        assert!(rotating.accepts(&SECRET.into()));
        assert!(!rotating.accepts(&"neither-of-the-two-secrets".into()));
        assert!(!client().accepts(&next));
    }

    #[test]
    fn nobody_has_nobodys_secret() {
        assert!(!ClientSecret::UNKNOWN_CLIENT.matches(&"".into()));
        assert!(!ClientSecret::UNKNOWN_CLIENT.matches(&"\0".repeat(32).into()));
    }

    #[test]
    fn refuses_secrets_that_can_be_guessed_or_were_read_wrongly() {
        for (text, reason) in [
            ("", ClientConfigError::ShortSecret),
            ("fifteen-letters", ClientConfigError::ShortSecret),
            ("a-good-long-secret-of-a-file\n", ClientConfigError::SecretCharacter),
            ("a-good-long-secret-wïth-accent", ClientConfigError::SecretCharacter),
        ] {
            assert_eq!(ClientSecret::new(&text.into()).unwrap_err(), reason, "{text}");
        }
    }

    #[test]
    fn a_claim_by_scope_comes_with_its_scope_or_by_its_name() {
        let client = client().with_claim_scope("email".to_owned(), Scope::Email);
        let by_name = ["email".to_owned()];
        for (claim, scopes, claims, given) in [
            ("email", &[Scope::Openid, Scope::Email][..], &[][..], true),
            ("email", &[Scope::Openid], &by_name, true),
            ("email", &[Scope::Openid, Scope::Profile], &[], false),
            ("given_name", &[Scope::Openid], &[], true),
        ] {
            assert_eq!(client.gives(claim, scopes, claims), given, "{claim} {scopes:?}");
        }
    }

    #[test]
    fn never_prints_a_secret() {
        let printed = format!("{:?}", client());
        assert!(printed.contains("ClientSecret(redacted)"), "{printed}");
        assert!(!printed.contains(SECRET), "{printed}");
    }
}
