//! Requests that never leave towards an identity provider.

use silta_broker::LoginFault;
use silta_broker::ports::StoreError;
use silta_broker::{Departure, Inconsistent, UpstreamName};
use silta_oidc::{AuthorizeReason, MalformedParams, PageFault, Params, Repeated};

use crate::probe::Outage;
use crate::wire::{carried, told};
use crate::world::{CALLBACK, KIOSK_CALLBACK, STATE, World, client_id, source_of, suomifi_name};

#[tokio::test]
async fn a_person_leaves_with_the_handle_and_keeps_the_other_half() {
    let world = World::new();
    let begun = world.begun().await;
    let Departure::Redirect { url } = &begun.departure else { unreachable!("it is a redirect") };
    assert!(url.ends_with(begun.relay_state.as_str()), "{url}");
    assert!(!url.contains(begun.browser.as_str()), "{url}");
    // 128 random bits; and 256 beside when the login began and of which handle it is. The handle fits [SAML2Bind §3.5.3] with room to spare.
    assert_eq!((begun.relay_state.as_str().len(), begun.browser.as_str().len()), (22, 71));
}

#[tokio::test]
async fn a_request_without_a_trusted_redirect_is_answered_by_a_page() {
    let shop = || client_id("shop");
    let (nobody, named) = ("nobody refused at nobody", "shop refused at suomifi");
    for (changes, reason, whose) in [
        (&[("client_id", "")][..], PageFault::ClientMissing, nobody),
        (&[("client_id", "stranger")], PageFault::UnknownClient, nobody),
        (&[("redirect_uri", "")], PageFault::RedirectMissing { client: shop() }, named),
        (
            &[("redirect_uri", "https://shop.example/oauth2/idpresponse/")],
            PageFault::RedirectMismatch { client: shop() },
            named,
        ),
        (
            &[("redirect_uri", KIOSK_CALLBACK)],
            PageFault::RedirectMismatch { client: shop() },
            named,
        ),
        (
            &[("client_id", "shop"), ("client_id", "kiosk")],
            PageFault::Repeated(Repeated("client_id")),
            nobody,
        ),
    ] {
        let world = World::new();
        let fault = world.ask(changes).await.unwrap_err();
        assert_eq!((&fault.fault, told(&fault)), (&LoginFault::Request(reason), None));
        let line = format!("{whose}: {}", fault.fault.reason());
        assert_eq!(world.diary.lines(), [line]);
        assert_eq!(world.diary.references(), [Some(fault.reference.to_string())]);
        assert_eq!(world.store.calls(), 0);
    }
}

#[tokio::test]
async fn a_query_that_cannot_be_read_is_answered_by_a_page() {
    let world = World::new();
    let fault = world.broker.begin(Params::parse("client_id=%"), source_of(1)).await.unwrap_err();
    let malformed = PageFault::Malformed(MalformedParams::BadEscape);
    assert_eq!((&fault.fault, told(&fault)), (&LoginFault::Request(malformed), None));
}

#[tokio::test]
async fn a_broken_rule_is_told_to_the_client_at_its_own_redirect() {
    for (changes, reason, error) in [
        (("response_type", "token"), AuthorizeReason::ResponseType, "unsupported_response_type"),
        (("scope", "profile"), AuthorizeReason::NoOpenid, "invalid_scope"),
        (("code_challenge_method", "plain"), AuthorizeReason::ChallengeMethod, "invalid_request"),
        (("request", "e.y.J"), AuthorizeReason::RequestObject, "request_not_supported"),
        (("prompt", "none login"), AuthorizeReason::PromptNoneNotAlone, "invalid_request"),
    ] {
        let world = World::new();
        let fault = world.ask(&[changes]).await.unwrap_err();
        assert_eq!(fault.fault, LoginFault::Authorize(reason));
        assert_eq!(told(&fault).as_deref(), Some(error));
        let back = fault.back.unwrap();
        assert!(back.as_str().starts_with(&format!("{CALLBACK}?error=")), "{}", back.as_str());
        assert_eq!(carried(&back, "state").as_deref(), Some(STATE));
        assert_eq!(world.diary.lines(), [format!("shop refused at suomifi: {error}")]);
        assert_eq!(world.diary.references(), [Some(fault.reference.to_string())]);
        assert_eq!(world.store.calls(), 0);
    }
}

