//! The broker, its settings and its ports.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use silta_mapping::{ClaimRules, Dictionary};
use silta_oidc::{Client, ClientId, ClientRegistry, DuplicateClientError, Issuer, KeyRing};
use thiserror::Error;

use crate::audit::Event;
use crate::error::{FailedLogin, LoginError};
use crate::login::LoginId;
use crate::open_logins::OpenLogins;
use crate::ports::{Audit, Clock, Entropy, Signer, Upstream};
use crate::sealed_store::SealedStore;
use crate::subject::SubjectKey;
use crate::upstream::UpstreamName;

/// The login broker. It is cheap to share; its state is behind its ports.
pub struct Broker {
    pub(crate) settings: Settings,
    pub(crate) client_registry: ClientRegistry,
    pub(crate) ports: Ports,
}

/// The settings that an administrator decides.
pub struct Settings {
    /// The issuer of our tokens.
    pub issuer: Issuer,
    /// The attribute dictionary.
    pub dictionary: Dictionary,
    /// The key of every `sub`.
    pub subject_key: SubjectKey,
    /// Upstreams, each with the attributes that `sub` may be made of, best first.
    pub upstreams: BTreeMap<UpstreamName, (Arc<dyn Upstream>, Vec<String>)>,
    /// The policy of each client, by its id.
    pub clients: BTreeMap<ClientId, ClientPolicy>,
}

/// One client: its upstream, its claims and the assurance that it needs.
#[derive(Debug, Clone)]
pub struct ClientPolicy {
    /// The client.
    pub client: Client,
    /// The upstream that authenticates its people.
    pub upstream: UpstreamName,
    /// The claims that it gets.
    pub rules: ClaimRules,
    /// The weakest assurance level of its upstream that it accepts.
    pub min_acr: Option<String>,
}

/// The ports through which the broker reaches everything outside of it.
pub struct Ports {
    /// The store, behind the seal.
    pub store: SealedStore,
    /// The public keys of ID tokens.
    pub key_ring: KeyRing,
    /// The private half of the active one.
    pub signer: Arc<dyn Signer>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// The logins that started at this replica.
    pub open_logins: Arc<OpenLogins>,
    /// The receiver of audit events.
    pub audit: Arc<dyn Audit>,
}

/// Settings that contradict each other.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SettingsError {
    /// A client names an upstream that is not configured.
    #[error("the client {client} logs in at {upstream}, which is not among the upstreams")]
    UnknownUpstream {
        /// The client.
        client: ClientId,
        /// What it names.
        upstream: UpstreamName,
    },
    /// Two clients have the same id.
    #[error(transparent)]
    DuplicateClientError(#[from] DuplicateClientError),
}

impl Broker {
    /// Checks that the settings agree with each other.
    ///
    /// # Errors
    /// [`SettingsError`].
    pub fn new(settings: Settings, ports: Ports) -> Result<Self, SettingsError> {
        for (client, policy) in &settings.clients {
            if !settings.upstreams.contains_key(&policy.upstream) {
                let (client, upstream) = (client.clone(), policy.upstream.clone());
                return Err(SettingsError::UnknownUpstream { client, upstream });
            }
        }
        let client_registry = settings.clients.values().map(|policy| policy.client.clone());
        let client_registry = ClientRegistry::new(client_registry)?;
        Ok(Self { settings, client_registry, ports })
    }

    /// The issuer of our tokens.
    #[must_use]
    pub fn issuer(&self) -> &Issuer {
        &self.settings.issuer
    }

    /// The id of the key that signs ID tokens.
    #[must_use]
    pub fn signing_key_id(&self) -> &str {
        self.ports.key_ring.active().kid()
    }

    /// The public keys of ID tokens [RFC 7517 §5].
    #[must_use]
    pub fn jwks(&self) -> serde_json::Value {
        self.ports.key_ring.jwks()
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.ports.clock.now()
    }

    pub(crate) fn random<const N: usize>(&self) -> [u8; N] {
        let mut random = [0; N];
        self.ports.entropy.fill(&mut random);
        random
    }

    /// Ends a login that cannot be redirected to its client, and records it.
    #[must_use]
    pub fn fail_with_page(&self, error: LoginError) -> FailedLogin {
        self.fail_with_page_for(None, error)
    }

    /// The same for a request that names `client`. The client gets no response: nothing proves that it
    /// sent the request. Its name goes to the log for its operator.
    pub(crate) fn fail_with_page_for(
        &self,
        client: Option<&ClientId>,
        error: LoginError,
    ) -> FailedLogin {
        let reference = LoginId::new(self.ports.entropy.as_ref());
        self.audit_refusal(&reference, client, &error);
        FailedLogin { reference, error, redirect: None }
    }

    /// Records that a login ended without a code.
    pub(crate) fn audit_refusal(
        &self,
        login: &LoginId,
        client: Option<&ClientId>,
        error: &LoginError,
    ) {
        let policy = client.and_then(|client| self.settings.clients.get(client));
        let upstream = policy.map(|policy| &policy.upstream);
        self.ports.audit.record(Event::LoginRefused { login, client, upstream, error });
    }
}

impl fmt::Debug for Broker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Broker({})", self.settings.issuer)
    }
}
