//! Logins that may show no page (`prompt=none`), at an OpenID Provider that may be asked for one.

use std::sync::Arc;

use serde_json::json;
use silta_broker::{
    Callback, FailedLogin, FinishedLogin, LoginError, OutboundMessage, StartedLogin,
};
use silta_testkit::keys;
use silta_testkit::op::{KID, rs256};
use url::Url;

use super::{FakeHttp, ISSUER, Provider, param};
use crate::fixture::{Fixture, GIVEN, HETU, NOON, configured, source_of, suomifi_name};
use crate::wire::{client_error, query_param, url};

const NONE: (&str, &str) = ("prompt", "none");

/// The usual broker before such a provider.
struct Passive {
    fixture: Fixture,
    http: Arc<FakeHttp>,
}

impl Passive {
    fn new() -> Self {
        let Provider { upstream, http } = Provider::new();
        let fixture = Fixture::with(|settings| {
            let mut upstream = configured(Arc::new(upstream));
            upstream.passive = true;
            settings.upstreams.insert(suomifi_name(), upstream);
        });
        Self { fixture, http }
    }

    /// A login that may show no page, and what the provider is asked.
    async fn start(&self, changes: &[(&str, &str)]) -> (StartedLogin, Url) {
        let changes: Vec<_> = changes.iter().copied().chain([NONE]).collect();
        let started = self.fixture.start(&changes).await.unwrap();
        let asked = Url::parse(url(&started.message)).unwrap();
        (started, asked)
    }

    /// The browser of that login comes back with these parameters.
    async fn back(
        &self,
        started: &StartedLogin,
        params: &str,
    ) -> Result<OutboundMessage, FailedLogin> {
        let query = format!("state={}&{params}", started.relay_state.as_str());
        let (callback, name) = (Callback::from_query(&query), suomifi_name());
        let browser = |_: &_| Some(started.browser.clone());
        let at = (&name, source_of(1));
        match self.fixture.broker.finish_login(at, callback, browser).await? {
            FinishedLogin::Answered { message, .. } => Ok(message),
            FinishedLogin::AskedAgain(_) => unreachable!("a second request would show a page"),
        }
    }

    /// The provider has a session of the person, who authenticated so many seconds before noon.
    fn knows_the_person(&self, asked: &Url, before: i64) {
        let claims = json!({
            "iss": ISSUER,
            "sub": "person",
            "aud": "silta",
            "iat": NOON.as_second(),
            "exp": NOON.as_second() + 3600,
            "auth_time": NOON.as_second() - before,
            "nonce": param(asked, "nonce").unwrap(),
            "acr": "high",
            "urn:oid:1.2.246.21": HETU,
            "urn:oid:2.5.4.42": GIVEN,
        });
        let id_token = rs256(&claims, &keys::IDP, KID);
        *self.http.id_token.lock().unwrap() = id_token;
    }
}

#[tokio::test]
async fn a_provider_is_asked_for_no_page_and_its_session_logs_the_person_in() {
    for (changes, max_age) in [(&[][..], None), (&[("max_age", "3600")], Some("3600"))] {
        let login = Passive::new();
        let (started, asked) = login.start(changes).await;
        let prompts: Vec<_> = asked.query_pairs().filter(|(name, _)| name == "prompt").collect();
        assert_eq!(prompts, [("prompt".into(), "none".into())], "and nothing else");
        assert_eq!(param(&asked, "max_age").as_deref(), max_age);
        login.knows_the_person(&asked, 600);
        let answer = login.back(&started, "code=a-code").await.unwrap();
        let code = query_param(&answer, "code").unwrap();
        assert!(login.fixture.redeem(&code, &[]).await.is_ok());
    }
}

/// Whatever the provider would have had to show [OIDC Core §3.1.2.6].
#[tokio::test]
async fn each_error_that_asks_for_a_page_is_told_to_the_client_as_login_required() {
    for code in
        ["login_required", "interaction_required", "consent_required", "account_selection_required"]
    {
        let login = Passive::new();
        let (started, _) = login.start(&[]).await;
        let failed = login.back(&started, &format!("error={code}")).await.unwrap_err();
        assert_eq!(failed.error.reason(), "provider_login_required", "{code}");
        assert_eq!(client_error(&failed).as_deref(), Some("login_required"), "{code}");
        let answer = failed.answer.unwrap();
        let description = query_param(&answer, "error_description").unwrap();
        let sentence = "the person has no session at the identity provider; \
                        send the request without prompt=none";
        assert!(description.starts_with(sentence), "{description}");
        assert!(login.fixture.store.all("code").is_empty());
        // It was told once.
        let again = login.back(&started, "code=a-code").await.unwrap_err();
        assert_eq!((again.error, again.answer), (LoginError::AlreadyUsed, None));
    }
}

/// A frame shows no page, so that the client is told of anything.
#[tokio::test]
async fn every_other_error_is_told_to_the_client_too_by_its_own_code() {
    for (code, reason, told) in [
        ("access_denied", "provider_access_denied", "access_denied"),
        (
            "unmet_authentication_requirements",
            "provider_unmet_level",
            "unmet_authentication_requirements",
        ),
        ("temporarily_unavailable", "provider_error", "temporarily_unavailable"),
        ("server_error", "provider_error", "server_error"),
        ("invalid_request", "provider_refused_request", "server_error"),
        ("invalid_scope", "provider_refused_request", "server_error"),
        ("unauthorized_client", "provider_refused_request", "server_error"),
        ("unsupported_response_type", "provider_refused_request", "server_error"),
        ("no_such_error", "provider_unknown_error", "server_error"),
        ("LOGIN_REQUIRED", "provider_unknown_error", "server_error"),
        ("login_required%20", "provider_unknown_error", "server_error"),
    ] {
        let login = Passive::new();
        let (started, _) = login.start(&[]).await;
        let failed = login.back(&started, &format!("error={code}")).await.unwrap_err();
        assert_eq!(failed.error.reason(), reason, "{code}");
        assert_eq!(client_error(&failed).as_deref(), Some(told), "{code}");
    }
}

/// Nor is a session that is too old made young by a second request, which would show a page.
#[tokio::test]
async fn a_provider_is_never_asked_for_a_new_authentication_without_a_page() {
    let login = Passive::new();
    for age in ["0", "60"] {
        let failed = login.fixture.start(&[NONE, ("max_age", age)]).await.unwrap_err();
        assert_eq!(failed.error, LoginError::LoginRequired, "{age}");
        assert_eq!(client_error(&failed).as_deref(), Some("login_required"));
    }
    let failed = login.fixture.start(&[("prompt", "none login")]).await.unwrap_err();
    assert_eq!(failed.error.reason(), "prompt_none_not_alone");
    assert_eq!(login.fixture.store.live("passive").await, 0, "nobody was asked");

    let (started, asked) = login.start(&[("max_age", "61")]).await;
    login.knows_the_person(&asked, 62);
    let failed = login.back(&started, "code=a-code").await.unwrap_err();
    assert_eq!(failed.error.reason(), "not_fresh");
    assert_eq!(client_error(&failed).as_deref(), Some("login_required"));
}
