//! Requests that never leave towards an identity provider.

use silta_broker::LoginError;
use silta_broker::ports::StoreError;
use silta_broker::{InboundRequest, OutboundMessage, Protocol, SettingsError, UpstreamName};
use silta_oidc::{AuthorizePageError, AuthorizeRuleError, ParamsError, RepeatedParamError};

use crate::faulty_store::Outage;
use crate::fixture::{
    CALLBACK, Fixture, KIOSK_CALLBACK, STATE, client_id, configured, party, source_of, suomifi_name,
};
use crate::scripted_idp::unavailable_key;
use crate::wire::{client_error, query_param, url};

#[tokio::test]
async fn a_person_leaves_with_the_handle_and_keeps_the_other_half() {
    let fixture = Fixture::new();
    let started = fixture.started().await;
    let OutboundMessage::Redirect(url) = &started.message else { unreachable!("it is a redirect") };
    let url = url.as_str();
    assert!(url.contains(&format!("&RelayState={}&", started.relay_state.as_str())), "{url}");
    assert!(!url.contains(started.browser.as_str()), "{url}");
    // 256 random bits; and as many beside when the login began and of which handle it is. The handle
    // fits into the 80 octets of [SAML2Bind §3.5.3].
    assert_eq!((started.relay_state.as_str().len(), started.browser.as_str().len()), (43, 71));
}

#[tokio::test]
async fn a_request_without_a_trusted_redirect_is_answered_by_a_page() {
    let shop = || client_id("shop");
    let (nobody, named) = ("nobody refused at nobody", "shop refused at suomifi");
    for (changes, reason, whose) in [
        (&[("client_id", "")][..], AuthorizePageError::ClientMissing, nobody),
        (&[("client_id", "stranger")], AuthorizePageError::UnknownClient, nobody),
        (&[("redirect_uri", "")], AuthorizePageError::RedirectMissing { client: shop() }, named),
        (
            &[("redirect_uri", "https://shop.example/oauth2/idpresponse/")],
            AuthorizePageError::RedirectMismatch { client: shop() },
            named,
        ),
        (
            &[("redirect_uri", KIOSK_CALLBACK)],
            AuthorizePageError::RedirectMismatch { client: shop() },
            named,
        ),
        (
            &[("client_id", "shop"), ("client_id", "kiosk")],
            AuthorizePageError::Repeated(RepeatedParamError("client_id")),
            nobody,
        ),
    ] {
        let fixture = Fixture::new();
        let failed = fixture.start(changes).await.unwrap_err();
        assert_eq!((&failed.error, client_error(&failed)), (&LoginError::Request(reason), None));
        let line = format!("{whose}: {}", failed.error.reason());
        assert_eq!(fixture.audit.lines(), [line]);
        assert_eq!(fixture.audit.references(), [Some(failed.reference.to_string())]);
        assert_eq!(fixture.store.calls(), 0);
    }
}

#[tokio::test]
async fn a_query_that_cannot_be_read_is_answered_by_a_page() {
    let fixture = Fixture::new();
    let request = InboundRequest::Query("client_id=%");
    let started = fixture.broker.start_login(Protocol::Oidc, request, source_of(1)).await;
    let failed = started.unwrap_err();
    let malformed = AuthorizePageError::Malformed(ParamsError::BadEscape);
    assert_eq!((&failed.error, client_error(&failed)), (&LoginError::Request(malformed), None));
}

#[tokio::test]
async fn a_broken_rule_is_told_to_the_client_at_its_own_redirect() {
    use AuthorizeRuleError as R;
    let twice = R::Repeated(RepeatedParamError("nonce"));
    for (changes, reason, error, word) in [
        (
            &[("response_type", "token")][..],
            R::ResponseType,
            "unsupported_response_type",
            "response_type",
        ),
        (&[("scope", "profile")], R::NoOpenid, "invalid_scope", "scope_without_openid"),
        (
            &[("code_challenge_method", "plain")],
            R::ChallengeMethod,
            "invalid_request",
            "challenge_method",
        ),
        (&[("request", "e.y.J")], R::RequestObject, "request_not_supported", "request_object"),
        (
            &[("prompt", "none login")],
            R::PromptNoneNotAlone,
            "invalid_request",
            "prompt_none_not_alone",
        ),
        (&[("nonce", "a"), ("nonce", "b")], twice, "invalid_request", "repeated_parameter"),
    ] {
        let fixture = Fixture::new();
        let failed = fixture.start(changes).await.unwrap_err();
        assert_eq!(failed.error, LoginError::Authorize(reason));
        assert_eq!(client_error(&failed).as_deref(), Some(error));
        let redirect = failed.answer.unwrap();
        let begin = format!("{CALLBACK}?error=");
        assert!(url(&redirect).starts_with(&begin), "{}", url(&redirect));
        assert_eq!(query_param(&redirect, "state").as_deref(), Some(STATE));
        assert_eq!(fixture.audit.lines(), [format!("shop refused at suomifi: {word}")]);
        assert_eq!(fixture.audit.references(), [Some(failed.reference.to_string())]);
        assert_eq!(fixture.store.calls(), 0);
    }
}

