//! What is known of a provider: its metadata and its keys, fetched ahead of the logins that need them.

use std::sync::Arc;
use std::time::Duration;

use silta_oidc::rp::{ProviderExpectation, ProviderMetadata, ProviderResponse};
use silta_oidc::{JwkSet, OutboundUrl};

use crate::fetch_cache::{FetchCache, NoNewer};
use crate::ports::{OutboundHttp, OutboundMethod, OutboundRequest, OutboundResponse};
use crate::upstream::oidc::OidcUpstreamSettings;
use crate::upstream::oidc::error::ProviderError;

/// Metadata and keys that belong together.
#[derive(Debug)]
pub(super) struct KnownProvider {
    pub(super) metadata: ProviderMetadata,
    pub(super) keys: JwkSet,
}

/// What is known of a provider, and the one request for it that is under way. All threads share it.
pub(super) type ProviderCache = FetchCache<KnownProvider, ProviderError>;
/// Why there are no keys that are newer than those of a login.
pub(super) type NoNewerKeys = NoNewer<ProviderError>;

impl ProviderCache {
    pub(super) fn new(settings: Arc<OidcUpstreamSettings>, http: Arc<dyn OutboundHttp>) -> Self {
        Self::of(move || {
            let (settings, http) = (settings.clone(), http.clone());
            Box::pin(async move { fetch(http.as_ref(), &settings.expectation()).await })
        })
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

#[cfg(test)]
mod tests;
