//! What is known of a provider: its metadata and its keys, fetched ahead of the logins that need them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use silta_oidc::JwkSet;
use silta_oidc::rp::{ProviderExpectation, ProviderMetadata, ProviderResponse};

use crate::ports::{OutboundHttp, OutboundMethod, OutboundRequest, OutboundResponse, OutboundUrl};
use crate::upstream::oidc::error::ProviderError;

/// Metadata and keys that belong together.
#[derive(Debug)]
pub(super) struct KnownProvider {
    pub(super) metadata: ProviderMetadata,
    pub(super) keys: JwkSet,
}

/// What is known of a provider. It is shared by all threads; nobody waits for it.
#[derive(Debug, Default)]
pub(super) struct ProviderCache(Mutex<Cache>);

#[derive(Debug, Default)]
struct Cache {
    known: Option<Arc<KnownProvider>>,
    /// When the provider was last asked, with or without success.
    asked: Option<Timestamp>,
}

impl ProviderCache {
    pub(super) fn known(&self) -> Option<Arc<KnownProvider>> {
        self.lock().known.clone()
    }

    pub(super) fn learn_from(&self, other: &Self) {
        let known = other.known();
        self.lock().known = known;
    }

    /// What is known; a provider of which nothing is known yet is asked now.
    pub(super) async fn known_or_fetched(
        &self,
        http: &dyn OutboundHttp,
        expect: &ProviderExpectation<'_>,
        now: Timestamp,
    ) -> Result<Arc<KnownProvider>, ProviderError> {
        match self.known() {
            Some(known) => Ok(known),
            None => self.fetch(http, expect, now, RETRY).await,
        }
    }

    /// Asks the provider, unless it was asked less than `pause` ago. What was known stays while it
    /// does not answer.
    pub(super) async fn fetch(
        &self,
        http: &dyn OutboundHttp,
        expect: &ProviderExpectation<'_>,
        now: Timestamp,
        pause: SignedDuration,
    ) -> Result<Arc<KnownProvider>, ProviderError> {
        {
            let mut cache = self.lock();
            if cache.asked.is_some_and(|asked| now.duration_since(asked) < pause) {
                return Err(ProviderError::AskedLately);
            }
            cache.asked = Some(now);
        }
        let discovery = get(http, &OutboundUrl::parse(&expect.issuer.discovery_url())?).await?;
        let metadata = ProviderMetadata::read(&as_provider(&discovery), expect)?;
        let keys = get(http, &OutboundUrl::parse(metadata.jwks_uri.as_str())?).await?;
        if keys.status != 200 {
            return Err(ProviderError::KeysStatus(keys.status));
        }
        let keys = JwkSet::read(&keys.body)?;
        let known = Arc::new(KnownProvider { metadata, keys });
        self.lock().known = Some(known.clone());
        Ok(known)
    }

    /// A panic elsewhere leaves a whole entry behind, or none.
    fn lock(&self) -> MutexGuard<'_, Cache> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
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
/// Nobody waits for it but the first login after a start.
const TIME_OUT: Duration = Duration::from_secs(5);
/// A provider that is down is asked again so soon by the next login.
const RETRY: SignedDuration = SignedDuration::from_secs(5);
/// A key that is not known is looked for no more often [OIDC Core §10.1.1]: anybody can name one.
pub(super) const NEW_KEYS: SignedDuration = SignedDuration::from_mins(1);
