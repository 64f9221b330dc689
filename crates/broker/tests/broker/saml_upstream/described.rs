//! An identity provider as its metadata describes it: what holds, what is fetched again, what is kept.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use silta_broker::ports::{
    Background, OutboundHttp, OutboundHttpError, OutboundRequest, OutboundResponse, Upstream as _,
};
use silta_broker::upstream::{
    DescribedSamlUpstream, KnownIdentityProvider, METADATA_TIME_OUT, MakeSamlUpstream,
    MetadataFetchError, MetadataSettings, NoNewerMetadata, SamlFacts, SamlParties, SamlUpstream,
};
use silta_broker::{CallbackError, OutboundError, Ports};
use silta_oidc::OutboundUrl;
use silta_saml::{
    EncryptionRule, IdentityProvider, IdentityProviderDescription, IdentityProviderMetadata,
    MessageError, MetadataError, MetadataTrust, Part, PeerProfile, ResponseError, SignatureError,
};
use silta_store::MemoryStore;
use silta_testkit::clock::FixedClock;
use silta_testkit::keys::{self, KeyPair, ROGUE};

use super::{
    AUTHN_CONTEXTS, Asked, IDP, SSO, anybody, block_on, judge, levels, request_id, response, start,
    start_at, upstream,
};
use crate::faulty_store::FaultyStore;
use crate::fixture::{NOON, SEAL, ports, source_of};

/// A server whose metadata a test changes, and how often it was asked.
pub(super) struct Server {
    pub(super) answer: Mutex<Result<(u16, String), OutboundHttpError>>,
    asked: AtomicUsize,
    is_held_back: AtomicBool,
}

impl Server {
    pub(super) fn with(document: String) -> Arc<Self> {
        Arc::new(Self {
            answer: Mutex::new(Ok((200, document))),
            asked: AtomicUsize::new(0),
            is_held_back: AtomicBool::new(false),
        })
    }

    pub(super) fn publishes(&self, document: String) {
        *self.answer.lock().unwrap() = Ok((200, document));
    }

    /// Answers nobody until it is let go.
    pub(super) fn holds_back(&self) {
        self.is_held_back.store(true, Ordering::Relaxed);
    }

    pub(super) fn lets_go(&self) {
        self.is_held_back.store(false, Ordering::Relaxed);
    }

    pub(super) fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

#[async_trait]
impl OutboundHttp for Server {
    async fn send(
        &self,
        _request: &OutboundRequest<'_>,
    ) -> Result<OutboundResponse, OutboundHttpError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        while self.is_held_back.load(Ordering::Relaxed) {
            tokio::task::yield_now().await;
        }
        let answer = self.answer.lock().unwrap().clone();
        let (status, body) = answer?;
        Ok(OutboundResponse { status, content_type: None, body: body.into_bytes() })
    }
}

/// The metadata of the identity provider, which signs with these keys.
pub(super) fn document(keys: &[&KeyPair]) -> String {
    let signing: Vec<_> = keys.iter().map(|key| key.certificate()).collect();
    let document = IdentityProviderMetadata {
        entity_id: IDP,
        sso_url: SSO,
        signing: &signing,
        want_authn_requests_signed: false,
        name_id_formats: &[],
    };
    document.to_xml()
}

pub(super) fn until(document: &str, end: &str) -> String {
    document.replacen(" entityID=", &format!(" validUntil=\"{end}\" entityID="), 1)
}

fn make() -> MakeSamlUpstream {
    Arc::new(|facts: SamlFacts| {
        let profile =
            PeerProfile { encryption: EncryptionRule::Optional, ..PeerProfile::default() };
        let usual = upstream();
        let idp =
            IdentityProvider::new(facts.entity_id, facts.keys, levels(&AUTHN_CONTEXTS), profile)?;
        let parties = Arc::new(SamlParties { idp, ..usual.parties.as_ref().clone() });
        Ok(SamlUpstream { parties, binding: facts.binding, logout: None, ..usual })
    })
}

/// Replicas over one store, and the time.
pub(super) struct Replicas {
    store: Arc<FaultyStore>,
    pub(super) clock: Arc<FixedClock>,
}

impl Replicas {
    pub(super) fn new() -> Self {
        let clock = Arc::new(FixedClock::at(NOON));
        let store = Arc::new(FaultyStore::of(MemoryStore::new(clock.clone())));
        Self { store, clock }
    }

    /// One more, which is told of by this server.
    pub(super) fn one(&self, server: &Arc<Server>) -> DescribedSamlUpstream {
        self.configured(server, |settings| settings)
    }

    /// The same with other settings.
    pub(super) fn configured(
        &self,
        server: &Arc<Server>,
        change: impl FnOnce(MetadataSettings) -> MetadataSettings,
    ) -> DescribedSamlUpstream {
        upstream_at(server, change(settings()), self.ports())
    }

