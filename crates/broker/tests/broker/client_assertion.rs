//! Clients that prove by a signed assertion who they are.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::{Value, json};
use silta_broker::downstream::{BackChannels, RedeemError};
use silta_oidc::{
    Client, ClientAssertionError, ClientAuthenticationError, ClientKeys, JwkSet, KeyRing,
    RegisteredRedirect, SigningKey, TokenRequestError, TokenResponse,
};
use silta_testkit::clock::FixedClock;
use tokio::task::JoinSet;

use crate::faulty_store::Outage;
use crate::fixture::{
    AUTHORIZE, CALLBACK, Fixture, ISSUER, NOON, SEAL, TOKEN_KEY, client_id, ports, provider,
    source_of, token_form,
};
use crate::wire::{bearer, changed, form};

#[tokio::test]
async fn an_assertion_redeems_a_code_and_counts_once_at_all_replicas() {
    let here = fixture();
    let there = here.changed([SEAL, SEAL], vec![shop()], |_| {});
    let (first, second) = (here.code(&[]).await, here.code(&[]).await);
    let assertion = assertion("once");
    let tokens = redeem(&here, &first, &assertion).await.unwrap();
    assert!(here.opens(&bearer(&tokens)).await);
    for replica in [&here, &there] {
        let error = redeem(replica, &second, &assertion).await.unwrap_err();
        assert_eq!(error, refused(ClientAssertionError::Replayed));
        let line = "shop got no tokens: invalid_client assertion_replayed";
        assert_eq!(replica.audit.last(), line);
    }
    // The code was not looked at.
    assert!(redeem(&there, &second, &self::assertion("twice")).await.is_ok());
}

#[tokio::test]
async fn an_assertion_is_remembered_for_as_long_as_it_could_come_again() {
    let fixture = fixture();
    let assertion = assertion("once");
    let code = fixture.code(&[]).await;
    redeem(&fixture, &code, &assertion).await.unwrap();
    // It ends after a minute, and its clock may be a minute late.
    fixture.clock.advance(Duration::from_secs(119));
    let error = redeem(&fixture, "x", &assertion).await.unwrap_err();
    assert_eq!(error, refused(ClientAssertionError::Replayed));
    fixture.clock.advance(Duration::from_secs(1));
    let error = redeem(&fixture, "x", &assertion).await.unwrap_err();
    assert_eq!(error, refused(ClientAssertionError::Expired));
}

#[tokio::test]
async fn of_64_uses_of_an_assertion_one_counts() {
    let fixture = fixture();
    let assertion = assertion("once");
    let mut uses = JoinSet::new();
    for _ in 0..64 {
        let (oidc, body) = (fixture.oidc.clone(), body("shop", "x", &assertion));
        uses.spawn(async move { oidc.redeem(Ok(&body), None).await });
    }
    let errors: Vec<_> = uses.join_all().await.into_iter().map(Result::unwrap_err).collect();
    let of = |error: RedeemError| errors.iter().filter(|one| **one == error).count();
    assert_eq!(of(TokenRequestError::UnknownCode.into()), 1);
    assert_eq!(of(refused(ClientAssertionError::Replayed)), 63);
}

#[tokio::test]
async fn an_assertion_that_cannot_be_remembered_proves_nothing() {
    for outage in [Outage::Before, Outage::After] {
        let fixture = fixture();
        let code = fixture.code(&[]).await;
        fixture.store.fail(0, outage);
        let error = redeem(&fixture, &code, &assertion("once")).await.unwrap_err();
        assert!(matches!(error, RedeemError::Unavailable(_)), "{error:?}");
        assert!(!fixture.store.heal());
        assert!(redeem(&fixture, &code, &assertion("twice")).await.is_ok());
    }
}

#[tokio::test]
async fn an_assertion_that_is_not_verified_leaves_nothing_behind() {
    let fixture = fixture();
    let calls = fixture.store.calls();
    for changes in [json!({ "aud": "https://other.example" }), json!({ "jti": null })] {
        redeem(&fixture, "x", &signed(changes)).await.unwrap_err();
        assert!(fixture.audit.last().starts_with("shop got no tokens: invalid_client assertion_"));
    }
    assert_eq!(fixture.store.calls(), calls);
    // A secret is not what this client has.
    let with_secret = fixture.redeem("x", &[]).await.unwrap_err();
    let failed = TokenRequestError::from(ClientAuthenticationError::Failed);
    assert_eq!(with_secret, failed.into());
}

#[tokio::test]
async fn at_every_endpoint_an_assertion_for_us_counts_once_for_all_of_them() {
    let fixture = fixture();
    let ours = [ISSUER.to_owned(), format!("{ISSUER}/token"), format!("{ISSUER}/par")];
    for (audience, endpoint) in
        ours.iter().flat_map(|one| ENDPOINTS.map(|endpoint| (one, endpoint)))
    {
        let id = format!("{endpoint} {audience}");
        let assertion = signed(json!({ "aud": audience, "jti": id }));
        assert_eq!(call(&fixture, endpoint, &assertion).await, Ok(()), "{id}");
        for other in ENDPOINTS {
            let again = call(&fixture, other, &assertion).await;
            assert_eq!(again, Err("assertion_replayed"), "{id}, then {other}");
        }
    }
    // No standard has a client name these, not even there.
    for (path, endpoint) in ["/revoke", "/introspect", "/userinfo"].into_iter().zip(ENDPOINTS) {
        let assertion = signed(json!({ "aud": format!("{ISSUER}{path}"), "jti": path }));
        let refused = call(&fixture, endpoint, &assertion).await;
        assert_eq!(refused, Err("assertion_audience"), "{path}");
    }
}

