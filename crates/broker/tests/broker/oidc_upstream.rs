//! An OpenID Provider as an upstream: what it is asked, and whom its answers bring.

use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::poll_immediate;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use silta_broker::ports::{
    OutboundHttp, OutboundHttpError, OutboundRequest, OutboundResponse, Upstream as _,
    UpstreamRequest,
};
use silta_broker::upstream::{
    ClientCredential, OidcCallbackError, OidcLogoutSettings, OidcUpstream, OidcUpstreamSettings,
};
use silta_broker::{
    Callback, CallbackError, FailedCallback, Freshness, Identity, LoginRequest, NeededOfPerson,
    OutboundError, OutboundMessage, Pending, RelayState,
};
use silta_oidc::rp::{Acr, IdTokenError, ProviderIssuer};
use silta_oidc::{ClientId, SignatureAlgorithm};
use silta_testkit::clock::FixedClock;
use silta_testkit::entropy::SeededEntropy;
use silta_testkit::op::{self, KID};
use silta_testkit::{keys, op::rs256};
use url::Url;

use crate::fixture::{HETU, NOON, party, source_of};

mod logout;
mod passive;

/// A provider of which a test holds the answers, and the upstream that asks it.
struct Provider {
    upstream: OidcUpstream,
    http: Arc<FakeHttp>,
}

/// How the provider answers, and what at its token endpoint.
struct FakeHttp {
    provider_is: ProviderIs,
    jwks_are_gone: AtomicBool,
    id_token: Mutex<String>,
    clock: Arc<FixedClock>,
}

/// How a provider is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ProviderIs {
    /// Its token endpoint takes so long.
    Up(Duration),
    Down,
    /// It does not answer.
    Hanging,
}

#[async_trait]
impl OutboundHttp for FakeHttp {
    async fn send(
        &self,
        request: &OutboundRequest<'_>,
    ) -> Result<OutboundResponse, OutboundHttpError> {
        let takes = match self.provider_is {
            ProviderIs::Up(takes) => takes,
            ProviderIs::Down => return Err(OutboundHttpError::NobodyListens),
            ProviderIs::Hanging => std::future::pending().await,
        };
        let gone = self.jwks_are_gone.load(Ordering::Relaxed);
        let body = match request.url.as_url().path() {
            "/jwks" if gone => json!({}),
            "/jwks" => json!({ "keys": [op::jwk(&keys::IDP, KID)] }),
            "/token" => {
                self.clock.advance(takes);
                let id_token = self.id_token.lock().unwrap().clone();
                json!({ "access_token": "a", "token_type": "Bearer", "id_token": id_token })
            }
            _ => json!({
                "issuer": ISSUER,
                "authorization_endpoint": format!("{ISSUER}/authorize"),
                "token_endpoint": format!("{ISSUER}/token"),
                "jwks_uri": format!("{ISSUER}/jwks"),
                "end_session_endpoint": format!("{ISSUER}/logout"),
                "id_token_signing_alg_values_supported": ["RS256"],
            }),
        };
        let content_type = Some("application/json".to_owned());
        Ok(OutboundResponse { status: 200, content_type, body: body.to_string().into_bytes() })
    }
}

impl Provider {
    fn new() -> Self {
        Self::that(ProviderIs::Up(Duration::ZERO))
    }

    fn that(provider_is: ProviderIs) -> Self {
        Self::with(provider_is, None)
    }

