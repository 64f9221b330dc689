//! What runs now. Secrets and keys change while the process runs; requests that have begun go on
//! with what they began with.

use std::collections::BTreeMap;
use std::future::{Ready, ready};
use std::ops::Deref;
use std::sync::{Arc, PoisonError, RwLock};

use actix_web::dev::Payload;
use actix_web::error::ErrorInternalServerError;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use silta_broker::ports::Store;
use silta_broker::{Broker, UpstreamName};
use silta_store::RedisStore;

use crate::http::Load;
use crate::source::TrustedProxies;

/// Everything that a request needs, made of one configuration.
pub(crate) struct Shared {
    /// The login broker.
    pub(crate) broker: Broker,
    /// Our metadata, for each upstream.
    pub(crate) metadata: BTreeMap<UpstreamName, String>,
    /// How many octets an answer of each may have, as it is posted.
    pub(crate) response_limits: BTreeMap<UpstreamName, usize>,
    /// The discovery document.
    pub(crate) discovery: serde_json::Value,
    /// Who is believed about where a request came from.
    pub(crate) trusted_proxies: TrustedProxies,
    /// How much is worked on and read at once.
    pub(crate) load: Arc<Load>,
    /// Where its records are.
    pub(crate) records: Records,
    /// A fingerprint of the key of every `sub`.
    pub(crate) subject_digest: [u8; 32],
}

/// Where records are kept.
#[derive(Clone)]
pub(crate) struct Records {
    /// The store, with every call counted.
    pub(crate) store: Arc<dyn Store>,
    /// The same, uncounted: what we do to prove it is no call of a login.
    pub(crate) uncounted: Arc<dyn Store>,
    /// The Redis behind it and a fingerprint of its URL, if it is one.
    pub(crate) redis: Option<(Arc<RedisStore>, [u8; 32])>,
}

/// A place for what runs now.
pub(crate) struct Current(RwLock<Arc<Shared>>);

impl Current {
    /// Begins with `shared`.
    pub(crate) fn new(shared: Shared) -> Self {
        Self(RwLock::new(Arc::new(shared)))
    }

    /// What runs now.
    pub(crate) fn get(&self) -> Arc<Shared> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// From now on `shared` runs.
    pub(crate) fn replace(&self, shared: Shared) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(shared);
    }
}

/// What ran when the request began.
pub(crate) struct Now(Arc<Shared>);

impl Deref for Now {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl FromRequest for Now {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let current = request.app_data::<Data<Current>>();
        ready(match current {
            Some(current) => Ok(Self(current.get())),
            None => Err(ErrorInternalServerError("nothing is served here")),
        })
    }
}