#[tokio::test]
async fn an_assertion_counts_once_also_at_a_replica_whose_clock_is_slow() {
    let here = fixture();
    let clock = Arc::new(FixedClock::at(NOON));
    let ports = ports(&here.store, &clock, &here.audit, 3, [SEAL, SEAL]);
    let there = Arc::new(provider(vec![shop()], BackChannels::new(), &ports));
    let assertion = assertion("once");
    let spent = redeem(&here, "x", &assertion).await.unwrap_err();
    assert_eq!(spent, TokenRequestError::UnknownCode.into());
    // It ends after a minute, and may come a minute later; the clocks are a minute apart.
    here.clock.advance(Duration::from_secs(179));
    clock.advance(Duration::from_secs(119));
    let again = there.redeem(Ok(&body("shop", "x", &assertion)), None).await.unwrap_err();
    assert_eq!(again, refused(ClientAssertionError::Replayed));
    clock.advance(Duration::from_secs(1));
    let late = there.redeem(Ok(&body("shop", "x", &assertion)), None).await.unwrap_err();
    assert_eq!(late, refused(ClientAssertionError::Expired));
}

/// Calls an endpoint of clients with nothing but a good proof; the word for the log, if that is none.
async fn call(fixture: &Fixture, endpoint: &str, assertion: &str) -> Result<(), &'static str> {
    let proof = [("client_assertion", assertion), ("client_assertion_type", KIND)];
    let (token, oidc) = ([("client_id", "shop"), ("token", "x")], &fixture.oidc);
    let body = form(&changed(if endpoint == "par" { &AUTHORIZE } else { &token }, &proof));
    let body = Ok(&*body);
    match endpoint {
        "par" => oidc.push(body, None, source_of(1)).await.map(drop).map_err(|e| e.reason()),
        "revoke" => oidc.revoke(body, None).await.map_err(RedeemError::reason),
        "introspect" => oidc.introspect(body, None).await.map(drop).map_err(RedeemError::reason),
        _ => unreachable!("no endpoint"),
    }
}

/// Those beside the token endpoint at which clients prove who they are.
const ENDPOINTS: [&str; 3] = ["par", "revoke", "introspect"];

/// A fixture whose shop has keys in the place of its secret.
fn fixture() -> Fixture {
    Fixture::new().changed([SEAL, SEAL], vec![shop()], |_| {})
}

fn shop() -> Client {
    let keys = JwkSet::read(jwks().to_string().as_bytes()).unwrap();
    client_with("shop", ClientKeys::Registered(keys))
}

/// The client of this id with these keys.
pub(crate) fn client_with(id: &str, keys: ClientKeys) -> Client {
    let callback = RegisteredRedirect::parse(CALLBACK).unwrap();
    Client::new(client_id(id), keys, callback)
}

/// The JWK Set of the shop.
pub(crate) fn jwks() -> Value {
    KeyRing::new(KEY.public().clone(), vec![]).jwks()
}

/// A good assertion of the shop with this `jti`.
pub(crate) fn assertion(id: &str) -> String {
    signed(json!({ "jti": id }))
}

/// A good assertion with other claims, or, by null, without some.
fn signed(changes: Value) -> String {
    signed_at(NOON, changes)
}

/// The same at another time.
pub(crate) fn signed_at(now: Timestamp, changes: Value) -> String {
    let now = now.as_second();
    let mut claims = json!({ "iss": "shop", "sub": "shop", "aud": ISSUER, "exp": now + 60 });
    let (members, Value::Object(changes)) = (claims.as_object_mut().unwrap(), changes) else {
        unreachable!()
    };
    members.insert("jti".to_owned(), "once".into());
    members.extend(changes);
    members.retain(|_, value| !value.is_null());
    let header = json!({ "alg": "RS256", "kid": KEY.public().kid() });
    let input = format!("{}.{}", encoded(&header), encoded(&claims));
    let signature = KEY.sign(input.as_bytes()).unwrap();
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// The same assertion, naming a key that is none of the client's.
pub(crate) fn by_unknown_key(assertion: &str) -> String {
    let (_, rest) = assertion.split_once('.').unwrap();
    format!("{}.{rest}", encoded(&json!({ "alg": "RS256", "kid": "another" })))
}

fn encoded(part: &Value) -> String {
    URL_SAFE_NO_PAD.encode(part.to_string())
}

async fn redeem(
    fixture: &Fixture,
    code: &str,
    assertion: &str,
) -> Result<TokenResponse, RedeemError> {
    fixture.oidc.redeem(Ok(&body("shop", code, assertion)), None).await
}

/// The token request of a client that asserts who it is.
pub(crate) fn body(client: &str, code: &str, assertion: &str) -> String {
    let changes = [
        ("client_id", client),
        ("client_secret", ""),
        ("client_assertion", assertion),
        ("client_assertion_type", KIND),
    ];
    form(&token_form(code, &changes))
}

pub(crate) fn refused(error: ClientAssertionError) -> RedeemError {
    TokenRequestError::from(ClientAuthenticationError::from(error)).into()
}

/// The kind of every assertion.
const KIND: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

static KEY: LazyLock<SigningKey> = LazyLock::new(|| SigningKey::from_pem(&TOKEN_KEY).unwrap());