#[tokio::test]
async fn a_state_or_a_nonce_with_control_characters_is_told_to_the_client_and_kept_nowhere() {
    for (name, goes_back) in [("state", None), ("nonce", Some(STATE))] {
        let fixture = Fixture::new();
        let failed = fixture.start(&[(name, &"\u{1}".repeat(1000))]).await.unwrap_err();
        assert_eq!(failed.error, LoginError::Authorize(AuthorizeRuleError::ControlCharacter(name)));
        assert_eq!(client_error(&failed).as_deref(), Some("invalid_request"));
        assert_eq!(query_param(failed.answer.as_ref().unwrap(), "state").as_deref(), goes_back);
        assert_eq!(fixture.audit.lines(), ["shop refused at suomifi: control_character"]);
        assert_eq!(fixture.store.calls(), 0);
    }
}

#[tokio::test]
async fn a_login_without_interaction_needs_one() {
    let fixture = Fixture::new();
    let failed = fixture.start(&[("prompt", "none")]).await.unwrap_err();
    assert_eq!(failed.error, LoginError::LoginRequired);
    assert_eq!(client_error(&failed).as_deref(), Some("login_required"));
    assert_eq!(query_param(failed.answer.as_ref().unwrap(), "state").as_deref(), Some(STATE));
    assert_eq!(fixture.audit.lines(), ["shop refused at suomifi: login_required"]);
    assert_eq!(fixture.store.calls(), 0);
}

#[tokio::test]
async fn nobody_leaves_while_the_store_is_down() {
    for outage in [Outage::Before, Outage::After] {
        let fixture = Fixture::new();
        fixture.store.fail(0, outage);
        let failed = fixture.start(&[]).await.unwrap_err();
        assert_eq!(failed.error, LoginError::StoreUnavailable(StoreError::NoAnswer));
        assert_eq!(client_error(&failed).as_deref(), Some("temporarily_unavailable"));
        assert_eq!(fixture.audit.lines(), ["shop refused at suomifi: store_unavailable"]);
        assert_eq!(fixture.store.calls(), 1);
    }
}

#[tokio::test]
async fn a_client_that_demands_what_its_upstream_cannot_reach_is_the_operators_matter() {
    let fixture = Fixture::with(|settings| {
        let saml = std::sync::Arc::new(crate::saml_upstream::upstream());
        settings.upstreams.insert(suomifi_name(), configured(saml));
        settings.relying_parties.get_mut(&party("shop")).unwrap().upstreams[0].min_acr =
            Some("unheard-of".to_owned());
    });
    let failed = fixture.start(&[]).await.unwrap_err();
    assert_eq!(failed.error, LoginError::Misconfigured);
    assert_eq!(failed.error.class(), silta_broker::ErrorClass::Operator);
    assert_eq!(client_error(&failed).as_deref(), Some("temporarily_unavailable"));
}

#[tokio::test]
async fn a_request_that_cannot_be_signed_leaves_nothing_behind() {
    let fixture = Fixture::new();
    fixture.idp.script(|script| script.unavailable = true);
    let failed = fixture.start(&[]).await.unwrap_err();
    assert_eq!(failed.error, LoginError::KeyUnavailable(unavailable_key()));
    // The operator reads which of our keys it was, and why.
    let told = "the key that signs AuthnRequests could not be used: \
                the service that keeps the key did not sign";
    assert_eq!(failed.error.to_string(), told);
    assert_eq!(failed.error.cause(), Some("saml_request_key"));
    assert_eq!(client_error(&failed).as_deref(), Some("temporarily_unavailable"));
    assert_eq!(fixture.store.calls(), 0);
}

#[tokio::test]
async fn a_broker_whose_client_logs_in_nowhere_is_not_put_together() {
    let nowhere = UpstreamName::parse("nowhere").unwrap();
    let expected =
        SettingsError::UnknownUpstream { party: party("shop"), upstream: nowhere.clone() };
    let built = Fixture::try_with(|settings| {
        settings.relying_parties.get_mut(&party("shop")).unwrap().upstreams[0].name = nowhere;
    });
    assert_eq!(built.err(), Some(expected));
}
