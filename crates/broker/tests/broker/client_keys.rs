//! Clients whose keys are fetched from where they publish them.

use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::{join_all, poll_immediate};
use serde_json::{Value, json};
use silta_broker::UnavailableError;
use silta_broker::downstream::{ClientKeysError, OidcProvider, RedeemError};
use silta_broker::ports::{
    Clock as _, OutboundHttp, OutboundHttpError, OutboundRequest, OutboundResponse,
};
use silta_oidc::{
    ClientAssertionError, ClientKeys, Issuer, KeyRing, OutboundUrl, SigningKey, TokenRequestError,
};
use silta_testkit::clock::FixedClock;
use tokio::sync::Semaphore;

use crate::client_assertion::{body, by_unknown_key, client_with, jwks, refused, signed_at};
use crate::fixture::{Fixture, ISSUER, SEAL, TOKEN_KEY, ports};
use crate::recording_audit::RecordingAudit;

#[tokio::test]
async fn keys_are_fetched_once_for_all_who_wait_and_again_after_five_minutes() {
    let client = Publishing::new();
    client.http.waits.store(true, Ordering::Relaxed);
    let uses = join_all((0..20).map(|_| client.authenticates()));
    let answer = async {
        assert_eq!(client.http.asked(), 1);
        client.http.waits.store(false, Ordering::Relaxed);
        client.http.turns.add_permits(1);
    };
    let (all, ()) = futures_util::future::join(uses, answer).await;
    assert!(all.iter().all(Result::is_ok), "{all:?}");
    for (seconds, asked) in [(0, 1), (299, 1), (1, 2), (1, 2)] {
        client.clock.advance(Duration::from_secs(seconds));
        client.authenticates().await.unwrap();
        assert_eq!(client.http.asked(), asked, "after {seconds} s more");
    }
}

#[tokio::test]
async fn a_key_that_is_taken_back_counts_no_longer_five_minutes_later() {
    let client = Publishing::new();
    client.authenticates().await.unwrap();
    client.http.answer(&json!({ "keys": [] }));
    client.clock.advance(Duration::from_secs(299));
    client.authenticates().await.unwrap();
    client.http.answer(&other_jwks());
    client.clock.advance(Duration::from_secs(1));
    let error = client.authenticates().await.unwrap_err();
    assert_eq!(error, refused(ClientAssertionError::UnknownKey));
}

#[tokio::test]
async fn a_key_that_nobody_knows_is_looked_for_once_a_minute() {
    let client = Publishing::new();
    client.http.answer(&other_jwks());
    let unknown = refused(ClientAssertionError::UnknownKey);
    // They were fetched for it: there is nothing newer to look for.
    assert_eq!(client.authenticates().await.unwrap_err(), unknown);
    for (seconds, asked) in [(1, 2), (1, 2), (58, 2), (1, 3)] {
        client.clock.advance(Duration::from_secs(seconds));
        assert_eq!(client.authenticates().await.unwrap_err(), unknown);
        assert_eq!(client.http.asked(), asked, "after {seconds} s more");
    }
    client.http.answer(&jwks());
    client.clock.advance(Duration::from_mins(1));
    client.authenticates().await.unwrap();
}

#[tokio::test]
async fn while_a_clients_server_is_down_its_keys_count_for_an_hour_and_no_longer() {
    let client = Publishing::new();
    client.authenticates().await.unwrap();
    client.http.status.store(0, Ordering::Relaxed);
    client.clock.advance(Duration::from_secs(3599));
    client.authenticates().await.unwrap();
    // It was asked, and the operator is told why it brought nothing.
    assert_eq!(client.http.asked(), 2);
    assert!(client.audit.lines().contains(&"no keys of shop: no_answer".to_owned()));
    client.clock.advance(Duration::from_secs(1));
    let gone = unavailable(ClientKeysError::Http(OutboundHttpError::NoAnswer));
    assert_eq!(client.authenticates().await.unwrap_err(), gone);
    assert_eq!(
        client.audit.last(),
        "shop got no tokens: temporarily_unavailable client_keys_unavailable"
    );
    client.http.status.store(200, Ordering::Relaxed);
    client.clock.advance(Duration::from_secs(5));
    client.authenticates().await.unwrap();
}

