//! What the load balancer asks, and what it refuses.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use silta_testkit::alb::{
    Alb, AlbConfigError, AlbError, ClientAuthentication, Cookies, Forwarded, Settings, Visit,
};
use silta_testkit::back_channel::CallError;
use silta_testkit::id_token::IdTokenError;
use url::Url;

use crate::provider::{Change, ISSUER, NOON, OTHER, Provider, Script, says};

pub(crate) fn settings() -> Settings {
    Settings::of_silta(ISSUER, "App.Example", "silta-client", "a secret")
}

pub(crate) fn alb(provider: &Provider) -> Alb {
    Alb::create(provider.clone(), settings()).unwrap()
}

pub(crate) async fn leave(alb: &Alb, cookies: &mut Cookies, now: Timestamp) -> Url {
    match alb.visit(cookies, "/page?a=b", now).await {
        Visit::Redirect(to) => to,
        Visit::Forwarded(_) => panic!("let through"),
    }
}

pub(crate) async fn let_through(alb: &Alb, cookies: &mut Cookies, now: Timestamp) -> Forwarded {
    match alb.visit(cookies, "/page", now).await {
        Visit::Redirect(_) => panic!("sent away"),
        Visit::Forwarded(seen) => seen,
    }
}

/// A login at noon, to the cookies that it leaves.
pub(crate) async fn log_in(alb: &Alb) -> Result<Cookies, AlbError> {
    let mut cookies = Cookies::new();
    let state = param(&leave(alb, &mut cookies, NOON).await, "state");
    let query = format!("code=c1&state={state}");
    assert_eq!(alb.idpresponse(&mut cookies, &query, after(1)).await?, "/page?a=b");
    Ok(cookies)
}

fn param(url: &Url, name: &str) -> String {
    url.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned()
}

pub(crate) fn after(seconds: i64) -> Timestamp {
    NOON + SignedDuration::from_secs(seconds)
}

#[test]
fn settings_that_break_a_rule_are_refused_by_it() {
    type Setting = fn(&mut Settings);
    let rules: [(AlbConfigError, Setting); 8] = [
        (AlbConfigError::NotHttps("Issuer"), |it| it.issuer = "http://op.example".to_owned()),
        (AlbConfigError::NotHttps("AuthorizationEndpoint"), |it| it.authorization_endpoint.clear()),
        (AlbConfigError::NotHttps("TokenEndpoint"), |it| it.token_endpoint = "/token".to_owned()),
        (AlbConfigError::NotHttps("UserInfoEndpoint"), |it| it.userinfo_endpoint.clear()),
        (AlbConfigError::Credentials, |it| it.client_id.clear()),
        (AlbConfigError::Credentials, |it| it.client_secret.clear()),
        (AlbConfigError::SessionTimeout, |it| {
            it.session_timeout = SignedDuration::from_millis(999);
        }),
        (AlbConfigError::TooManyExtraParams, |it| {
            it.extra_params = (0..11).map(|n| (n.to_string(), n.to_string())).collect();
        }),
    ];
    for (rule, change) in rules {
        let mut settings = settings();
        change(&mut settings);
        assert_eq!(Alb::create(Provider::good(), settings).unwrap_err(), rule);
    }
}

#[tokio::test]
async fn the_authorization_request_has_no_nonce_and_a_host_in_lower_case() {
    let extra_params = vec![("ui_locales".to_owned(), "fi".to_owned())];
    let settings = Settings { extra_params, ..settings() };
    let alb = Alb::create(Provider::good(), settings).unwrap();
    let url = leave(&alb, &mut Cookies::new(), NOON).await;
    assert_eq!(url.path(), "/authorize");
    let names: Vec<_> = url.query_pairs().map(|(name, _)| name.into_owned()).collect();
    assert_eq!(
        names,
        ["client_id", "redirect_uri", "response_type", "scope", "state", "ui_locales"]
    );
    assert_eq!(param(&url, "redirect_uri"), "https://app.example/oauth2/idpresponse");
}

#[tokio::test]
async fn the_application_gets_userinfo_under_the_load_balancers_signature() {
    let provider = Provider::good();
    let alb = alb(&provider);
    let mut cookies = log_in(&alb).await.unwrap();
    let seen = let_through(&alb, &mut cookies, after(2)).await;
    assert_eq!((seen.identity.as_str(), seen.access_token.as_str()), ("s1", "at"));
    let claims = alb.application_reads(&seen, after(3)).unwrap();
    assert_eq!(Value::Object(claims), json!({ "sub": "s1", "given_name": "Aino" }));
    // Strict JWT libraries refuse the padding.
    assert!(seen.data.contains('='), "base64 keeps its padding");
    assert!(alb.application_reads(&seen, after(122)).is_none(), "it lives two minutes");

    let seen = Forwarded { data: seen.data.replacen('e', "f", 1), ..seen };
    assert!(alb.application_reads(&seen, after(3)).is_none(), "it was changed");
    let seen = let_through(&alb, &mut cookies, after(2)).await;
    let other = Alb::create(provider, settings()).unwrap();
    assert!(other.application_reads(&seen, after(3)).is_none(), "another one's signature");
}

