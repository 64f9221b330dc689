//! A client: how it proves who it is, its redirect URIs and the lives of its tokens.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::jose::algorithm::SignatureAlgorithm;
use crate::op::{
    client_keys::ClientKeys, preset::Preset, registered_authentication::ClientAuthentication,
    registered_redirect::RegisteredRedirect,
};
use crate::wire::{client_id::ClientId, outbound_url::OutboundUrl, scope::Scope};

/// A registered client. It always has a redirect URI.
#[derive(Debug, Clone)]
pub struct Client {
    id: ClientId,
    authentication: ClientAuthentication,
    redirect_uris: Vec<RegisteredRedirect>,
    post_logout_redirect_uris: Vec<RegisteredRedirect>,
    backchannel_logout_uri: Option<OutboundUrl>,
    id_token_life: Duration,
    id_token_algorithm: SignatureAlgorithm,
    access_token_life: Duration,
    require_pkce: bool,
    /// The claims that come by scope alone.
    claim_scopes: BTreeMap<String, Scope>,
    preset: Option<Preset>,
    shows_errors: bool,
    may_refresh: bool,
}

impl Client {
    /// A client with one redirect URI, tokens of five minutes, and PKCE accepted but not required,
    /// because neither Cognito nor the ALB sends it.
    #[must_use]
    pub fn new(
        id: ClientId,
        authentication: impl Into<ClientAuthentication>,
        redirect_uri: RegisteredRedirect,
    ) -> Self {
        Self {
            id,
            authentication: authentication.into(),
            redirect_uris: vec![redirect_uri],
            post_logout_redirect_uris: vec![],
            backchannel_logout_uri: None,
            id_token_life: TOKEN_LIFE,
            id_token_algorithm: SignatureAlgorithm::Rs256,
            access_token_life: TOKEN_LIFE,
            require_pkce: false,
            claim_scopes: BTreeMap::new(),
            preset: None,
            shows_errors: true,
            may_refresh: false,
        }
    }

    /// Registers one more redirect URI.
    #[must_use]
    pub fn with_redirect_uri(mut self, redirect_uri: RegisteredRedirect) -> Self {
        self.redirect_uris.push(redirect_uri);
        self
    }

    /// Registers one more URI that people may go to after a logout [OIDC RP-Initiated Logout §3.1].
    #[must_use]
    pub fn with_post_logout_redirect_uri(mut self, uri: RegisteredRedirect) -> Self {
        self.post_logout_redirect_uris.push(uri);
        self
    }

    /// The client is told here when a session ends [OIDC Back-Channel Logout §2.2].
    #[must_use]
    pub fn with_backchannel_logout_uri(mut self, uri: OutboundUrl) -> Self {
        self.backchannel_logout_uri = Some(uri);
        self
    }

    /// Sets how long this client's tokens live.
    #[must_use]
    pub fn with_token_lives(mut self, id_token: Duration, access_token: Duration) -> Self {
        self.id_token_life = id_token;
        self.access_token_life = access_token;
        self
    }

    /// Signs its ID tokens by this algorithm.
    #[must_use]
    pub fn with_id_token_algorithm(mut self, algorithm: SignatureAlgorithm) -> Self {
        self.id_token_algorithm = algorithm;
        self
    }

    /// The algorithm that signs its ID tokens.
    #[must_use]
    pub fn id_token_algorithm(&self) -> SignatureAlgorithm {
        self.id_token_algorithm
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

    /// The client gets refresh tokens.
    #[must_use]
    pub fn with_refresh_tokens(mut self) -> Self {
        self.may_refresh = true;
        self
    }

    /// Whether the client gets refresh tokens, and may use them.
    #[must_use]
    pub fn may_refresh(&self) -> bool {
        self.may_refresh
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

    /// The URIs that people may go to after a logout.
    #[must_use]
    pub fn post_logout_redirect_uris(&self) -> &[RegisteredRedirect] {
        &self.post_logout_redirect_uris
    }

    /// Where it is told that a session has ended.
    #[must_use]
    pub fn backchannel_logout_uri(&self) -> Option<&OutboundUrl> {
        self.backchannel_logout_uri.as_ref()
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

    /// Whether a PKCE challenge is mandatory, as it is for everybody who has nothing else.
    #[must_use]
    pub fn requires_pkce(&self) -> bool {
        self.require_pkce || self.is_public()
    }

    /// Whether it has nothing to prove itself by [RFC 6749 §2.1].
    #[must_use]
    pub fn is_public(&self) -> bool {
        matches!(self.authentication, ClientAuthentication::None)
    }

    /// Where it publishes its keys, if it does.
    #[must_use]
    pub fn jwks_uri(&self) -> Option<&OutboundUrl> {
        match &self.authentication {
            ClientAuthentication::Keys(ClientKeys::Published(uri)) => Some(uri),
            ClientAuthentication::Keys(ClientKeys::Registered(_))
            | ClientAuthentication::Secrets(_)
            | ClientAuthentication::None => None,
        }
    }

    /// How it proves who it is.
    #[must_use]
    pub fn authentication(&self) -> &ClientAuthentication {
        &self.authentication
    }
}

/// Cognito checks `exp` at once, and Cognito and the ALB fetch userinfo at once.
const TOKEN_LIFE: Duration = Duration::from_mins(5);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{SECRET, client};

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
