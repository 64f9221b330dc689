//! Asks the OpenID Providers among the upstreams for their metadata and keys, so that no login waits
//! for them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use silta_broker::UpstreamName;
use silta_broker::upstream::ProviderError;
use tracing::{info, warn};

use crate::app_state::CurrentState;
use crate::assemble::Services;
use crate::finding::Finding;
use crate::jitter::jittered;
use crate::provider_advice::advice;

/// The providers that could not be asked, each with the cause that was told.
#[derive(Default)]
pub(crate) struct ProviderWatch(BTreeMap<UpstreamName, &'static str>);

impl ProviderWatch {
    /// Asks now and every few minutes, for as long as the process runs. Without such upstreams it ends
    /// at once: none appears while the process runs.
    pub(crate) async fn watch(mut self, current: Arc<CurrentState>, services: Arc<Services>) {
        while !current.get().providers.is_empty() {
            self.ask_all(&current, &services).await;
            let pause = if self.0.is_empty() { EVERY } else { AGAIN };
            tokio::time::sleep(jittered(pause, services.entropy.as_ref())).await;
        }
    }

    /// Asks every provider once, all at the same time: one that is slow holds up no other.
    async fn ask_all(&mut self, current: &CurrentState, services: &Services) {
        let providers = current.get().providers.clone();
        let asked: Vec<_> = providers
            .into_iter()
            .map(|(upstream, provider)| {
                (upstream, actix_web::rt::spawn(async move { provider.refresh().await }))
            })
            .collect();
        for (upstream, asked) in asked {
            // It neither panics nor is it cancelled.
            let Ok(outcome) = asked.await else { continue };
            let cause = outcome.as_ref().err().map(ProviderError::cause);
            services.metrics.provider_asked(&upstream, cause);
            let finding = outcome.as_ref().err();
            let finding = finding.map(|error| Finding::provider_unavailable(&upstream, error));
            services.health.record_provider(&upstream, finding);
            self.tell(&upstream, outcome);
        }
    }

    /// Tells of a failure when it begins, when its cause changes and when it ends; what was known stays.
    fn tell(&mut self, upstream: &UpstreamName, outcome: Result<(), ProviderError>) {
        match outcome {
            Ok(()) => {
                if self.0.remove(upstream).is_some() {
                    info!(%upstream, "the provider's metadata and keys can be fetched again");
                }
            }
            Err(error) => {
                let (cause, detail) = (error.cause(), error.to_string());
                if self.0.insert(upstream.clone(), cause) != Some(cause) {
                    warn!(
                        %upstream,
                        cause,
                        detail,
                        instead = advice(&error),
                        "the provider's metadata or keys cannot be fetched"
                    );
                }
            }
        }
    }
}

/// Providers publish a key days before they sign with it; a login that meets an unknown one asks by
/// itself.
const EVERY: Duration = Duration::from_mins(5);
const AGAIN: Duration = Duration::from_secs(15);