#[tokio::test]
async fn the_secret_travels_in_the_form_or_in_the_header_but_not_in_both() {
    let provider = Provider::good();
    log_in(&alb(&provider)).await.unwrap();
    let post = &provider.calls("/token")[0];
    assert_eq!(post.field("client_secret"), Some("a secret"));
    assert_eq!(post.field("redirect_uri"), Some("https://app.example/oauth2/idpresponse"));
    assert_eq!(post.header("authorization"), None);

    let settings = Settings { client_authentication: ClientAuthentication::Basic, ..settings() };
    log_in(&Alb::create(provider.clone(), settings).unwrap()).await.unwrap();
    let basic = &provider.calls("/token")[1];
    assert_eq!(basic.header("authorization"), Some("Basic c2lsdGEtY2xpZW50OmErc2VjcmV0"));
    assert_eq!((basic.field("client_id"), basic.field("client_secret")), (None, None));
    assert_eq!(provider.calls("/userinfo")[1].method, "GET");
    assert!(provider.calls("/jwks").is_empty(), "there is no setting for it");
}

#[tokio::test]
async fn a_provider_that_breaks_a_rule_is_refused_by_the_reason_in_the_access_log() {
    use IdTokenError::{Algorithm, Audience, Expired, Issuer, NoSub, Unreadable};
    type Seen = (Option<&'static str>, Option<u16>);
    let token = (Some("AuthInvalidTokenResponse"), None);
    let id_token = (Some("AuthInvalidIdToken"), None);
    let userinfo = (Some("AuthInvalidUserinfoResponse"), None);
    let rules: Vec<(AlbError, Seen, Change)> = vec![
        (
            AlbError::Token(CallError::TimedOut),
            (Some("AuthTokenEpRequestTimeout"), Some(500)),
            |it| {
                it.instead = Some(("/token", Err(CallError::TimedOut)));
            },
        ),
        (
            AlbError::Token(CallError::Status(400)),
            (Some("AuthTokenEpRequestFailed"), Some(561)),
            |it| {
                it.instead = Some(("/token", Ok(says(400, &json!({ "error": "invalid_grant" })))));
            },
        ),
        (AlbError::Token(CallError::NotJson), token, |it| {
            it.instead = Some(("/token", Ok(says(200, &json!([])))));
        }),
        (AlbError::InvalidTokenResponse, token, |it| it.tokens["access_token"] = Value::Null),
        (AlbError::InvalidTokenResponse, token, |it| it.tokens["token_type"] = "DPoP".into()),
        (AlbError::NoIdToken, (None, Some(401)), |it| it.tokens["id_token"] = Value::Null),
        (AlbError::InvalidIdToken(Unreadable), id_token, |it| it.tokens["id_token"] = "a.b".into()),
        (AlbError::InvalidIdToken(Algorithm), id_token, |it| it.header["alg"] = "PS256".into()),
        (AlbError::InvalidIdToken(Issuer), id_token, |it| {
            it.claims["iss"] = "https://op.example/".into();
        }),
        (AlbError::InvalidIdToken(Audience), id_token, |it| {
            it.claims["aud"] = json!(["silta-client"]);
        }),
        (AlbError::InvalidIdToken(Expired), id_token, |it| {
            it.claims["exp"] = NOON.as_second().into();
        }),
        (AlbError::InvalidIdToken(NoSub), id_token, |it| it.claims["sub"] = Value::Null),
        (
            AlbError::UserInfo(CallError::TimedOut),
            (Some("AuthUserinfoEpRequestTimeout"), Some(500)),
            |it| {
                it.instead = Some(("/userinfo", Err(CallError::TimedOut)));
            },
        ),
        (
            AlbError::UserInfo(CallError::Status(401)),
            (Some("AuthUserinfoEpRequestFailed"), Some(561)),
            |it| {
                it.instead = Some(("/userinfo", Ok(says(401, &json!({})))));
            },
        ),
        (AlbError::UserInfo(CallError::NotJson), userinfo, |it| {
            it.instead = Some(("/userinfo", Ok(says(200, &json!("a.b.c")))));
        }),
        (AlbError::OtherSubject, userinfo, |it| it.userinfo["sub"] = "s2".into()),
        (
            AlbError::ClaimsSizeExceeded { bytes: 11_265 },
            (Some("ELBAuthUserClaimsSizeExceeded"), Some(500)),
            |it| fill(it, 11_265),
        ),
        (AlbError::SessionTooLarge { shards: 5 }, (None, None), |it| {
            it.tokens["refresh_token"] = "r".repeat(13_000).into();
        }),
    ];
    for (rule, seen, change) in rules {
        let provider = Provider::good();
        provider.change(change);
        let refused = log_in(&alb(&provider)).await.unwrap_err();
        assert_eq!((refused.reason(), refused.status()), seen, "{refused:?}");
        assert_eq!(refused, rule);
    }
}

/// Makes userinfo as large as that claims and access token have `bytes` together.
fn fill(script: &mut Script, bytes: usize) {
    script.userinfo = json!({ "sub": "s1", "a": "" });
    let rest = bytes - script.userinfo.to_string().len() - "at".len();
    script.userinfo["a"] = "a".repeat(rest).into();
}

#[tokio::test]
async fn eleven_kilobytes_fit_into_four_cookies_of_four() {
    let provider = Provider::good();
    provider.change(|it| fill(it, 11_264));
    let alb = alb(&provider);
    let mut cookies = log_in(&alb).await.unwrap();
    let sizes: Vec<_> = cookies.iter().map(|(name, value)| name.len() + 1 + value.len()).collect();
    assert_eq!(sizes.len(), 4);
    assert_eq!(&sizes[..3], [4096; 3]);
    let seen = let_through(&alb, &mut cookies, after(2)).await;
    assert!(alb.application_reads(&seen, after(2)).is_some());

    cookies.remove("AWSELBAuthSessionCookie-2");
    leave(&alb, &mut cookies, after(3)).await;
}

#[tokio::test]
async fn only_the_browser_that_left_may_come_back_and_only_once() {
    let alb = alb(&Provider::good());
    let (mut cookies, mut other) = (Cookies::new(), Cookies::new());
    let state = param(&leave(&alb, &mut cookies, NOON).await, "state");
    leave(&alb, &mut other, NOON).await;
    let answer = format!("code=c1&state={state}");
    let come =
        async |cookies: &mut Cookies, query: &str| alb.idpresponse(cookies, query, after(1)).await;
    let invalid = Err(AlbError::InvalidState);
    assert_eq!(come(&mut cookies, "code=c1").await, Err(AlbError::MissingState));
    assert_eq!(come(&mut cookies, &format!("{answer}A")).await, invalid);
    assert_eq!(come(&mut other, &answer).await, invalid);
    come(&mut cookies, &answer).await.unwrap();
    assert_eq!(come(&mut cookies, &answer).await, invalid);
}

#[tokio::test]
async fn an_error_or_an_answer_without_a_code_ends_the_login() {
    let alb = alb(&Provider::good());
    let answered = async |params: &str| {
        let mut cookies = Cookies::new();
        let state = param(&leave(&alb, &mut cookies, NOON).await, "state");
        alb.idpresponse(&mut cookies, &format!("{params}&state={state}"), after(1)).await
    };
    let denied = answered("error=access_denied").await.unwrap_err();
    assert_eq!(denied, AlbError::Idp { error: "access_denied".to_owned() });
    assert_eq!(denied.status(), Some(561));
    let nothing = answered("").await.unwrap_err();
    assert_eq!(nothing.reason(), Some("AuthMissingCodeParam"));
}

#[tokio::test]
async fn a_login_has_fifteen_minutes() {
    let provider = Provider::good();
    provider.change(|it| it.claims["exp"] = after(3600).as_second().into());
    let alb = alb(&provider);
    let at = async |when| {
        let mut cookies = Cookies::new();
        let state = param(&leave(&alb, &mut cookies, NOON).await, "state");
        alb.idpresponse(&mut cookies, &format!("code=c1&state={state}"), when).await
    };
    at(after(15 * 60 - 1)).await.unwrap();
    let late = at(after(15 * 60)).await.unwrap_err();
    assert_eq!((late.clone(), late.status()), (AlbError::TooLate, Some(401)));
}

#[tokio::test]
async fn nobody_knows_whether_the_signature_is_looked_at() {
    let provider = Provider::good();
    provider.change(|it| it.key = &OTHER);
    log_in(&alb(&provider)).await.unwrap();
}
