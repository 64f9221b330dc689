//! Asks the identity providers among the upstreams for what they publish of themselves, OpenID Providers for
//! their metadata and keys and those of SAML for their metadata, so that no login waits for them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{pending, select_all};
use jiff::{SignedDuration, Timestamp};
use silta_broker::UpstreamName;
use silta_broker::upstream::NoNewerMetadata;
use silta_saml::IdentityProviderDescription;
use tokio::time::Instant;
use tracing::{info, warn};

use crate::app_state::CurrentState;
use crate::assemble::Services;
use crate::finding::Finding;
use crate::jitter::jittered;
use crate::provider::{Provider, ProviderFault, ProviderKind};
use crate::provider_advice::of_unknown_key;

/// Asks the providers of one kind, and remembers what was told of them.
pub(crate) struct ProviderWatch {
    kind: ProviderKind,
    /// Those that could not be asked, each with the cause that was told.
    failing: BTreeMap<UpstreamName, &'static str>,
    /// What was known of those that have metadata of SAML.
    described: BTreeMap<UpstreamName, IdentityProviderDescription>,
    /// When it was told that they sign with a key that nobody knows.
    unknown_keys: BTreeMap<UpstreamName, Timestamp>,
}

impl ProviderWatch {
    /// Of the providers of this kind.
    pub(crate) fn of(kind: ProviderKind) -> Self {
        let (failing, described) = (BTreeMap::new(), BTreeMap::new());
        Self { kind, failing, described, unknown_keys: BTreeMap::new() }
    }

    /// Asks now and every few minutes, or looks every few seconds for what another replica has fetched, for as long
    /// as the process runs. When the configuration changes, only those are asked at once of which nothing is known.
    pub(crate) async fn watch(mut self, current: Arc<CurrentState>, services: Arc<Services>) {
        let mut due = Instant::now();
        loop {
            let changed = current.changed();
            let mut providers = current.get().providers.clone();
            providers.retain(|_, provider| provider.is_of(self.kind));
            self.forget_others(&providers, &services);
            if due <= Instant::now() {
                self.ask_all(&providers, &services).await;
                let is_patient = self.kind == ProviderKind::Oidc && self.failing.is_empty();
                let pause = if is_patient { EVERY } else { AGAIN };
                due = Instant::now() + jittered(pause, services.entropy.as_ref());
            } else {
                let mut unknown = providers.clone();
                unknown.retain(|_, provider| !provider.is_known());
                self.ask_all(&unknown, &services).await;
            }
            let news = providers.values().map(|provider| Box::pin(provider.news()));
            let news: Vec<_> = news.collect();
            tokio::select! {
                () = tokio::time::sleep_until(due) => {}
                () = changed => {}
                () = any_of(news) => due = Instant::now(),
            }
        }
    }

    /// Forgets what was told of providers that are configured no more.
    fn forget_others(&mut self, providers: &BTreeMap<UpstreamName, Provider>, services: &Services) {
        let gone = self.failing.keys().filter(|name| !providers.contains_key(*name));
        gone.for_each(|name| services.health.record_provider(name, None));
        self.failing.retain(|name, _| providers.contains_key(name));
        self.described.retain(|name, _| providers.contains_key(name));
        self.unknown_keys.retain(|name, _| providers.contains_key(name));
    }

    /// Asks every provider once, all at the same time: one that is slow holds up no other.
    async fn ask_all(&mut self, providers: &BTreeMap<UpstreamName, Provider>, services: &Services) {
        let asked: Vec<_> = providers
            .iter()
            .map(|(upstream, provider)| {
                let asked = provider.clone();
                let asked = actix_web::rt::spawn(async move { asked.refresh().await });
                (upstream, provider, asked)
            })
            .collect();
        for (upstream, provider, asked) in asked {
            // It neither panics nor is it cancelled.
            let Ok(news) = asked.await else { continue };
            if let Some(outcome) = news.outcome {
                let fault = outcome.as_ref().err();
                services.metrics.provider_asked(upstream, fault.map(|fault| fault.cause));
                let finding = fault.map(|fault| Finding::provider_unavailable(upstream, fault));
                services.health.record_provider(upstream, finding);
                self.tell(upstream, outcome);
            }
            // A login may have fetched it meanwhile.
            self.tell_changes(upstream, provider, services);
            if let Some(why) = news.unknown_key {
                self.tell_unknown_key(upstream, why, services.clock.now());
            }
        }
    }

    /// Whoever has a login can send any key, so this is told once an hour.
    fn tell_unknown_key(&mut self, upstream: &UpstreamName, why: NoNewerMetadata, now: Timestamp) {
        let lately = self.unknown_keys.get(upstream).is_some_and(|told| {
            (SignedDuration::ZERO..TELL_AGAIN).contains(&now.duration_since(*told))
        });
        if !lately {
            self.unknown_keys.insert(upstream.clone(), now);
            let (cause, instead) = (why.cause(), of_unknown_key(why));
            warn!(%upstream, cause, detail = %why, instead, "responses are signed by a key that is not in the metadata");
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

/// Ends when one of them does; never without any.
async fn any_of(all: Vec<impl Future<Output = ()> + Unpin>) {
    if all.is_empty() {
        return pending().await;
    }
    select_all(all).await;
}

/// Providers publish a key days before they sign with it; a login that meets an unknown one asks by
/// itself.
const EVERY: Duration = Duration::from_mins(5);
/// What another replica has fetched is known here so soon. A login that meets an unknown key looks by itself.
const AGAIN: Duration = Duration::from_secs(15);
const TELL_AGAIN: SignedDuration = SignedDuration::from_hours(1);