    fn with(provider_is: ProviderIs, logout: Option<OidcLogoutSettings>) -> Self {
        let clock = Arc::new(FixedClock::at(NOON));
        let http = Arc::new(FakeHttp {
            provider_is,
            jwks_are_gone: AtomicBool::new(false),
            id_token: Mutex::default(),
            clock: clock.clone(),
        });
        let settings = OidcUpstreamSettings {
            issuer: ProviderIssuer::parse(ISSUER).unwrap(),
            client_id: ClientId::parse("silta").unwrap(),
            redirect_uri: "https://login.example/oidc/op/callback".to_owned(),
            credential: ClientCredential::SecretBasic("hidden-secret".into()),
            algorithms: SignatureAlgorithm::ALL.to_vec(),
            origins: vec![],
            scopes: vec!["profile".to_owned()],
            levels: LEVELS.iter().map(|level| vec![Acr::parse(level).unwrap()]).collect(),
            userinfo: true,
            skew: Duration::ZERO,
            logout,
        };
        let entropy = Arc::new(SeededEntropy::from_seed(1));
        Self { upstream: OidcUpstream::new(settings, http.clone(), clock, entropy), http }
    }

    /// What the browser is sent with, and what is remembered.
    async fn start(
        &self,
        least_levels: [Option<&str>; 2],
        wish: impl FnOnce(&mut LoginRequest),
    ) -> Result<(Url, Pending), OutboundError> {
        self.start_for(false, least_levels, wish).await
    }

    /// The same for a relying party that must be told when the person authenticated, or need not.
    async fn start_for(
        &self,
        needs_authn_instant: bool,
        least_levels: [Option<&str>; 2],
        wish: impl FnOnce(&mut LoginRequest),
    ) -> Result<(Url, Pending), OutboundError> {
        let mut request = LoginRequest {
            relying_party: party("shop"),
            upstream_hint: None,
            freshness: Freshness::Any,
            passive: false,
            acr_values: vec![],
            acr_essential: false,
            ui_locales: vec![],
            expected_sub: None,
            login_hint: None,
        };
        wish(&mut request);
        let request = UpstreamRequest {
            request: &request,
            least_levels,
            needs_authn_instant,
            source: source_of(1),
            relay_state: &RelayState::parse(HANDLE).unwrap(),
            entropy: &SeededEntropy::from_seed(2),
            now: NOON,
        };
        let (message, pending) = self.upstream.start(&request).await?;
        let OutboundMessage::Redirect(url) = message else { unreachable!("it is a redirect") };
        Ok((Url::parse(url.as_str()).unwrap(), pending))
    }

    /// Whom the provider brings with these claims beside the usual ones.
    async fn finish(
        &self,
        sent: &(Url, Pending),
        claims: Value,
        now: Timestamp,
    ) -> Result<Identity, CallbackError> {
        self.judged(sent, claims, now).await.map_err(|failed| failed.error)
    }

    /// The same, with whom a refused answer proves.
    async fn judged(
        &self,
        (url, pending): &(Url, Pending),
        claims: Value,
        now: Timestamp,
    ) -> Result<Identity, FailedCallback> {
        let mut all = json!({
            "iss": ISSUER,
            "sub": "person",
            "aud": "silta",
            "iat": NOON.as_second(),
            "exp": NOON.as_second() + 3600,
            "nonce": param(url, "nonce").unwrap(),
            "acr": "high",
            "urn:oid:1.2.246.21": HETU,
            "given_name": "Nordea",
        });
        all.as_object_mut().unwrap().extend(claims.as_object().unwrap().clone());
        self.judged_with(pending, rs256(&all, &keys::IDP, KID), now).await
    }

    /// The same with this ID token.
    async fn finish_with(
        &self,
        pending: &Pending,
        id_token: String,
        now: Timestamp,
    ) -> Result<Identity, CallbackError> {
        self.judged_with(pending, id_token, now).await.map_err(|failed| failed.error)
    }

    async fn judged_with(
        &self,
        pending: &Pending,
        id_token: String,
        now: Timestamp,
    ) -> Result<Identity, FailedCallback> {
        *self.http.id_token.lock().unwrap() = id_token;
        let callback = Callback::from_query(&format!("state={HANDLE}&code=a-code")).unwrap();
        self.upstream.finish(&callback, pending, NeededOfPerson::default(), now).await
    }
}

