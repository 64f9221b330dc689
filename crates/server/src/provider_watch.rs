//! Asks the OpenID Providers among the upstreams for their metadata and keys, so that no login waits
//! for them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use silta_broker::UpstreamName;
use silta_broker::ports::Clock as _;
use tracing::{info, warn};

use crate::app_state::CurrentState;
use crate::assemble::Services;
use crate::jitter::jittered;
use crate::system::SystemClock;

/// The providers that could not be asked, each with the cause that was told.
#[derive(Default)]
pub(crate) struct ProviderWatch(BTreeMap<UpstreamName, &'static str>);

impl ProviderWatch {
    /// Asks every provider once. A failure is told when it begins, when its cause changes and when it
    /// ends; what was known stays.
    pub(crate) async fn ask_all(&mut self, current: &CurrentState) {
        let providers = current.get().providers.clone();
        self.0.retain(|name, _| providers.contains_key(name));
        for (upstream, provider) in &providers {
            match provider.refresh(SystemClock.now()).await {
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
                            "the provider's metadata or keys cannot be fetched"
                        );
                    }
                }
            }
        }
    }

    /// Asks every few minutes, for as long as the process runs.
    pub(crate) async fn watch(mut self, current: Arc<CurrentState>, services: Arc<Services>) {
        loop {
            let pause = if self.0.is_empty() { EVERY } else { AGAIN };
            tokio::time::sleep(jittered(pause, services.entropy.as_ref())).await;
            self.ask_all(&current).await;
        }
    }
}

/// Providers publish a key days before they sign with it; a login that meets an unknown one asks by
/// itself.
const EVERY: Duration = Duration::from_mins(5);
const AGAIN: Duration = Duration::from_secs(15);
