//! What is known of a provider: its metadata and its keys, fetched ahead of the logins that need them.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::{Shared, WeakShared};
use jiff::{SignedDuration, Timestamp};
use silta_oidc::JwkSet;
use silta_oidc::rp::{ProviderExpectation, ProviderMetadata, ProviderResponse};

use crate::ports::{OutboundHttp, OutboundMethod, OutboundRequest, OutboundResponse, OutboundUrl};
use crate::upstream::oidc::OidcUpstreamSettings;
use crate::upstream::oidc::error::ProviderError;

/// Metadata and keys that belong together.
#[derive(Debug)]
pub(super) struct KnownProvider {
    pub(super) metadata: ProviderMetadata,
    pub(super) keys: JwkSet,
}

/// Why there are no keys that are newer than those of a login.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NoNewerKeys {
    /// The provider answered less than a minute ago.
    AskedLately,
    /// It could not be asked.
    NotFetched(ProviderError),
}

/// What is known of a provider, and the one request for it that is under way. All threads share it.
pub(super) struct ProviderCache {
    settings: Arc<OidcUpstreamSettings>,
    http: Arc<dyn OutboundHttp>,
    state: Arc<Mutex<State>>,
}

type Fetched = Result<Arc<KnownProvider>, ProviderError>;
type Fetch = Pin<Box<dyn Future<Output = Fetched> + Send>>;

#[derive(Default)]
struct State {
    known: Option<Arc<KnownProvider>>,
    /// The last attempt, if it brought nothing.
    failed: Option<(Timestamp, ProviderError)>,
    /// When a token last named a key that nobody knew.
    looked_for_key: Option<Timestamp>,
    /// Whoever needs the provider meanwhile waits for this attempt. It ends when nobody waits.
    under_way: Option<WeakShared<Fetch>>,
}

impl ProviderCache {
    pub(super) fn new(settings: Arc<OidcUpstreamSettings>, http: Arc<dyn OutboundHttp>) -> Self {
        Self { settings, http, state: Arc::default() }
    }

    /// Takes over what `other` knows of the same provider.
    pub(super) fn learn_from(&self, other: &Self) {
        let known = lock(&other.state).known.clone();
        lock(&self.state).known = known;
    }

    /// What is known, if anything is.
    pub(super) fn known(&self) -> Option<Arc<KnownProvider>> {
        lock(&self.state).known.clone()
    }

    /// What is known. A provider of which nothing is known yet is asked now, or a few seconds after it
    /// last gave no answer: until then each login gets that reason at once.
    pub(super) async fn known_or_fetched(&self, now: Timestamp) -> Fetched {
        let fetch = {
            let mut state = lock(&self.state);
            if let Some(known) = &state.known {
                return Ok(known.clone());
            }
            if let Some((_, error)) =
                state.failed.as_ref().filter(|(at, _)| within(RETRY, *at, now))
            {
                return Err(error.clone());
            }
            self.join(&mut state, now)
        };
        fetch.await
    }

    /// Asks the provider. What was known stays while it does not answer.
    pub(super) async fn refreshed(&self, now: Timestamp) -> Fetched {
        let fetch = self.join(&mut lock(&self.state), now);
        fetch.await
    }

    /// Keys that are newer than those of `used`, in which a token's key is not. Anybody can name a key,
    /// so the provider is asked for such a one at most once a minute.
    pub(super) async fn newer_than(
        &self,
        used: &Arc<KnownProvider>,
        now: Timestamp,
    ) -> Result<Arc<KnownProvider>, NoNewerKeys> {
        let fetch = {
            let mut state = lock(&self.state);
            // Another login was here first.
            if let Some(known) = state.known.as_ref().filter(|known| !Arc::ptr_eq(known, used)) {
                return Ok(known.clone());
            }
            match state.under_way.as_ref().and_then(WeakShared::upgrade) {
                Some(fetch) => fetch,
                None if state.looked_for_key.is_some_and(|at| within(NEW_KEYS, at, now)) => {
                    return Err(match &state.failed {
                        Some((_, error)) => NoNewerKeys::NotFetched(error.clone()),
                        None => NoNewerKeys::AskedLately,
                    });
                }
                None => {
                    state.looked_for_key = Some(now);
                    self.join(&mut state, now)
                }
            }
        };
        fetch.await.map_err(NoNewerKeys::NotFetched)
    }

    /// The attempt that is under way; a new one if there is none.
    fn join(&self, state: &mut State, now: Timestamp) -> Shared<Fetch> {
        if let Some(fetch) = state.under_way.as_ref().and_then(WeakShared::upgrade) {
            return fetch;
        }
        let (settings, http, shared) =
            (self.settings.clone(), self.http.clone(), self.state.clone());
        let fetch = async move {
            let fetched = fetch(http.as_ref(), &settings.expectation()).await.map(Arc::new);
            let mut state = lock(&shared);
            state.under_way = None;
            match &fetched {
                Ok(known) => (state.known, state.failed) = (Some(known.clone()), None),
                Err(error) => state.failed = Some((now, error.clone())),
            }
            fetched
        };
        let fetch: Shared<Fetch> = (Box::pin(fetch) as Fetch).shared();
        state.under_way = fetch.downgrade();
        fetch
    }
}

async fn fetch(
    http: &dyn OutboundHttp,
    expect: &ProviderExpectation<'_>,
) -> Result<KnownProvider, ProviderError> {
    let discovery = get(http, &OutboundUrl::parse(&expect.issuer.discovery_url())?).await?;
    let metadata = ProviderMetadata::read(&as_provider(&discovery), expect)?;
    let keys = get(http, &OutboundUrl::parse(metadata.jwks_uri.as_str())?).await?;
    if keys.status != 200 {
        return Err(ProviderError::KeysStatus(keys.status));
    }
    let keys = JwkSet::read(&keys.body)?;
    Ok(KnownProvider { metadata, keys })
}

/// A panic elsewhere leaves a whole entry behind, or none.
fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether `at` is less than `pause` ago. After a clock that was set back, nothing is.
fn within(pause: SignedDuration, at: Timestamp, now: Timestamp) -> bool {
    (SignedDuration::ZERO..pause).contains(&now.duration_since(at))
}

async fn get(
    http: &dyn OutboundHttp,
    url: &OutboundUrl,
) -> Result<OutboundResponse, ProviderError> {
    let request = OutboundRequest {
        url,
        method: OutboundMethod::Get,
        accept: "application/json",
        authorization: None,
        max_body: MAX_DOCUMENT,
        time_out: TIME_OUT,
    };
    Ok(http.send(&request).await?)
}

pub(super) fn as_provider(response: &OutboundResponse) -> ProviderResponse<'_> {
    ProviderResponse {
        status: response.status,
        content_type: response.content_type.as_deref(),
        body: &response.body,
    }
}

/// Metadata is some 5 KiB, a JWK Set with certificates up to 30.
const MAX_DOCUMENT: usize = 128 * 1024;
/// Metadata and keys take it twice at most. Only logins of which nobody knows the keys wait for it.
const TIME_OUT: Duration = Duration::from_secs(5);
/// A provider that is down is asked again so soon by the next login.
const RETRY: SignedDuration = SignedDuration::from_secs(5);
/// A key that is not known is looked for no more often [OIDC Core §10.1.1]: anybody can name one.
const NEW_KEYS: SignedDuration = SignedDuration::from_mins(1);

#[cfg(test)]
mod tests;