fn param(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

fn after(seconds: i64) -> Timestamp {
    NOON.checked_add(SignedDuration::from_secs(seconds)).unwrap()
}

#[tokio::test]
async fn a_request_has_the_handle_as_its_state_and_secrets_of_its_own() {
    let provider = Provider::new();
    let (one, _) = provider.start([None, None], |_| {}).await.unwrap();
    assert_eq!(param(&one, "state").as_deref(), Some(HANDLE));
    assert_eq!(param(&one, "scope").as_deref(), Some("openid profile"));
    let secrets = [param(&one, "nonce"), param(&one, "code_challenge")];
    assert!(secrets.iter().flatten().all(|secret| secret.len() == 43 && secret != HANDLE));
    assert_ne!(secrets[0], secrets[1]);
}

#[tokio::test]
async fn the_levels_that_will_do_are_asked_for_and_the_answer_is_judged_by_them() {
    let provider = Provider::new();
    for (least_levels, acr_values, asked) in [
        ([None, None], &[][..], "low middle high"),
        ([None, None], &["middle"], "middle high"),
        ([None, None], &["unheard-of"], "low middle high"),
        ([Some("middle"), None], &["low"], "middle high"),
        ([None, Some("middle")], &[], "middle high"),
        ([Some("middle"), Some("high")], &["low"], "high"),
        // In the order that the relying party prefers [OIDC Core §3.1.2.1].
        ([Some("low"), None], &["high", "middle"], "high middle"),
        ([None, None], &["high", "low"], "high low middle"),
        ([Some("middle"), None], &["unheard-of", "high", "low"], "high middle"),
    ] {
        let wishes = acr_values.iter().map(ToString::to_string).collect();
        let sent = provider.start(least_levels, |request| request.acr_values = wishes).await;
        let sent = sent.unwrap();
        assert_eq!(param(&sent.0, "acr_values").as_deref(), Some(asked));
        for level in LEVELS {
            let identity = provider.finish(&sent, json!({ "acr": level }), NOON).await;
            if asked.contains(level) {
                assert_eq!(identity.unwrap().acr, level);
            } else {
                let weak = CallbackError::Oidc(OidcCallbackError::WeakLevel);
                assert_eq!(identity.unwrap_err(), weak);
            }
        }
    }
    let unknown = provider.start([Some("unheard-of"), None], |_| {}).await.unwrap_err();
    assert_eq!(unknown, OutboundError::UnknownLevel);
    let essential = |request: &mut LoginRequest| request.acr_essential = true;
    let none = provider.start([None, None], essential).await.unwrap_err();
    assert_eq!(none, OutboundError::NoRequestedLevel);
}

#[tokio::test]
async fn how_old_an_authentication_may_be_is_counted_when_the_callback_arrives() {
    let provider = Provider::new();
    let in_a_minute = |request: &mut LoginRequest| {
        request.freshness = Freshness::MaxAge(Duration::from_mins(1));
    };
    let sent = provider.start([None, None], in_a_minute).await.unwrap();
    assert_eq!(param(&sent.0, "max_age").as_deref(), Some("60"));
    let auth_time = json!({ "auth_time": NOON.as_second() });
    let identity = provider.finish(&sent, auth_time.clone(), after(60)).await.unwrap();
    assert_eq!(identity.authn_instant, Some(NOON));
    let late = provider.finish(&sent, auth_time, after(61)).await.unwrap_err();
    let CallbackError::Oidc(OidcCallbackError::IdToken(IdTokenError::NotFresh { .. })) = late
    else {
        unreachable!("{late}")
    };

    let anew = |request: &mut LoginRequest| request.freshness = Freshness::Now;
    let sent = provider.start([None, None], anew).await.unwrap();
    assert_eq!(param(&sent.0, "max_age").as_deref(), Some("0"));
    assert_eq!(param(&sent.0, "prompt").as_deref(), Some("login"));
    let at_noon = json!({ "auth_time": NOON.as_second() });
    assert!(provider.finish(&sent, at_noon, after(1000)).await.is_ok());
    let before = json!({ "auth_time": NOON.as_second() - 1 });
    assert_eq!(provider.finish(&sent, before, NOON).await.unwrap_err().reason(), "not_fresh");
    let hidden = provider.finish(&sent, json!({}), NOON).await.unwrap_err();
    assert_eq!(hidden.reason(), "id_token_claim_missing");
}

/// `auth_time` is optional unless `max_age` was sent [OIDC Core §2].
#[tokio::test]
async fn the_instant_of_an_authentication_is_asked_for_where_it_is_needed() {
    let provider = Provider::new();
    let sent = provider.start_for(true, [None, None], |_| {}).await.unwrap();
    assert_eq!(param(&sent.0, "max_age").as_deref(), Some("315360000"));
    assert_eq!(param(&sent.0, "prompt"), None, "a session will do, however old");
    let a_year_ago = after(-365 * 24 * 3600);
    let old = json!({ "auth_time": a_year_ago.as_second() });
    let identity = provider.finish(&sent, old, NOON).await.unwrap();
    assert_eq!(identity.authn_instant, Some(a_year_ago));
    let hidden = provider.finish(&sent, json!({}), NOON).await.unwrap_err();
    let missing = OidcCallbackError::IdToken(IdTokenError::Missing("auth_time"));
    assert_eq!(hidden, CallbackError::Oidc(missing));

    let anybody = provider.start([None, None], |_| {}).await.unwrap();
    assert_eq!(param(&anybody.0, "max_age"), None);
    assert_eq!(provider.finish(&anybody, json!({}), NOON).await.unwrap().authn_instant, None);
}

#[tokio::test]
async fn a_token_that_is_issued_after_the_callback_came_is_not_from_the_future() {
    let provider = Provider::that(ProviderIs::Up(Duration::from_secs(3)));
    let sent = provider.start([None, None], |_| {}).await.unwrap();
    let issued = json!({ "iat": NOON.as_second() + 3 });
    assert!(provider.finish(&sent, issued, NOON).await.is_ok());
}

#[tokio::test]
async fn claims_become_attributes_that_no_other_protocol_is_confused_by() {
    let provider = Provider::new();
    let sent = provider.start([None, None], |_| {}).await.unwrap();
    let claims = json!({ "address": { "locality": "Turku" }, "groups": ["a", "b"] });
    let identity = provider.finish(&sent, claims, NOON).await.unwrap();
    let texts = |one: &str| vec![one.to_owned()];
    let expected = [
        ("oidc:sub", texts("person")),
        ("oidc:address.locality", texts("Turku")),
        ("oidc:given_name", texts("Nordea")),
        ("oidc:groups", vec!["a".to_owned(), "b".to_owned()]),
        ("urn:oid:1.2.246.21", texts(HETU)),
    ];
    // No assert_eq: it would print the person.
    let attributes = identity.attributes.into_iter();
    assert!(attributes.eq(expected.map(|(name, values)| (name.to_owned(), values))));
}

#[tokio::test]
async fn an_address_that_the_provider_has_not_verified_is_not_believed() {
    for (verified, believed) in
        [(json!(true), true), (json!(false), false), (json!(null), false), (json!("yes"), false)]
    {
        let provider = Provider::new();
        let sent = provider.start([None, None], |_| {}).await.unwrap();
        let claims = json!({ "email": "a@example.fi", "email_verified": verified });
        let identity = provider.finish(&sent, claims, NOON).await.unwrap();
        let mut names = identity.attributes.iter().map(|(name, _)| name.as_str());
        assert_eq!(names.any(|name| name == "oidc:email"), believed, "{verified}");
    }
}

/// The answer says nothing more than before; the operator learns that the way to the provider is at fault.
#[tokio::test]
async fn a_token_of_an_unknown_key_is_refused_with_the_reason_why_newer_keys_are_not_known() {
    let provider = Provider::new();
    let sent = provider.start([None, None], |_| {}).await.unwrap();
    let id_token = rs256(&json!({}), &keys::IDP, "new");
    let known = provider.finish_with(&sent.1, id_token.clone(), NOON).await.unwrap_err();
    assert_eq!((known.reason(), known.cause()), ("id_token_unknown_key", None));
    provider.http.jwks_are_gone.store(true, Ordering::Relaxed);
    let later = after(61);
    provider.http.clock.advance(Duration::from_secs(61));
    let gone = provider.finish_with(&sent.1, id_token, later).await.unwrap_err();
    assert_eq!((gone.reason(), gone.cause()), ("id_token_unknown_key", Some("keys")));
    assert_eq!(gone.verdict(), known.verdict());
}

#[tokio::test]
async fn nobody_is_sent_to_a_provider_of_which_nothing_is_known() {
    let provider = Provider::that(ProviderIs::Down);
    let error = provider.start([None, None], |_| {}).await.unwrap_err();
    assert_eq!(error, OutboundError::Provider("nobody_listens"));
}

/// Nothing is known of it yet, so whoever comes waits for its metadata.
#[tokio::test]
async fn at_most_128_wait_for_a_provider_that_does_not_answer() {
    let provider = Provider::that(ProviderIs::Hanging);
    let mut waiting: Vec<_> =
        (0..128).map(|nth| provider.upstream.make_room(source_of(nth), NOON)).collect();
    for callback in &mut waiting {
        assert!(poll_immediate(callback).await.is_none(), "it waits");
    }
    let refused = poll_immediate(provider.upstream.make_room(source_of(200), NOON)).await.unwrap();
    assert_eq!(refused.unwrap_err(), CallbackError::Oidc(OidcCallbackError::Busy));
    let not_started = poll_immediate(pin!(provider.start([None, None], |_| {}))).await.unwrap();
    assert_eq!(not_started.unwrap_err(), OutboundError::Provider("busy"));
    // Whoever goes away leaves their room.
    waiting.pop();
    assert!(
        poll_immediate(provider.upstream.make_room(source_of(200), NOON)).await.is_none(),
        "it waits"
    );
}

#[tokio::test]
async fn only_a_get_with_a_state_of_ours_belongs_to_a_login() {
    let upstream = Provider::new().upstream;
    let relay_state = |query: &str| upstream.relay_state(&Callback::from_query(query).unwrap());
    assert_eq!(relay_state(&format!("state={HANDLE}")).unwrap().as_str(), HANDLE);
    for bad in ["code=a", "state=", "state=https://evil.example/"] {
        assert_eq!(relay_state(bad).unwrap_err(), CallbackError::UnknownHandle("state"), "{bad}");
    }
    assert_eq!(relay_state("state=a&state=b").unwrap_err().reason(), "repeated_field");
    let form = Callback::from_form(&format!("state={HANDLE}&code=a")).unwrap();
    assert_eq!(upstream.relay_state(&form).unwrap_err(), CallbackError::WrongMethod);
}

#[tokio::test]
async fn nothing_of_the_person_or_of_a_secret_is_printed() {
    let provider = Provider::new();
    let sent = provider.start([None, None], |_| {}).await.unwrap();
    let identity = provider.finish(&sent, json!({}), NOON).await.unwrap();
    let foreign = provider.finish(&sent, json!({ "nonce": "hidden-nonce" }), NOON).await;
    let foreign = foreign.unwrap_err();
    let printed =
        format!("{:?} {:?} {identity:?} {foreign:?} {foreign}", provider.upstream, sent.1);
    let nonce = param(&sent.0, "nonce").unwrap();
    for secret in [HETU, "Nordea", "person", "hidden", HANDLE, "a-code", &nonce] {
        assert!(!printed.contains(secret), "{secret} is printed");
    }
    assert!(printed.contains("OidcUpstream(https://op.example)"), "{printed}");
}

const ISSUER: &str = "https://op.example";
const HANDLE: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
const LEVELS: [&str; 3] = ["low", "middle", "high"];
