//! `silta check --connect`: whether the store that is configured can serve, and whether the OpenID
//! Providers, the addresses of metadata and the clients that publish their keys can be asked.

use std::collections::BTreeMap;
use std::sync::Arc;

use silta_broker::downstream::fetch_client_keys;
use silta_broker::ports::{Entropy, StoreUsage};
use silta_broker::{RelyingPartyPolicy, UpstreamName};
use silta_oidc::{Client, OutboundUrl};
use silta_store::{RedisStore, StoreCheckError, Verb, advice};

use crate::assemble::{provider, way_to_keys};
use crate::config::upstreams::{OidcPeer, Peer, SamlPeer, SamlSource};
use crate::config::{StoreConfig, UpstreamConfig};
use crate::idp_metadata;
use crate::memory_warning::MemoryWarning;
use crate::provider_advice;
use crate::store_check_key::check_key;
use crate::system::{SystemClock, SystemEntropy};

/// What was found, in lines.
#[derive(Default)]
pub(crate) struct Connections {
    pub(crate) works: Vec<String>,
    /// What is doubtful all the same.
    pub(crate) warnings: Vec<String>,
    /// What fails, and what to check.
    pub(crate) failures: Vec<String>,
}

impl Connections {
    /// Calls every verb of the store.
    pub(crate) async fn check_store(&mut self, store: &StoreConfig, entropy: &dyn Entropy) {
        let StoreConfig::Redis(redis, _) = store else {
            self.works.push("store: memory, nothing to connect to".to_owned());
            return;
        };
        let place = format!("store.redis at {}", redis.address());
        match redis.check(&check_key(entropy)).await {
            Ok(()) => {
                self.works.push(format!("{place}: {} work", commands(None)));
                self.check_memory(redis).await;
            }
            Err(failed) => self.failures.push(format!("{place}: {}", failure(failed))),
        }
    }

    /// How full it is, and what is doubtful about that.
    async fn check_memory(&mut self, redis: &RedisStore) {
        let answer = redis.read_memory().await;
        if let Some(StoreUsage { used, limit }) = answer.ok().and_then(|memory| memory.usage) {
            self.works.push(format!("store.redis: {used} of {limit} octets of memory are used"));
        }
        let doubt = match MemoryWarning::of(answer) {
            Ok(None) => return,
            Ok(Some(warning)) => warning.sentence().to_owned(),
            Err(error) => format!("INFO fails; {}", advice(error)),
        };
        self.warnings.push(format!("doubtful: store.redis: {doubt}"));
    }

    /// Fetches the metadata and keys of each OpenID Provider among the upstreams, all at the same time.
    pub(crate) async fn check_providers(
        &mut self,
        upstreams: BTreeMap<UpstreamName, UpstreamConfig>,
    ) {
        let asked: Vec<_> = upstreams
            .into_iter()
            .filter_map(|(name, upstream)| match upstream.peer {
                Peer::Oidc(peer) => Some((name, actix_web::rt::spawn(ask(*peer)))),
                Peer::Saml(peer) => match peer.source {
                    SamlSource::Fetched(_) => {
                        Some((name, actix_web::rt::spawn(ask_for_metadata(peer))))
                    }
                    SamlSource::Written(_) | SamlSource::Described(_) => None,
                },
            })
            .collect();
        for (name, asked) in asked {
            match asked.await {
                Ok(Ok(())) => {
                    self.works.push(format!("upstreams.{name}: its metadata and keys can be used"));
                }
                Ok(Err(why)) => self.failures.push(format!("upstreams.{name}: {why}")),
                // It neither panics nor is it cancelled.
                Err(_) => {
                    self.failures.push(format!("upstreams.{name}: the check of it broke off"));
                }
            }
        }
    }

    /// Fetches the keys of each client that publishes them, all at the same time.
    pub(crate) async fn check_clients(&mut self, clients: &[(Client, RelyingPartyPolicy)]) {
        let publishing = clients
            .iter()
            .filter_map(|(client, _)| Some((client.id().clone(), client.jwks_uri()?.clone())));
        let asked: Vec<_> = publishing
            .map(|(id, uri)| (id, actix_web::rt::spawn(async move { ask_client(&uri).await })))
            .collect();
        for (id, asked) in asked {
            let place = format!("clients.{id}.jwks_uri");
            match asked.await {
                Ok(Ok(())) => self.works.push(format!("{place}: its keys can be used")),
                Ok(Err(why)) => self.failures.push(format!("{place}: {why}")),
                // It neither panics nor is it cancelled.
                Err(_) => self.failures.push(format!("{place}: the check of it broke off")),
            }
        }
    }
}

/// Asks a client for its keys as `silta serve` does.
async fn ask_client(uri: &OutboundUrl) -> Result<(), String> {
    let http = way_to_keys(uri).map_err(|error| error.to_string())?;
    let keys = fetch_client_keys(http.as_ref(), uri).await;
    keys.map(drop).map_err(|error| {
        let cause = error.cause();
        format!("{error} ({cause}); is it right, is there a way out, and does its server run?")
    })
}

/// Asks for metadata as `silta serve` does.
async fn ask_for_metadata(peer: Box<SamlPeer>) -> Result<(), String> {
    idp_metadata::fetched(&peer).await.map(drop)
}

/// Asks a provider as `silta serve` does.
async fn ask(peer: OidcPeer) -> Result<(), String> {
    let issuer = peer.settings.issuer.as_str().to_owned();
    let provider = provider(peer, Arc::new(SystemClock), Arc::new(SystemEntropy));
    let provider = provider.map_err(|error| error.to_string())?;
    provider.refresh().await.map_err(|error| {
        format!(
            "{issuer} cannot be used ({}): {error}; {}",
            error.cause(),
            provider_advice::advice(&error)
        )
    })
}

fn failure(StoreCheckError { verb, error }: StoreCheckError) -> String {
    let works = match commands(Some(verb)) {
        none if none.is_empty() => none,
        some => format!("{some} works; "),
    };
    let (command, cause) = (verb.command(), error.cause());
    format!("{works}{command} fails ({cause}): {}", advice(error))
}

/// The commands up to and without this one.
fn commands(until: Option<Verb>) -> String {
    let before = Verb::ALL.into_iter().take_while(|verb| Some(*verb) != until);
    before.map(Verb::command).collect::<Vec<_>>().join(", ")
}
