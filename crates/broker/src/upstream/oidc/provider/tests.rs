#![expect(clippy::unwrap_used, reason = "tests")]

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use async_trait::async_trait;
use futures_util::FutureExt as _;
use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use silta_oidc::rp::ProviderIssuer;
use silta_oidc::{ClientId, SignatureAlgorithm};
use silta_testkit::{keys, op};
use tokio::sync::Semaphore;

use super::*;
use crate::ports::OutboundHttpError;
use crate::upstream::oidc::ClientCredential;

/// A provider that answers once a test lets it.
struct FakeHttp {
    /// How often it was asked for its metadata.
    asked: AtomicUsize,
    fails: AtomicBool,
    answers: Semaphore,
}

#[async_trait]
impl OutboundHttp for FakeHttp {
    async fn send(
        &self,
        request: &OutboundRequest<'_>,
    ) -> Result<OutboundResponse, OutboundHttpError> {
        if request.url.as_url().path() == "/jwks" {
            return Ok(answer(&json!({ "keys": [op::jwk(&keys::IDP, "k")] })));
        }
        self.asked.fetch_add(1, Ordering::Relaxed);
        self.answers.acquire().await.unwrap().forget();
        if self.fails.load(Ordering::Relaxed) {
            return Err(OutboundHttpError::NoAnswer);
        }
        Ok(answer(&json!({
            "issuer": ISSUER,
            "authorization_endpoint": format!("{ISSUER}/authorize"),
            "token_endpoint": format!("{ISSUER}/token"),
            "jwks_uri": format!("{ISSUER}/jwks"),
            "id_token_signing_alg_values_supported": ["RS256"],
        })))
    }
}

fn answer(body: &Value) -> OutboundResponse {
    let content_type = Some("application/json".to_owned());
    OutboundResponse { status: 200, content_type, body: body.to_string().into_bytes() }
}

/// A cache of which nothing is known, and a provider that gives so many answers before it waits.
fn cache(answers: usize) -> (ProviderCache, Arc<FakeHttp>) {
    let http = Arc::new(FakeHttp {
        asked: AtomicUsize::new(0),
        fails: AtomicBool::new(false),
        answers: Semaphore::new(answers),
    });
    let settings = OidcUpstreamSettings {
        issuer: ProviderIssuer::parse(ISSUER).unwrap(),
        client_id: ClientId::parse("silta").unwrap(),
        redirect_uri: "https://login.example/oidc/op/callback".to_owned(),
        credential: ClientCredential::SecretBasic("secret".into()),
        algorithms: SignatureAlgorithm::ALL.to_vec(),
        origins: vec![],
        scopes: vec![],
        levels: vec![],
        userinfo: true,
        skew: Duration::ZERO,
        logout: None,
    };
    (ProviderCache::new(Arc::new(settings), http.clone()), http)
}

fn at(seconds: i64) -> Timestamp {
    NOON.checked_add(SignedDuration::from_secs(seconds)).unwrap()
}

#[tokio::test]
async fn logins_that_come_while_the_provider_is_asked_wait_for_that_one_answer() {
    let (cache, http) = cache(0);
    let logins = join_all((0..20).map(|_| cache.known_or_fetched(NOON)));
    let answers = async {
        // The logins were polled first.
        assert_eq!(http.asked.load(Ordering::Relaxed), 1);
        http.answers.add_permits(1);
    };
    let (known, ()) = futures_util::future::join(logins, answers).await;
    assert!(known.iter().all(Result::is_ok));
    assert_eq!(http.asked.load(Ordering::Relaxed), 1);
    assert_eq!(http.answers.available_permits(), 0);
}

