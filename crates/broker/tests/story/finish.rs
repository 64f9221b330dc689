//! Answers that become no code, or only one.

use std::collections::BTreeSet;
use std::time::Duration;

use silta_broker::{BrowserBinding, Class, LoginFault, UpstreamName};
use silta_oidc::{MalformedParams, Repeated};
use silta_saml::{Rejected, StatusFailure};
use tokio::task::JoinSet;

use crate::idp::ACR;
use crate::wire::{carried, claims, form, seconds, told};
use crate::world::{
    CALLBACK, KIOSK_CALLBACK, NOON, SECOND_CALLBACK, STATE, World, posted, suomifi_name,
};

#[tokio::test]
async fn an_answer_without_the_cookie_of_its_login_is_refused() {
    let world = World::new();
    let begun = world.begun().await;
    let back = world.broker.read_return(&posted(&begun, "_a")).unwrap();
    let fault = world.broker.finish(&suomifi_name(), back, None).await.unwrap_err();
    assert_eq!((&fault.fault, told(&fault)), (&LoginFault::CookieMissing, None));
    assert_eq!(world.diary.last(), "nobody refused at nobody: cookie_missing");
    // Whoever got hold of the handle alone has not ended the login.
    world.answer(&begun, "_a").await.unwrap();
}

#[tokio::test]
async fn another_browsers_cookie_finds_no_login() {
    let world = World::new();
    let (mine, theirs) = (world.begun().await, world.begun().await);
    for cookie in [theirs.browser.clone(), BrowserBinding::kept("")] {
        let back = world.broker.read_return(&posted(&mine, "_a")).unwrap();
        let fault = world.broker.finish(&suomifi_name(), back, Some(cookie)).await.unwrap_err();
        assert_eq!((&fault.fault, told(&fault)), (&LoginFault::LoginExpired, None));
    }
    assert_eq!(world.idp.script(|script| script.judged), 0);
    world.answer(&mine, "_a").await.unwrap();
    world.answer(&theirs, "_b").await.unwrap();
}

#[tokio::test]
async fn a_handle_that_was_never_given_out_finds_no_login() {
    let world = World::new();
    let begun = world.begun().await;
    let body = form(&[("SAMLResponse", "_a"), ("RelayState", "AAAAAAAAAAAAAAAAAAAAAA")]);
    let back = world.broker.read_return(&body).unwrap();
    let fault = world.broker.finish(&suomifi_name(), back, Some(begun.browser)).await.unwrap_err();
    assert_eq!((&fault.fault, told(&fault)), (&LoginFault::LoginExpired, None));
    assert_eq!(world.idp.script(|script| script.judged), 0);
}

#[tokio::test]
async fn a_form_that_cannot_be_an_answer_is_refused_before_anything_is_looked_up() {
    let world = World::new();
    let relay = world.begun().await.relay_state.as_str().to_owned();
    let calls = world.store.calls();
    let answer = ("SAMLResponse", "_a");
    let huge = "A".repeat(3 * silta_saml::MESSAGE_LIMIT + 1024);
    for (body, reason) in [
        (form(&[("RelayState", &relay)]), LoginFault::AnswerMissing),
        (form(&[("SAMLResponse", ""), ("RelayState", &relay)]), LoginFault::AnswerMissing),
        (form(&[answer]), LoginFault::UnknownHandle),
        (form(&[answer, ("RelayState", "https://shop.example/")]), LoginFault::UnknownHandle),
        (form(&[answer, ("RelayState", &relay[1..])]), LoginFault::UnknownHandle),
        (
            form(&[answer, answer, ("RelayState", &relay)]),
            LoginFault::Repeated(Repeated("SAMLResponse")),
        ),
        (
            form(&[answer, ("RelayState", &relay), ("RelayState", &relay)]),
            LoginFault::Repeated(Repeated("RelayState")),
        ),
        ("SAMLResponse=%".to_owned(), LoginFault::Form(MalformedParams::BadEscape)),
        (format!("SAMLResponse={huge}"), LoginFault::Form(MalformedParams::TooLong)),
    ] {
        let fault = world.broker.read_return(&body).unwrap_err();
        assert_eq!((&fault.fault, told(&fault)), (&reason, None));
        assert_eq!(
            world.diary.last(),
            format!("nobody refused at nobody: {}", fault.fault.reason())
        );
    }
    assert_eq!(world.store.calls(), calls);
}

#[tokio::test]
async fn the_longest_message_fits_into_the_form_however_it_is_escaped() {
    let world = World::new();
    let begun = world.begun().await;
    // `form` escapes every octet.
    let longest = "A".repeat(silta_saml::MESSAGE_LIMIT);
    assert!(world.broker.read_return(&posted(&begun, &longest)).is_ok());
}

