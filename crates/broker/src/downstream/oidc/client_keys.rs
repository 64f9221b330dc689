//! The keys that clients publish, fetched when an assertion needs them.

use std::collections::BTreeMap;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use silta_oidc::{ClientId, ClientRegistry, JwkSet, OutboundUrl};

use crate::audit::Event;
use crate::broker::Ports;
use crate::downstream::oidc::client_keys_error::ClientKeysError;
use crate::fetch_cache::{Ages, FetchCache, NoNewer};
use crate::model::relying_party::RelyingParty;
use crate::ports::{OutboundHttp, OutboundMethod, OutboundRequest};

type KeyCache = FetchCache<JwkSet, ClientKeysError>;

/// The keys of all clients that publish them.
#[derive(Default)]
pub(super) struct PublishedKeys(BTreeMap<ClientId, KeysOfClient>);

/// The keys that one client publishes.
struct KeysOfClient {
    uri: OutboundUrl,
    cache: KeyCache,
    /// How many requests wait for them.
    waiting: AtomicUsize,
}

/// The keys of one client, and whether they were fetched for this very request.
pub(super) struct FoundKeys {
    pub(super) keys: Arc<JwkSet>,
    pub(super) are_new: bool,
}

impl PublishedKeys {
    /// Those of `clients`, each with a way and with room of its own: a slow one uses up only its own turns.
    /// What `before` knows of the same URL stays known.
    ///
    /// # Errors
    /// The error of `way`.
    pub(super) fn of<E>(
        clients: &ClientRegistry,
        ports: &Arc<Ports>,
        way: impl Fn(&OutboundUrl) -> Result<Arc<dyn OutboundHttp>, E>,
        before: Option<&Self>,
    ) -> Result<Self, E> {
        let mut all = BTreeMap::new();
        for client in clients.iter() {
            let Some(uri) = client.jwks_uri() else { continue };
            let cache = cache(client.id(), uri, way(uri)?, ports.clone());
            match before.and_then(|before| before.0.get(client.id())) {
                Some(known) if known.uri == *uri => cache.learn_from(&known.cache),
                Some(_) | None => {}
            }
            let waiting = AtomicUsize::new(0);
            all.insert(client.id().clone(), KeysOfClient { uri: uri.clone(), cache, waiting });
        }
        Ok(Self(all))
    }

    /// The keys of this client.
    pub(super) async fn find(
        &self,
        client: &ClientId,
        now: Timestamp,
    ) -> Result<FoundKeys, ClientKeysError> {
        let of_client = self.of_client(client)?;
        let before = of_client.cache.known();
        let keys = of_client.wait_for(of_client.cache.fresh(now, Some(AGES))).await??;
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
        let of_client = self.of_client(client)?;
        match of_client.wait_for(of_client.cache.newer_than(used, now)).await? {
            Ok(newer) => Ok(Some(newer)),
            Err(NoNewer::AskedLately) => Ok(None),
            Err(NoNewer::NotFetched(error)) => Err(error),
        }
    }

    fn of_client(&self, client: &ClientId) -> Result<&KeysOfClient, ClientKeysError> {
        self.0.get(client).ok_or(ClientKeysError::NoWay)
    }
}

impl KeysOfClient {
    /// What `asking` brings. Anybody can name a client whose server does not answer, so only so many
    /// requests wait for it; an answer that is there already needs no room.
    async fn wait_for<T>(&self, asking: impl Future<Output = T>) -> Result<T, ClientKeysError> {
        let mut asking = pin!(asking);
        let at_once = poll_fn(|context| Poll::Ready(asking.as_mut().poll(context))).await;
        if let Poll::Ready(answer) = at_once {
            return Ok(answer);
        }
        let _room = self.enter()?;
        Ok(asking.await)
    }

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
    uri: &OutboundUrl,
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
    uri: &OutboundUrl,
) -> Result<JwkSet, ClientKeysError> {
    let request = OutboundRequest {
        url: uri,
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

/// For each client an eighth of what a core has under way (256), so that one whose server is slow takes no
/// more from the others: one that answers in 0.3 s gets a hundred first assertions a second with it.
const MAX_WAITING: usize = 32;