    /// The same, which waits and works so.
    pub(super) fn working(
        &self,
        server: &Arc<Server>,
        background: Arc<dyn Background>,
    ) -> DescribedSamlUpstream {
        let ports = Arc::into_inner(self.ports()).unwrap();
        upstream_at(server, settings(), Arc::new(Ports { background, ..ports }))
    }

    fn ports(&self) -> Arc<Ports> {
        ports(&self.store, &self.clock, &Arc::default(), 1, [SEAL, SEAL])
    }

    pub(super) fn store(&self) -> &FaultyStore {
        &self.store
    }
}

fn settings() -> MetadataSettings {
    MetadataSettings {
        url: OutboundUrl::parse("https://idp.example/metadata").unwrap(),
        entity_id: IDP.to_owned(),
        signers: None,
        hosts: vec!["idp.example".to_owned()],
        time_out: METADATA_TIME_OUT,
    }
}

fn upstream_at(
    server: &Arc<Server>,
    settings: MetadataSettings,
    ports: Arc<Ports>,
) -> DescribedSamlUpstream {
    let made = (levels(&AUTHN_CONTEXTS), make());
    DescribedSamlUpstream::fetched(settings, made, server.clone(), ports)
}

fn fetched(server: &Arc<Server>) -> (DescribedSamlUpstream, Arc<FixedClock>) {
    let replicas = Replicas::new();
    (replicas.one(server), replicas.clock)
}

/// What became of a look for newer metadata; `None` where nobody was asked and nothing was found.
pub(super) async fn refreshed(
    upstream: &DescribedSamlUpstream,
) -> Option<Result<(), MetadataFetchError>> {
    let _ = upstream.take_news();
    upstream.refresh().await;
    upstream.take_news().outcome
}

fn of_file(document: &str) -> DescribedSamlUpstream {
    let trust = MetadataTrust::Source;
    let read = IdentityProviderDescription::read_alone(document.as_bytes(), trust, NOON).unwrap();
    DescribedSamlUpstream::of_file(KnownIdentityProvider::new(read, &make()).unwrap())
}

/// A response by a key that nobody knows, and why nothing newer was known.
pub(super) fn unknown_key(newer: NoNewerMetadata) -> CallbackError {
    let cause = SignatureError::NoKeyMatches;
    let error = ResponseError::Message(MessageError::Signature { part: Part::Response, cause });
    CallbackError::UnknownKey { error: Box::new(error), newer }
}

#[test]
fn a_login_goes_through_what_a_file_describes_until_it_ends() {
    let upstream = of_file(&until(&document(&[&keys::IDP]), "2026-12-31T00:00:00Z"));
    let (message, pending) = start(&upstream, &anybody()).unwrap();
    let callback = response(&request_id(&message), "low", NOON);
    assert!(judge(&upstream, &pending, &callback, NOON).is_ok());

    let end = "2026-12-31T00:00:00Z".parse().unwrap();
    let ended = "metadata_expired";
    let started = start_at(&upstream, &anybody(), end).map(drop);
    assert_eq!(started.unwrap_err(), OutboundError::Provider(ended));
    let judged = judge(&upstream, &pending, &callback, end).map(drop);
    assert_eq!(judged.unwrap_err(), CallbackError::Metadata(ended));
    assert_eq!(CallbackError::Metadata(ended).reason(), "provider_unavailable");
}

#[tokio::test]
async fn metadata_is_fetched_for_the_first_login_and_then_only_when_it_is_time() {
    let server = Server::with(document(&[&keys::IDP]));
    let (upstream, clock) = fetched(&server);
    assert!(upstream.description().is_none());
    for _ in 0..2 {
        drop(upstream.make_room(source_of(1), NOON).await.unwrap());
    }
    assert_eq!(server.asked(), 1);
    assert_eq!(refreshed(&upstream).await, None, "it is young");
    clock.advance(Duration::from_secs(3_599));
    assert_eq!(refreshed(&upstream).await, None);
    clock.advance(Duration::from_secs(1));
    assert_eq!(refreshed(&upstream).await, Some(Ok(())));
    assert_eq!(server.asked(), 2);
}

#[test]
fn a_new_key_in_a_response_has_the_metadata_fetched_once_a_minute() {
    let server = Server::with(document(&[&ROGUE]));
    let (upstream, clock) = fetched(&server);
    let (message, pending) = start(&upstream, &anybody()).unwrap();
    let callback = response(&request_id(&message), "low", NOON);
    let refused = judge(&upstream, &pending, &callback, NOON).map(drop);
    let same = unknown_key(NoNewerMetadata::SameKeys);
    assert_eq!(
        (same.reason(), same.cause()),
        ("signature_no_key_matches", Some("metadata_same_keys"))
    );
    assert_eq!((refused.unwrap_err(), server.asked()), (same, 2));

    // It is published now, and nobody is asked for another minute.
    server.publishes(document(&[&ROGUE, &keys::IDP]));
    clock.set(later(59));
    let refused = judge(&upstream, &pending, &callback, later(59)).map(drop);
    let lately = unknown_key(NoNewerMetadata::AskedLately);
    assert_eq!((refused.unwrap_err(), server.asked()), (lately, 2));
    clock.set(later(60));
    assert!(judge(&upstream, &pending, &callback, later(60)).is_ok());
    assert_eq!(server.asked(), 3);
    // From here on it is known.
    assert!(judge(&upstream, &pending, &callback, later(60)).is_ok());
    assert_eq!(server.asked(), 3);
}