#[tokio::test]
async fn a_login_waits_for_its_answer_for_half_an_hour_and_no_longer() {
    let world = World::new();
    let (in_time, late) = (world.begun().await, world.begun().await);
    let half_an_hour = seconds(30 * 60);
    world.clock.set(NOON + half_an_hour - seconds(1));
    world.answer(&in_time, "_a").await.unwrap();
    world.clock.set(NOON + half_an_hour);
    let fault = world.answer(&late, "_b").await.unwrap_err();
    assert_eq!((&fault.fault, told(&fault)), (&LoginFault::LoginExpired, None));
    assert_eq!(fault.fault.class(), Class::User);
    assert_eq!(world.diary.last(), "nobody refused at nobody: login_expired");
}

#[tokio::test]
async fn a_login_is_answered_once() {
    let world = World::new();
    let begun = world.begun().await;
    world.answer(&begun, "_a").await.unwrap();
    for assertion in ["_a", "_b"] {
        let fault = world.answer(&begun, assertion).await.unwrap_err();
        assert_eq!((&fault.fault, told(&fault)), (&LoginFault::AlreadyUsed, None));
        assert_eq!(world.diary.last(), "nobody refused at nobody: already_used");
    }
    assert_eq!(world.idp.script(|script| script.judged), 1);
}

#[tokio::test]
async fn an_answer_at_the_address_of_another_upstream_ends_the_login_unread() {
    let world = World::with(|settings| {
        let both = settings.upstreams.values().next().unwrap().clone();
        settings.upstreams.insert(UpstreamName::parse("eidas").unwrap(), both);
    });
    for name in ["eidas", "nowhere"] {
        let begun = world.begun().await;
        let back = world.broker.read_return(&posted(&begun, "_a")).unwrap();
        let other = UpstreamName::parse(name).unwrap();
        let cookie = Some(begun.browser.clone());
        let fault = world.broker.finish(&other, back, cookie).await.unwrap_err();
        assert_eq!(fault.fault, LoginFault::WrongUpstream);
        assert_eq!(told(&fault).as_deref(), Some("server_error"));
        assert_eq!(world.diary.last(), "shop refused at suomifi: wrong_upstream");
        let fault = world.answer(&begun, "_a").await.unwrap_err();
        assert_eq!(fault.fault, LoginFault::AlreadyUsed);
    }
    assert_eq!(world.idp.script(|script| script.judged), 0);
}

#[tokio::test]
async fn a_refused_answer_ends_the_login_and_tells_the_client_whose_move_it_is() {
    let status = Rejected::Status;
    for (rejected, error, class) in [
        (Rejected::NotBase64, "server_error", Class::Idp),
        (Rejected::WrongAudience, "server_error", Class::Idp),
        (status(StatusFailure::AuthnFailed), "access_denied", Class::User),
        (status(StatusFailure::NoAuthnContext), "unmet_authentication_requirements", Class::User),
        (status(StatusFailure::NoPassive), "login_required", Class::User),
        (Rejected::WeakAuthnContext, "unmet_authentication_requirements", Class::User),
        (Rejected::NotFresh { authenticated: NOON, needed: NOON }, "login_required", Class::User),
    ] {
        let world = World::new();
        let begun = world.begun().await;
        world.idp.script(|script| script.refusal = Some(rejected.clone().into()));
        let fault = world.answer(&begun, "_a").await.unwrap_err();
        assert_eq!(fault.fault, LoginFault::Upstream(rejected.clone().into()));
        assert_eq!((told(&fault).as_deref(), fault.fault.class()), (Some(error), class));
        assert_eq!(carried(fault.back.as_ref().unwrap(), "state").as_deref(), Some(STATE));
        let line = format!("shop refused at suomifi: {}", rejected.reason());
        assert_eq!(world.diary.last(), line);
        // The person sees the reference under which the login began.
        let references = world.diary.references();
        assert_eq!(references, vec![Some(fault.reference.to_string()); 2]);

        world.idp.script(|script| script.refusal = None);
        let again = world.answer(&begun, "_a").await.unwrap_err();
        assert_eq!(again.fault, LoginFault::AlreadyUsed);
        assert!(world.store.all("code").is_empty());
    }
}

