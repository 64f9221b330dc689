//! OpenID Connect clients: the OpenID Provider that we are for them.

pub(crate) mod accepted_logins;
mod authenticate;
pub(crate) mod authenticate_error;
mod authorize;
pub(crate) mod back_channel;
pub(crate) mod client_keys;
pub(crate) mod client_keys_error;
mod find_token;
mod introspect;
mod issue;
mod logout;
pub(crate) mod pending_authorization;
mod push;
pub(crate) mod push_error;
pub(crate) mod redeem;
pub(crate) mod redeem_error;
mod refresh;
mod revoke;
mod token_status;
pub(crate) mod userinfo;
pub(crate) mod userinfo_error;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use silta_oidc::{
    Client, ClientRegistry, DuplicateClientError, Issuer, KeyRing, OutboundUrl, PublicKey,
    RegisteredRedirect, SignatureAlgorithm,
};

use crate::broker::Ports;
use crate::downstream::oidc::accepted_logins::AcceptedLogins;
use crate::downstream::oidc::back_channel::BackChannels;
use crate::downstream::oidc::client_keys::PublishedKeys;
use crate::our_key_error::{KeyErrorCause, OurKey, OurKeyError};
use crate::ports::{OutboundHttp, Signer};

/// The OpenID Provider: it answers authorization requests through the broker, and by itself whatever
/// comes from a client without a browser.
pub struct OidcProvider {
    issuer: Issuer,
    clients: ClientRegistry,
    key_ring: KeyRing,
    signer: Arc<dyn Signer>,
    /// Those by other algorithms.
    other_signers: BTreeMap<SignatureAlgorithm, Arc<dyn Signer>>,
    /// The clients that are told of logouts.
    back_channels: BackChannels,
    /// The logins that clients may refresh.
    accepted_logins: AcceptedLogins,
    ports: Arc<Ports>,
    published_keys: PublishedKeys,
    /// The origins of the pages of public clients, as browsers write them.
    public_origins: BTreeSet<String>,
}

impl OidcProvider {
    /// The provider of these clients; `signer` is the private half of the active key, by its algorithm.
    ///
    /// # Errors
    /// [`DuplicateClientError`] when two clients have the same id.
    pub fn new(
        issuer: Issuer,
        clients: impl IntoIterator<Item = Client>,
        (key_ring, signer): (KeyRing, Arc<dyn Signer>),
        ports: Arc<Ports>,
    ) -> Result<Self, DuplicateClientError> {
        let clients = ClientRegistry::new(clients)?;
        let (published_keys, back_channels) = (PublishedKeys::default(), BackChannels::new());
        let public = clients.iter().filter(|client| client.is_public());
        let redirects = public.flat_map(Client::redirect_uris);
        let public_origins = redirects.filter_map(RegisteredRedirect::browser_origin).collect();
        let other_signers = BTreeMap::new();
        Ok(Self {
            issuer,
            clients,
            key_ring,
            signer,
            other_signers,
            back_channels,
            accepted_logins: AcceptedLogins::default(),
            ports,
            published_keys,
            public_origins,
        })
    }

    /// Signs by these algorithms too; each signer is the private half of the ring's key for its algorithm.
    #[must_use]
    pub fn signing_by(
        mut self,
        signers: impl IntoIterator<Item = (SignatureAlgorithm, Arc<dyn Signer>)>,
    ) -> Self {
        self.other_signers.extend(signers);
        self
    }

    /// The key that signs what this client verifies, in both halves.
    fn signing_key(&self, client: &Client) -> Result<(&PublicKey, &dyn Signer), OurKeyError> {
        let algorithm = client.id_token_algorithm();
        let active = self.key_ring.active();
        if algorithm == active.algorithm() {
            return Ok((active, self.signer.as_ref()));
        }
        let signer = self.other_signers.get(&algorithm).map(Arc::as_ref);
        let both = self.key_ring.signing(algorithm).zip(signer);
        both.ok_or_else(|| OurKey::IdTokens.failed(KeyErrorCause::Absent))
    }

    /// The same, telling these clients of logouts.
    #[must_use]
    pub fn notifying(mut self, back_channels: BackChannels) -> Self {
        self.back_channels = back_channels;
        self
    }

    /// The same, where clients may refresh these logins; without it none may.
    #[must_use]
    pub fn refreshing(mut self, accepted_logins: AcceptedLogins) -> Self {
        self.accepted_logins = accepted_logins;
        self
    }

    /// Fetches the keys of clients that publish them, by the `way` to each. What `before` knows of them
    /// stays known.
    ///
    /// # Errors
    /// The error of `way`.
    pub fn fetching_keys<E>(
        mut self,
        way: impl Fn(&OutboundUrl) -> Result<Arc<dyn OutboundHttp>, E>,
        before: Option<&Self>,
    ) -> Result<Self, E> {
        let before = before.map(|before| &before.published_keys);
        self.published_keys = PublishedKeys::of(&self.clients, &self.ports, way, before)?;
        Ok(self)
    }

    /// The issuer of our tokens.
    #[must_use]
    pub fn issuer(&self) -> &Issuer {
        &self.issuer
    }

    /// Whether pages of this `origin`, as a browser writes it, belong to a public client: they may call
    /// what clients call by themselves, and read the answer.
    #[must_use]
    pub fn serves_pages_of(&self, origin: &str) -> bool {
        self.public_origins.contains(origin)
    }

    /// The id of the key that signs ID tokens.
    #[must_use]
    pub fn signing_key_id(&self) -> &str {
        self.key_ring.active().kid()
    }

    /// The public keys of ID tokens [RFC 7517 §5].
    #[must_use]
    pub fn jwks(&self) -> serde_json::Value {
        self.key_ring.jwks()
    }
}

impl fmt::Debug for OidcProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OidcProvider({})", self.issuer)
    }
}