#[test]
fn a_key_that_metadata_no_longer_has_is_not_believed_any_more() {
    let server = Server::with(document(&[&keys::IDP, &ROGUE]));
    let (upstream, clock) = fetched(&server);
    let (message, pending) = start(&upstream, &Asked { seed: 7, ..anybody() }).unwrap();
    let callback = response(&request_id(&message), "low", NOON);
    assert!(judge(&upstream, &pending, &callback, NOON).is_ok());
    server.publishes(document(&[&ROGUE]));
    clock.advance(Duration::from_hours(1));
    assert_eq!(block_on(refreshed(&upstream)), Some(Ok(())));
    let refused = judge(&upstream, &pending, &callback, NOON).map(drop);
    assert_eq!(refused.unwrap_err(), unknown_key(NoNewerMetadata::SameKeys));
}

/// Whatever stands there then, the last good metadata is used, and somebody is told.
#[test]
fn a_bad_refresh_changes_nothing_and_has_its_reason() {
    let good = document(&[&keys::IDP]);
    let elsewhere = good.replace(SSO, "https://evil.example/sso");
    let plain = good.replace(SSO, "http://idp.example/sso");
    let swapped = good.replace(IDP, "https://evil.example/entity");
    let keyless = good.replace("md:KeyDescriptor", "md:Other");
    let ended = until(&good, "2026-01-01T00:00:00Z");
    let sso = silta_saml::EndpointKind::SingleSignOn;
    let http = MetadataFetchError::Http;
    for (answer, reason) in [
        (Err(OutboundHttpError::Redirect), http(OutboundHttpError::Redirect)),
        (Err(OutboundHttpError::Compressed), http(OutboundHttpError::Compressed)),
        (Err(OutboundHttpError::TooLarge), http(OutboundHttpError::TooLarge)),
        (Err(OutboundHttpError::NoAnswer), http(OutboundHttpError::NoAnswer)),
        (Ok((503, good.clone())), MetadataFetchError::Status(503)),
        (Ok((200, swapped)), MetadataError::EntityMissing.into()),
        (Ok((200, elsewhere)), MetadataError::UnlistedHost { service: sso }.into()),
        (Ok((200, plain)), MetadataError::NotHttps { service: sso }.into()),
        (Ok((200, keyless)), MetadataError::NoSigningKey { left_out: 0 }.into()),
        (Ok((200, "<html/>".to_owned())), MetadataError::WrongRoot.into()),
    ] {
        let server = Server::with(good.clone());
        let (upstream, clock) = fetched(&server);
        let (message, pending) = start(&upstream, &anybody()).unwrap();
        *server.answer.lock().unwrap() = answer;
        clock.advance(Duration::from_hours(1));
        assert_eq!(block_on(refreshed(&upstream)), Some(Err(reason)));
        assert_eq!(block_on(refreshed(&upstream)), None, "it was asked just now");
        let callback = response(&request_id(&message), "low", NOON);
        assert!(judge(&upstream, &pending, &callback, NOON).is_ok(), "{reason}");
        clock.advance(Duration::from_mins(1));
        assert_eq!(block_on(refreshed(&upstream)), Some(Err(reason)));
    }
    let server = Server::with(ended);
    let (upstream, _) = fetched(&server);
    let refused = start(&upstream, &anybody()).map(drop).unwrap_err();
    assert_eq!(refused, OutboundError::Provider("metadata_expired"));
}

#[test]
fn what_was_known_counts_until_its_end_and_newer_metadata_is_sought_then() {
    let server = Server::with(until(&document(&[&keys::IDP]), "2026-12-31T00:00:00Z"));
    let (upstream, clock) = fetched(&server);
    assert!(start(&upstream, &anybody()).is_ok());
    let end = "2026-12-31T00:00:00Z".parse().unwrap();
    clock.set(end);
    let ended = OutboundError::Provider("metadata_expired");
    assert_eq!(start_at(&upstream, &anybody(), end).map(drop).unwrap_err(), ended);
    assert_eq!(server.asked(), 2);
    assert_eq!(start_at(&upstream, &anybody(), end).map(drop).unwrap_err(), ended);
    assert_eq!(server.asked(), 2, "once a minute");
    server.publishes(document(&[&keys::IDP]));
    let minute = end + crate::wire::seconds(60);
    clock.set(minute);
    assert!(start_at(&upstream, &anybody(), minute).is_ok());
}

pub(super) fn later(seconds: i64) -> jiff::Timestamp {
    NOON + crate::wire::seconds(seconds)
}