#[tokio::test]
async fn an_assertion_counts_once_whichever_login_it_is_carried_to() {
    let world = World::new();
    let (first, second) = (world.begun().await, world.begun().await);
    world.answer(&first, "_a").await.unwrap();
    let fault = world.answer(&second, "_a").await.unwrap_err();
    assert_eq!(fault.fault, LoginFault::Replayed);
    assert_eq!(told(&fault).as_deref(), Some("server_error"));
    assert_eq!(world.diary.last(), "shop refused at suomifi: replayed");
    assert_eq!(world.store.all("code").len(), 1);
}

#[tokio::test]
async fn two_identity_providers_may_use_the_same_id() {
    let world = World::new();
    world.answer(&world.begun().await, "_a").await.unwrap();
    world.idp.script(|script| script.issuer = "https://other.example/entity");
    world.answer(&world.begun().await, "_a").await.unwrap();
}

#[tokio::test]
async fn a_used_assertion_is_remembered_until_it_could_not_be_presented_any_more() {
    let world = World::new();
    world.answer(&world.begun().await, "_a").await.unwrap();
    let second = world.begun().await;
    // The last instant at which the identity provider's answer is still taken.
    world.clock.advance(Duration::from_mins(5));
    let fault = world.answer(&second, "_a").await.unwrap_err();
    assert_eq!(fault.fault, LoginFault::Replayed);
}

#[tokio::test]
async fn of_64_answers_to_one_login_exactly_one_gets_a_code() {
    let world = World::new();
    let begun = world.begun().await;
    let mut browsers = JoinSet::new();
    for tab in 0..64 {
        let back = world.broker.read_return(&posted(&begun, &format!("_{tab}"))).unwrap();
        let (broker, cookie) = (world.broker.clone(), Some(begun.browser.clone()));
        browsers.spawn(async move { broker.finish(&suomifi_name(), back, cookie).await });
    }
    let (codes, faults): (Vec<_>, Vec<_>) =
        browsers.join_all().await.into_iter().partition(Result::is_ok);
    assert_eq!((codes.len(), faults.len()), (1, 63));
    for fault in faults {
        let fault = fault.unwrap_err();
        // Those that came before the winner had left its mark see the login as gone.
        let reasons = [LoginFault::AlreadyUsed, LoginFault::LoginExpired];
        assert!(reasons.contains(&fault.fault), "{fault:?}");
        assert_eq!(told(&fault), None);
    }
    assert_eq!(world.idp.script(|script| script.judged), 1);
    assert_eq!(world.store.all("code").len(), 1);
}

#[tokio::test]
async fn of_64_logins_with_one_assertion_exactly_one_gets_a_code() {
    let world = World::new();
    let mut browsers = JoinSet::new();
    for _ in 0..64 {
        let begun = world.begun().await;
        let back = world.broker.read_return(&posted(&begun, "_a")).unwrap();
        let broker = world.broker.clone();
        browsers
            .spawn(async move { broker.finish(&suomifi_name(), back, Some(begun.browser)).await });
    }
    let (codes, faults): (Vec<_>, Vec<_>) =
        browsers.join_all().await.into_iter().partition(Result::is_ok);
    assert_eq!((codes.len(), faults.len()), (1, 63));
    assert!(faults.into_iter().all(|one| one.unwrap_err().fault == LoginFault::Replayed));
}

#[tokio::test]
async fn a_code_goes_to_the_redirect_of_its_own_request() {
    let world = World::new();
    let kiosk = [("client_id", "kiosk"), ("redirect_uri", KIOSK_CALLBACK)];
    let logins = [
        (world.ask(&[("redirect_uri", SECOND_CALLBACK)]).await.unwrap(), SECOND_CALLBACK),
        (world.ask(&kiosk).await.unwrap(), KIOSK_CALLBACK),
        (world.begun().await, CALLBACK),
    ];
    let mut codes = BTreeSet::new();
    for (begun, callback) in logins {
        let location = world.answer(&begun, callback).await.unwrap();
        let joint = if callback.contains('?') { '&' } else { '?' };
        let start = format!("{callback}{joint}code=");
        assert!(location.as_str().starts_with(&start), "{}", location.as_str());
        codes.insert(carried(&location, "code").unwrap());
    }
    assert_eq!(codes.len(), 3);
}

#[tokio::test]
async fn the_acr_and_the_instant_are_those_of_the_answer_and_not_of_the_request() {
    let world = World::new();
    let begun = world.ask(&[("acr_values", "urn:example:loa:high")]).await.unwrap();
    let location = world.answer(&begun, "_a").await.unwrap();
    let tokens = world.redeem(&carried(&location, "code").unwrap(), &[]).await.unwrap();
    assert_eq!(claims(&tokens)["acr"], ACR);
}
