//! OpenID Connect clients: the OpenID Provider that we are for them.

mod authorize;
pub(crate) mod pending_authorization;
pub(crate) mod redeem;
pub(crate) mod redeem_error;
pub(crate) mod userinfo;
pub(crate) mod userinfo_error;

use std::fmt;
use std::sync::Arc;

use silta_oidc::{Client, ClientRegistry, DuplicateClientError, Issuer, KeyRing};

use crate::broker::Ports;
use crate::ports::Signer;

/// The OpenID Provider: it answers authorization requests through the broker, and by itself whatever
/// comes from a client without a browser.
pub struct OidcProvider {
    issuer: Issuer,
    clients: ClientRegistry,
    key_ring: KeyRing,
    signer: Arc<dyn Signer>,
    ports: Arc<Ports>,
}

impl OidcProvider {
    /// The provider of these clients; `signer` is the private half of the active key.
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
        Ok(Self { issuer, clients, key_ring, signer, ports })
    }

    /// The issuer of our tokens.
    #[must_use]
    pub fn issuer(&self) -> &Issuer {
        &self.issuer
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
