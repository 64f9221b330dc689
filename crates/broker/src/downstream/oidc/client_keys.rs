//! The keys that clients publish, fetched when an assertion needs them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use silta_oidc::{ClientId, ClientRegistry, JwkSet, JwksUri};

use crate::audit::Event;
use crate::broker::Ports;
use crate::downstream::oidc::client_keys_error::ClientKeysError;
use crate::fetch_cache::{Ages, FetchCache, NoNewer};
use crate::model::relying_party::RelyingParty;
use crate::ports::{OutboundHttp, OutboundMethod, OutboundRequest, OutboundUrl};

type KeyCache = FetchCache<JwkSet, ClientKeysError>;

/// The keys of all clients that publish them.
#[derive(Default)]
pub(super) struct PublishedKeys {
    caches: BTreeMap<ClientId, (JwksUri, KeyCache)>,
    /// How many requests wait for any of them.
    waiting: AtomicUsize,
}

/// The keys of one client, and whether they were fetched for this very request.
pub(super) struct FoundKeys {
    pub(super) keys: Arc<JwkSet>,
    pub(super) are_new: bool,
}

impl PublishedKeys {
    /// Those of `clients`, each with a way of its own: a slow one uses up only its own turns. What
    /// `before` knows of the same URL stays known.
    ///
    /// # Errors
    /// The error of `way`.
    pub(super) fn of<E>(
        clients: &ClientRegistry,
        ports: &Arc<Ports>,
        way: impl Fn(&JwksUri) -> Result<Arc<dyn OutboundHttp>, E>,
        before: Option<&Self>,
    ) -> Result<Self, E> {
        let mut caches = BTreeMap::new();
        for client in clients.iter() {
            let Some(uri) = client.jwks_uri() else { continue };
            let cache = cache(client.id(), uri, way(uri)?, ports.clone());
            match before.and_then(|before| before.caches.get(client.id())) {
                Some((same, known)) if same == uri => cache.learn_from(known),
                Some(_) | None => {}
            }
            caches.insert(client.id().clone(), (uri.clone(), cache));
        }
        Ok(Self { caches, waiting: AtomicUsize::new(0) })
    }

    /// The keys of this client.
    pub(super) async fn find(
        &self,
        client: &ClientId,
        now: Timestamp,
    ) -> Result<FoundKeys, ClientKeysError> {
        let cache = self.cache(client)?;
        let before = cache.known();
        let _room = self.enter()?;
        let keys = cache.fresh(now, Some(AGES)).await?;
        let are_new = before.is_none_or(|before| !Arc::ptr_eq(&before, &keys));
        Ok(FoundKeys { keys, are_new })
    }

    /// Keys that are newer than those of `used`, in which an assertion's key is not; `None` if they were
    /// looked for less than a minute ago.
    pub(super) async fn newer_than(
        &self,
        client: &ClientId,
        used: &Arc<JwkSet>,
        now: Timestamp,
    ) -> Result<Option<Arc<JwkSet>>, ClientKeysError> {
        let cache = self.cache(client)?;
        let _room = self.enter()?;
        match cache.newer_than(used, now).await {
            Ok(newer) => Ok(Some(newer)),
            Err(NoNewer::AskedLately) => Ok(None),
            Err(NoNewer::NotFetched(error)) => Err(error),
        }
    }

    fn cache(&self, client: &ClientId) -> Result<&KeyCache, ClientKeysError> {
        let (_, cache) = self.caches.get(client).ok_or(ClientKeysError::NoWay)?;
        Ok(cache)
    }

    /// Anybody can name a client whose server does not answer, so only so many requests wait.
    fn enter(&self) -> Result<Room<'_>, ClientKeysError> {
        let room = Room(&self.waiting);
        if self.waiting.fetch_add(1, Ordering::Relaxed) < MAX_WAITING {
            Ok(room)
        } else {
            Err(ClientKeysError::Busy)
        }
    }
}

/// Room for one request that waits. Dropping it leaves it to another one.
struct Room<'a>(&'a AtomicUsize);

impl Drop for Room<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn cache(
    client: &ClientId,
    uri: &JwksUri,
    http: Arc<dyn OutboundHttp>,
    ports: Arc<Ports>,
) -> KeyCache {
    let (client, uri) = (RelyingParty::from(client), uri.clone());
    FetchCache::of(move || {
        let (client, uri, http, ports) = (client.clone(), uri.clone(), http.clone(), ports.clone());
        Box::pin(async move {
            let fetched = fetch_client_keys(http.as_ref(), &uri).await;
            if let Err(error) = &fetched {
                ports.audit.record(Event::ClientKeysNotFetched { client: &client, error });
            }
            fetched
        })
    })
}

/// Fetches the keys that a client publishes.
///
/// # Errors
/// [`ClientKeysError`].
pub async fn fetch_client_keys(
    http: &dyn OutboundHttp,
    uri: &JwksUri,
) -> Result<JwkSet, ClientKeysError> {
    let url = OutboundUrl::parse(uri.as_str()).map_err(|_| ClientKeysError::Url)?;
    let request = OutboundRequest {
        url: &url,
        method: OutboundMethod::Get,
        accept: "application/json",
        authorization: None,
        max_body: MAX_DOCUMENT,
        time_out: TIME_OUT,
    };
    let response = http.send(&request).await?;
    if response.status != 200 {
        return Err(ClientKeysError::Status(response.status));
    }
    Ok(JwkSet::read(&response.body)?)
}

/// A client that takes a key back is heeded five minutes later, and one whose server is down keeps
/// working for an hour: a stolen key counts no longer, whoever keeps us from asking.
const AGES: Ages =
    Ages { fresh: SignedDuration::from_mins(5), usable: SignedDuration::from_hours(1) };

/// An ALB gives a token request 5 s, and a client's own software little more.
const TIME_OUT: Duration = Duration::from_secs(2);

/// What a JWK Set may have.
const MAX_DOCUMENT: usize = 64 * 1024;

/// A quarter of what a core has under way (256): a client that answers in 0.3 s gets two hundred first
/// assertions a second with it, and nobody waits for keys that are known.
const MAX_WAITING: usize = 64;