#[tokio::test]
async fn what_is_no_set_of_keys_is_told_for_its_own_reason() {
    for (status, answer, error) in [
        (404, jwks(), ClientKeysError::Status(404)),
        (200, json!({}), ClientKeysError::Keys(silta_oidc::JwkSetError::NoKeys)),
        (200, json!({ "keys": [] }), ClientKeysError::Keys(silta_oidc::JwkSetError::NoUsableKey)),
    ] {
        let client = Publishing::new();
        client.http.status.store(status, Ordering::Relaxed);
        client.http.answer(&answer);
        for asked in [1, 1] {
            assert_eq!(client.authenticates().await.unwrap_err(), unavailable(error));
            assert_eq!(client.http.asked(), asked, "not again within five seconds");
        }
        assert_eq!(client.audit.lines().first().unwrap(), "no keys of shop: keys");
    }
}

#[tokio::test]
async fn no_more_requests_wait_for_keys_than_there_is_room_for() {
    let client = Publishing::new();
    client.http.waits.store(true, Ordering::Relaxed);
    let mut waiting: Vec<_> = (0..32).map(|_| Box::pin(client.authenticates())).collect();
    for one in &mut waiting {
        assert!(poll_immediate(one).await.is_none());
    }
    let busy = unavailable(ClientKeysError::Busy);
    assert_eq!(client.authenticates().await.unwrap_err(), busy);
    drop(waiting);
    client.http.waits.store(false, Ordering::Relaxed);
    client.authenticates().await.unwrap();
}

#[tokio::test]
async fn a_client_whose_server_does_not_answer_takes_no_room_from_another() {
    let (fixture, [hangs, answers]) = (Fixture::new(), [(); 2].map(|()| FakeHttp::new()));
    hangs.waits.store(true, Ordering::Relaxed);
    let oidc = provider(&fixture, &[("shop", &hangs), ("kiosk", &answers)], None);
    let authenticates = |client| authenticates(&oidc, &fixture.clock, client);
    let mut waiting: Vec<_> = (0..32).map(|_| Box::pin(authenticates("shop"))).collect();
    for one in &mut waiting {
        assert!(poll_immediate(one).await.is_none());
    }
    assert_eq!(authenticates("shop").await.unwrap_err(), unavailable(ClientKeysError::Busy));
    assert_eq!(authenticates("kiosk").await, Ok(()));
}

#[tokio::test]
async fn keys_that_are_known_need_no_room() {
    let client = Publishing::new();
    client.authenticates().await.unwrap();
    // Whoever names a key that nobody knows waits for newer ones.
    client.http.waits.store(true, Ordering::Relaxed);
    let unknown = by_unknown_key(&signed_at(client.clock.now(), json!({})));
    let mut waiting: Vec<_> =
        (0..32).map(|_| Box::pin(present(&client.oidc, "shop", &unknown))).collect();
    for one in &mut waiting {
        assert!(poll_immediate(one).await.is_none());
    }
    let busy = present(&client.oidc, "shop", &unknown).await;
    assert_eq!(busy.unwrap_err(), unavailable(ClientKeysError::Busy));
    client.authenticates().await.unwrap();
}

#[tokio::test]
async fn what_is_known_of_a_clients_keys_stays_when_a_secret_changes() {
    let before = Publishing::new();
    before.authenticates().await.unwrap();
    let http = before.http.clone();
    let after = before.provider(Some(&before.oidc));
    assert!(authenticates(&after, &before.clock, "shop").await.is_ok());
    assert_eq!(http.asked(), 1);
}

/// A client that publishes its keys, and the provider that asks for them.
struct Publishing {
    fixture: Fixture,
    oidc: Arc<OidcProvider>,
    http: Arc<FakeHttp>,
    clock: Arc<FixedClock>,
    audit: Arc<RecordingAudit>,
}

impl Publishing {
    fn new() -> Self {
        let fixture = Fixture::new();
        let http = FakeHttp::new();
        let (clock, audit) = (fixture.clock.clone(), fixture.audit.clone());
        let oidc = provider(&fixture, &[("shop", &http)], None);
        Self { fixture, oidc, http, clock, audit }
    }

