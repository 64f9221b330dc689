//! The broker: what it is configured with, and what it reaches the world through.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use silta_mapping::{ClaimRules, Dictionary};
use silta_oidc::{Client, ClientId, Clients, DuplicateClient, Issuer, KeyRing};
use thiserror::Error;

use crate::audit::Event;
use crate::fault::{Fault, LoginFault};
use crate::login::LoginId;
use crate::open_logins::OpenLogins;
use crate::ports::{Audit, Clock, Entropy, Signer, Upstream};
use crate::subject::SubjectKey;
use crate::upstream::UpstreamName;
use crate::vault::Vault;

/// The login broker. Cheap to share; what it remembers is in its ports.
pub struct Broker {
    pub(crate) settings: Settings,
    pub(crate) clients: Clients,
    pub(crate) ports: Ports,
}

/// What an administrator decides.
pub struct Settings {
    /// Our own name.
    pub issuer: Issuer,
    /// The attribute dictionary.
    pub dictionary: Dictionary,
    /// The key of every `sub`.
    pub subject_key: SubjectKey,
    /// Upstreams, each with the attributes that `sub` may be made of, best first.
    pub upstreams: BTreeMap<UpstreamName, (Arc<dyn Upstream>, Vec<String>)>,
    /// What each client is given, by its id.
    pub services: BTreeMap<ClientId, Service>,
}

/// One client, and what it is given.
#[derive(Debug, Clone)]
pub struct Service {
    /// The client.
    pub client: Client,
    /// Where its people log in.
    pub upstream: UpstreamName,
    /// What it learns about them.
    pub rules: ClaimRules,
    /// The weakest assurance that it accepts: a rung of its upstream's ladder.
    pub min_acr: Option<String>,
}

/// The outside world.
pub struct Ports {
    /// Records, sealed.
    pub vault: Vault,
    /// The public keys of ID tokens.
    pub ring: KeyRing,
    /// The private half of the active one.
    pub signer: Arc<dyn Signer>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// The logins that began at this replica.
    pub open_logins: Arc<OpenLogins>,
    /// The book of events.
    pub audit: Arc<dyn Audit>,
}

/// Settings that contradict each other.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Inconsistent {
    /// A service names an upstream that is not configured.
    #[error("the client {client} logs in at {upstream}, which is not among the upstreams")]
    UnknownUpstream {
        /// The client.
        client: ClientId,
        /// What it names.
        upstream: UpstreamName,
    },
    /// Two services are for the same client.
    #[error(transparent)]
    DuplicateClient(#[from] DuplicateClient),
}

impl Broker {
    /// Puts a broker together.
    ///
    /// # Errors
    /// [`Inconsistent`].
    pub fn new(settings: Settings, ports: Ports) -> Result<Self, Inconsistent> {
        for (client, service) in &settings.services {
            if !settings.upstreams.contains_key(&service.upstream) {
                let (client, upstream) = (client.clone(), service.upstream.clone());
                return Err(Inconsistent::UnknownUpstream { client, upstream });
            }
        }
        let clients = settings.services.values().map(|service| service.client.clone());
        let clients = Clients::new(clients)?;
        Ok(Self { settings, clients, ports })
    }

    /// Our own name.
    #[must_use]
    pub fn issuer(&self) -> &Issuer {
        &self.settings.issuer
    }

    /// The id of the key that signs ID tokens.
    #[must_use]
    pub fn signing_key_id(&self) -> &str {
        self.ports.ring.active().kid()
    }

    /// The public keys of ID tokens [RFC 7517 §5].
    #[must_use]
    pub fn jwks(&self) -> serde_json::Value {
        self.ports.ring.jwks()
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.ports.clock.now()
    }

    pub(crate) fn random<const N: usize>(&self) -> [u8; N] {
        let mut random = [0; N];
        self.ports.entropy.fill(&mut random);
        random
    }

    /// Ends a login that has no place to go back to, and writes it down.
    #[must_use]
    pub fn stranded(&self, fault: LoginFault) -> Fault {
        self.stranded_for(None, fault)
    }

    /// The same for a request in the name of `client`, which is not told: nothing proves that it
    /// asked, but its operator looks for its name in the log.
    pub(crate) fn stranded_for(&self, client: Option<&ClientId>, fault: LoginFault) -> Fault {
        let reference = LoginId::new(self.ports.entropy.as_ref());
        self.refused(&reference, client, &fault);
        Fault { reference, fault, back: None }
    }

    /// Writes down that a login ended without a code.
    pub(crate) fn refused(&self, login: &LoginId, client: Option<&ClientId>, fault: &LoginFault) {
        let service = client.and_then(|client| self.settings.services.get(client));
        let upstream = service.map(|service| &service.upstream);
        self.ports.audit.record(Event::LoginRefused { login, client, upstream, fault });
    }
}

impl fmt::Debug for Broker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Broker({})", self.settings.issuer)
    }
}