#[tokio::test]
async fn a_fetch_that_nobody_waits_for_any_more_is_begun_anew() {
    let (cache, http) = cache(0);
    // A browser goes away while its login waits.
    assert!(cache.known_or_fetched(NOON).now_or_never().is_none());
    http.answers.add_permits(1);
    assert!(cache.known_or_fetched(NOON).await.is_ok());
    assert_eq!(http.asked.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn a_provider_that_is_down_is_asked_every_few_seconds_and_not_by_each_login() {
    let (cache, http) = cache(9);
    http.fails.store(true, Ordering::Relaxed);
    let down = ProviderError::Http(OutboundHttpError::NoAnswer);
    for (second, asked) in [(0, 1), (1, 1), (4, 1), (5, 2), (6, 2)] {
        assert_eq!(cache.known_or_fetched(at(second)).await.unwrap_err(), down);
        assert_eq!(http.asked.load(Ordering::Relaxed), asked, "at second {second}");
    }
    http.fails.store(false, Ordering::Relaxed);
    assert!(cache.known_or_fetched(at(11)).await.is_ok());
    // From now on nobody has to ask.
    assert!(cache.known_or_fetched(at(100_000)).await.is_ok());
    assert_eq!(http.asked.load(Ordering::Relaxed), 3);
}

#[tokio::test]
async fn a_refresh_that_fails_keeps_what_was_known() {
    let (cache, http) = cache(9);
    let known = cache.refreshed(NOON).await.unwrap();
    http.fails.store(true, Ordering::Relaxed);
    assert!(cache.refreshed(at(300)).await.is_err());
    assert!(Arc::ptr_eq(&cache.known_or_fetched(at(301)).await.unwrap(), &known));
}

#[tokio::test]
async fn a_key_that_nobody_knows_is_looked_for_once_a_minute() {
    let (cache, http) = cache(99);
    // A provider may change its keys right after it was asked.
    let mut known = cache.refreshed(NOON).await.unwrap();
    for (second, finds) in [(1, true), (2, false), (60, false), (61, true), (62, false)] {
        let newer = cache.newer_than(&known, at(second)).await;
        match &newer {
            Ok(_) => assert!(finds, "at second {second}"),
            Err(why) => assert_eq!((why, finds), (&NoNewerKeys::AskedLately, false), "{second}"),
        }
        known = newer.unwrap_or(known);
    }
    assert_eq!(http.asked.load(Ordering::Relaxed), 3);
    // A clock that was set back does not stop it for as long as it was fast.
    assert!(cache.newer_than(&known, at(-3600)).await.is_ok());
}

/// The operator learns why from each login that is refused for its key, not from the first alone.
#[tokio::test]
async fn that_newer_keys_could_not_be_fetched_is_told_until_they_are_looked_for_again() {
    let (cache, http) = cache(99);
    let known = cache.refreshed(NOON).await.unwrap();
    http.fails.store(true, Ordering::Relaxed);
    let down = NoNewerKeys::NotFetched(ProviderError::Http(OutboundHttpError::NoAnswer));
    for (second, asked) in [(1, 2), (2, 2), (60, 2), (61, 3)] {
        assert_eq!(cache.newer_than(&known, at(second)).await.unwrap_err(), down);
        assert_eq!(http.asked.load(Ordering::Relaxed), asked, "at second {second}");
    }
}

#[tokio::test]
async fn a_login_that_began_with_older_keys_takes_the_newer_ones_without_asking() {
    let (cache, http) = cache(99);
    let older = cache.refreshed(NOON).await.unwrap();
    let newer = cache.newer_than(&older, at(1)).await.unwrap();
    let other = cache.newer_than(&older, at(2)).await.unwrap();
    assert!(Arc::ptr_eq(&other, &newer));
    assert_eq!(http.asked.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn what_is_known_stays_when_a_secret_changes() {
    let (before, _) = cache(9);
    let known = before.refreshed(NOON).await.unwrap();
    let (after, http) = cache(9);
    after.learn_from(&before);
    assert!(Arc::ptr_eq(&after.known_or_fetched(at(1)).await.unwrap(), &known));
    assert_eq!(http.asked.load(Ordering::Relaxed), 0);
}

const ISSUER: &str = "https://op.example";
const NOON: Timestamp = Timestamp::constant(1_795_262_400, 0);
