//! Asks the identity providers among the upstreams for what they publish of themselves, OpenID Providers for
//! their metadata and keys and those of SAML for their metadata, so that no login waits for them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use silta_broker::UpstreamName;
use silta_saml::IdentityProviderDescription;
use tracing::{info, warn};

use crate::app_state::CurrentState;
use crate::assemble::Services;
use crate::finding::Finding;
use crate::jitter::jittered;
use crate::provider::{Provider, ProviderFault};

/// What was told of the providers.
#[derive(Default)]
pub(crate) struct ProviderWatch {
    /// Those that could not be asked, each with the cause that was told.
    failing: BTreeMap<UpstreamName, &'static str>,
    /// What was known of those that have metadata of SAML.
    described: BTreeMap<UpstreamName, IdentityProviderDescription>,
}

impl ProviderWatch {
    /// Asks now and every few minutes, for as long as the process runs. Without such upstreams it ends
    /// at once: none appears while the process runs.
    pub(crate) async fn watch(mut self, current: Arc<CurrentState>, services: Arc<Services>) {
        while !current.get().providers.is_empty() {
            self.ask_all(&current, &services).await;
            let pause = if self.failing.is_empty() { EVERY } else { AGAIN };
            tokio::time::sleep(jittered(pause, services.entropy.as_ref())).await;
        }
    }

    /// Asks every provider once, all at the same time: one that is slow holds up no other.
    async fn ask_all(&mut self, current: &CurrentState, services: &Services) {
        let providers = current.get().providers.clone();
        let asked: Vec<_> = providers
            .into_iter()
            .map(|(upstream, provider)| {
                let asked = provider.clone();
                let asked = actix_web::rt::spawn(async move { asked.refresh().await });
                (upstream, provider, asked)
            })
            .collect();
        for (upstream, provider, asked) in asked {
            // It neither panics nor is it cancelled.
            let Ok(outcome) = asked.await else { continue };
            if let Some(outcome) = outcome {
                let fault = outcome.as_ref().err();
                services.metrics.provider_asked(&upstream, fault.map(|fault| fault.cause));
                let finding = fault.map(|fault| Finding::provider_unavailable(&upstream, fault));
                services.health.record_provider(&upstream, finding);
                self.tell(&upstream, outcome);
            }
            // A login may have fetched it meanwhile.
            self.tell_changes(&upstream, &provider, services);
        }
    }

    /// Tells of a failure when it begins, when its cause changes and when it ends; what was known stays.
    fn tell(&mut self, upstream: &UpstreamName, outcome: Result<(), ProviderFault>) {
        match outcome {
            Ok(()) => {
                if self.failing.remove(upstream).is_some() {
                    info!(%upstream, "the provider's metadata and keys can be fetched again");
                }
            }
            Err(ProviderFault { cause, detail, instead }) => {
                if self.failing.insert(upstream.clone(), cause) != Some(cause) {
                    warn!(
                        %upstream,
                        cause,
                        detail,
                        instead,
                        "the provider's metadata or keys cannot be fetched"
                    );
                }
            }
        }
    }

    /// Tells which keys and addresses are others than before, and until when certificates say they last.
    fn tell_changes(&mut self, upstream: &UpstreamName, provider: &Provider, services: &Services) {
        let Some(newer) = provider.description() else { return };
        let ends = newer.signing().iter().map(silta_saml::Certificate::not_after);
        services.metrics.hold_signing(upstream, ends);
        if let Some(former) = self.described.insert(upstream.clone(), newer.clone()) {
            let changes = newer.differences(&former);
            let changes: Vec<_> = changes.iter().map(ToString::to_string).collect();
            if !changes.is_empty() {
                let changes = changes.join("; ");
                info!(%upstream, changes, "the identity provider's metadata has changed");
            }
        }
    }
}

/// Providers publish a key days before they sign with it; a login that meets an unknown one asks by
/// itself.
const EVERY: Duration = Duration::from_mins(5);
const AGAIN: Duration = Duration::from_secs(15);
