//! The state that requests need. Secrets and keys change while the process runs; a request keeps the
//! state that was current when it began.

use std::collections::BTreeMap;
use std::future::{Ready, ready};
use std::ops::Deref;
use std::sync::{Arc, PoisonError, RwLock};

use actix_web::dev::Payload;
use actix_web::error::ErrorInternalServerError;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use silta_broker::downstream::OidcProvider;
use silta_broker::ports::Store;
use silta_broker::{Broker, Language, Protocol, UpstreamName};
use silta_config::description;
use silta_store::RedisStore;
use tokio::sync::Notify;
use tokio::sync::futures::Notified;

use crate::http::Load;
use crate::provider::Provider;
use crate::published_metadata::PublishedMetadata;
use crate::summary::Summary;
use crate::trusted_keys::TrustedKeys;
use crate::trusted_proxies::TrustedProxies;

/// The state that every request needs, made of one configuration.
pub(crate) struct AppState {
    /// The login broker.
    pub(crate) broker: Arc<Broker>,
    /// The OpenID Provider that it answers for.
    pub(crate) oidc: Arc<OidcProvider>,
    /// The identity providers that have to be asked for what is known of them.
    pub(crate) providers: BTreeMap<UpstreamName, Provider>,
    /// What our endpoints for each upstream need.
    pub(crate) upstreams: BTreeMap<UpstreamName, UpstreamEndpoints>,
    /// What relying parties read of us: one document for each protocol that we serve them by.
    pub(crate) metadata: BTreeMap<Protocol, String>,
    /// The proxies whose `X-Forwarded-For` is believed.
    pub(crate) trusted_proxies: TrustedProxies,
    /// The bounds on the requests and bodies in flight.
    pub(crate) load: Arc<Load>,
    /// The store of its records.
    pub(crate) store_handle: StoreHandle,
    /// The language of people where nothing else says theirs.
    pub(crate) language: Option<Language>,
    /// A fingerprint of the key of every `sub`.
    pub(crate) subject_digest: [u8; 32],
    /// What operators are told of the configuration, if they may ask.
    pub(crate) summary: Option<Summary>,
    /// Whom it trusts to speak for each upstream.
    pub(crate) trusted_keys: TrustedKeys,
}

/// What our endpoints for an upstream need.
pub(crate) struct UpstreamEndpoints {
    /// Its protocol, which says whose endpoints they are.
    pub(crate) protocol: description::Protocol,
    /// Our metadata for it, where its protocol has such.
    pub(crate) metadata: Option<PublishedMetadata>,
    /// The most octets that the form with its answer may have, where it answers by one.
    pub(crate) max_octets: Option<usize>,
}

impl AppState {
    /// The upstream of this name, if it is one of this protocol.
    pub(crate) fn upstream(
        &self,
        protocol: description::Protocol,
        name: &str,
    ) -> Option<(&UpstreamName, &UpstreamEndpoints)> {
        let mut all = self.upstreams.iter();
        all.find(|(known, one)| known.as_str() == name && one.protocol == protocol)
    }

    /// The name of this upstream, if it is one of this protocol and can log out.
    pub(crate) fn upstream_that_logs_out(
        &self,
        protocol: description::Protocol,
        name: &str,
    ) -> Option<&UpstreamName> {
        let (known, _) = self.upstream(protocol, name)?;
        self.broker.can_log_out(known).then_some(known)
    }
}

/// The store, with and without instruments.
#[derive(Clone)]
pub(crate) struct StoreHandle {
    /// The store, with metrics and spans for every call.
    pub(crate) store: Arc<dyn Store>,
    /// The same without them: the calls of a health check belong to no login.
    pub(crate) uninstrumented: Arc<dyn Store>,
    /// The Redis behind it and a fingerprint of its URL, if it is one.
    pub(crate) redis: Option<(Arc<RedisStore>, [u8; 32])>,
}

impl StoreHandle {
    /// The host and port of the Redis, if it is one.
    pub(crate) fn redis_address(&self) -> Option<String> {
        self.redis.as_ref().map(|(redis, _)| redis.address())
    }
}

/// The current state; a configuration that changes replaces it.
pub(crate) struct CurrentState {
    state: RwLock<Arc<AppState>>,
    changed: Notify,
}

impl CurrentState {
    /// Starts with `state`.
    pub(crate) fn new(state: AppState) -> Self {
        Self { state: RwLock::new(Arc::new(state)), changed: Notify::new() }
    }

    /// The current state.
    pub(crate) fn get(&self) -> Arc<AppState> {
        self.state.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Makes `state` the current one.
    pub(crate) fn replace(&self, state: AppState) {
        *self.state.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(state);
        self.changed.notify_waiters();
    }

    /// Ends when the state is replaced after this was called, however late it is awaited.
    pub(crate) fn changed(&self) -> Notified<'_> {
        self.changed.notified()
    }
}

/// The state that was current when the request began.
pub(crate) struct RequestState(Arc<AppState>);

impl Deref for RequestState {
    type Target = AppState;

    fn deref(&self) -> &AppState {
        &self.0
    }
}

impl FromRequest for RequestState {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let current = request.app_data::<Data<CurrentState>>();
        ready(match current {
            Some(current) => Ok(Self(current.get())),
            None => Err(ErrorInternalServerError("nothing is served here")),
        })
    }
}