#[tokio::test]
async fn a_state_or_a_nonce_with_control_characters_is_told_to_the_client_and_kept_nowhere() {
    for (name, goes_back) in [("state", None), ("nonce", Some(STATE))] {
        let world = World::new();
        let fault = world.ask(&[(name, &"\u{1}".repeat(1000))]).await.unwrap_err();
        assert_eq!(fault.fault, LoginFault::Authorize(AuthorizeReason::ControlCharacter(name)));
        assert_eq!(told(&fault).as_deref(), Some("invalid_request"));
        assert_eq!(carried(fault.back.as_ref().unwrap(), "state").as_deref(), goes_back);
        assert_eq!(world.diary.lines(), ["shop refused at suomifi: invalid_request"]);
        assert_eq!(world.store.calls(), 0);
    }
}

#[tokio::test]
async fn a_login_without_interaction_needs_one() {
    let world = World::new();
    let fault = world.ask(&[("prompt", "none")]).await.unwrap_err();
    assert_eq!(fault.fault, LoginFault::LoginRequired);
    assert_eq!(told(&fault).as_deref(), Some("login_required"));
    assert_eq!(carried(fault.back.as_ref().unwrap(), "state").as_deref(), Some(STATE));
    assert_eq!(world.diary.lines(), ["shop refused at suomifi: login_required"]);
    assert_eq!(world.store.calls(), 0);
}

#[tokio::test]
async fn nobody_leaves_while_the_store_is_down() {
    for outage in [Outage::Before, Outage::After] {
        let world = World::new();
        world.store.fail(0, outage);
        let fault = world.ask(&[]).await.unwrap_err();
        assert_eq!(fault.fault, LoginFault::StoreUnavailable(StoreError::NoAnswer));
        assert_eq!(told(&fault).as_deref(), Some("temporarily_unavailable"));
        assert_eq!(world.diary.lines(), ["shop refused at suomifi: store_unavailable"]);
        assert_eq!(world.store.calls(), 1);
    }
}

#[tokio::test]
async fn a_client_that_demands_what_its_upstream_cannot_reach_is_the_operators_matter() {
    let world = World::with(|settings| {
        settings.upstreams.get_mut(&suomifi_name()).unwrap().0 =
            std::sync::Arc::new(crate::saml_upstream::upstream());
        settings.services.get_mut("shop").unwrap().min_acr = Some("unheard-of".to_owned());
    });
    let fault = world.ask(&[]).await.unwrap_err();
    assert_eq!(fault.fault, LoginFault::Misconfigured);
    assert_eq!(fault.fault.class(), silta_broker::Class::Operator);
    assert_eq!(told(&fault).as_deref(), Some("temporarily_unavailable"));
}

#[tokio::test]
async fn a_request_that_cannot_be_signed_leaves_nothing_behind() {
    let world = World::new();
    world.idp.script(|script| script.unavailable = true);
    let fault = world.ask(&[]).await.unwrap_err();
    assert_eq!(fault.fault, LoginFault::KeyUnavailable);
    assert_eq!(told(&fault).as_deref(), Some("temporarily_unavailable"));
    assert_eq!(world.store.calls(), 0);
}

#[tokio::test]
async fn a_broker_whose_client_logs_in_nowhere_is_not_put_together() {
    let nowhere = UpstreamName::parse("nowhere").unwrap();
    let expected =
        Inconsistent::UnknownUpstream { client: client_id("shop"), upstream: nowhere.clone() };
    let built = World::try_with(|settings| {
        settings.services.get_mut("shop").unwrap().upstream = nowhere;
    });
    assert_eq!(built.err(), Some(expected));
}