    fn provider(&self, before: Option<&OidcProvider>) -> Arc<OidcProvider> {
        provider(&self.fixture, &[("shop", &self.http)], before)
    }

    /// Whether the client proves who it is, by another assertion each time.
    async fn authenticates(&self) -> Result<(), RedeemError> {
        authenticates(&self.oidc, &self.clock, "shop").await
    }
}

/// A provider whose clients publish their keys at these servers.
fn provider(
    fixture: &Fixture,
    servers: &[(&str, &Arc<FakeHttp>)],
    before: Option<&OidcProvider>,
) -> Arc<OidcProvider> {
    let ports = ports(&fixture.store, &fixture.clock, &fixture.audit, 3, [SEAL, SEAL]);
    let key = SigningKey::from_pem(&TOKEN_KEY).unwrap();
    let keys = (KeyRing::new(key.public().clone(), vec![]), Arc::new(key) as _);
    let uri = |id: &str| OutboundUrl::parse(&format!("https://{id}.example/jwks")).unwrap();
    let clients = servers.iter().map(|(id, _)| client_with(id, ClientKeys::Published(uri(id))));
    let issuer = Issuer::parse(ISSUER).unwrap();
    let provider = OidcProvider::new(issuer, clients, keys, ports).unwrap();
    let way = |url: &OutboundUrl| {
        let (_, http) = servers.iter().find(|(id, _)| *url == uri(id)).unwrap();
        Ok::<Arc<dyn OutboundHttp>, Infallible>((*http).clone())
    };
    let Ok(provider) = provider.fetching_keys(way, before);
    Arc::new(provider)
}

async fn authenticates(
    oidc: &Arc<OidcProvider>,
    clock: &FixedClock,
    client: &str,
) -> Result<(), RedeemError> {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let id = NUMBER.fetch_add(1, Ordering::Relaxed).to_string();
    let claims = json!({ "iss": client, "sub": client, "jti": id });
    present(oidc, client, &signed_at(clock.now(), claims)).await
}

/// Whether the client proves by this assertion who it is.
async fn present(
    oidc: &Arc<OidcProvider>,
    client: &str,
    assertion: &str,
) -> Result<(), RedeemError> {
    let body = body(client, "x", assertion);
    match oidc.redeem(Ok(&body), None).await.unwrap_err() {
        // The client is known, and the code is none.
        RedeemError::Request(TokenRequestError::UnknownCode) => Ok(()),
        error => Err(error),
    }
}

fn unavailable(error: ClientKeysError) -> RedeemError {
    UnavailableError::from(error).into()
}

/// A set with a key that signs nothing here.
fn other_jwks() -> Value {
    let mut set = jwks();
    set["keys"][0]["kid"] = "another".into();
    set
}

/// The client's server: a status, or none, and what it answers.
struct FakeHttp {
    status: AtomicU16,
    body: Mutex<Vec<u8>>,
    asked: AtomicUsize,
    /// Whether it waits for a turn.
    waits: AtomicBool,
    turns: Semaphore,
}

impl FakeHttp {
    /// One that answers with the keys.
    fn new() -> Arc<Self> {
        let http = Self {
            status: AtomicU16::new(200),
            body: Mutex::default(),
            asked: AtomicUsize::new(0),
            waits: AtomicBool::new(false),
            turns: Semaphore::new(0),
        };
        http.answer(&jwks());
        Arc::new(http)
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }

    fn answer(&self, body: &Value) {
        *self.body.lock().unwrap() = body.to_string().into_bytes();
    }
}

#[async_trait]
impl OutboundHttp for FakeHttp {
    async fn send(&self, _: &OutboundRequest<'_>) -> Result<OutboundResponse, OutboundHttpError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        if self.waits.load(Ordering::Relaxed) {
            self.turns.acquire().await.unwrap().forget();
        }
        match self.status.load(Ordering::Relaxed) {
            0 => Err(OutboundHttpError::NoAnswer),
            status => {
                let body = self.body.lock().unwrap().clone();
                Ok(OutboundResponse { status, content_type: None, body })
            }
        }
    }
}
