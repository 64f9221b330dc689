//! Answers that become no code, or only one.

use std::collections::BTreeSet;
use std::time::Duration;

use silta_broker::ports::SignerError;
use silta_broker::upstream::{OidcCallbackError, ProviderError};
use silta_broker::{
    BrowserBinding, Callback, CallbackError, ErrorClass, ForeignRelayState, InboundRequest,
    LoginError, Protocol, UpstreamName,
};
use silta_oidc::rp::AuthorizationErrorCode;
use silta_oidc::{ParamsError, RepeatedParamError};
use silta_saml::{MessageError, Mismatch, ResponseError, StatusError, StatusMeaning};
use tokio::task::JoinSet;

use crate::fixture::{
    CALLBACK, Fixture, KIOSK_CALLBACK, NOON, SECOND_CALLBACK, STATE, callback_body, configured,
    source_of, suomifi_name,
};
use crate::scripted_idp::ACR;
use crate::wire::{claims, client_error, form, query_param, seconds, url};

#[tokio::test]
async fn an_answer_without_the_cookie_of_its_login_is_refused() {
    let fixture = Fixture::new();
    let started = fixture.started().await;
    let body = callback_body(&started, "_a");
    let failed = fixture.post(&suomifi_name(), &body, None).await.unwrap_err();
    assert_eq!((&failed.error, client_error(&failed)), (&LoginError::CookieMissing, None));
    assert_eq!(fixture.audit.last(), "nobody refused at suomifi: cookie_missing");
    // Whoever got hold of the handle alone has not ended the login.
    fixture.finish(&started, "_a").await.unwrap();
}

#[tokio::test]
async fn another_browsers_cookie_finds_no_login() {
    let fixture = Fixture::new();
    let (mine, theirs) = (fixture.started().await, fixture.started().await);
    for cookie in [theirs.browser.clone(), BrowserBinding::from_cookie("")] {
        let body = callback_body(&mine, "_a");
        let failed = fixture.post(&suomifi_name(), &body, Some(&cookie)).await.unwrap_err();
        assert_eq!((&failed.error, client_error(&failed)), (&LoginError::LoginExpired, None));
    }
    assert_eq!(fixture.idp.script(|script| script.callbacks), 0);
    fixture.finish(&mine, "_a").await.unwrap();
    fixture.finish(&theirs, "_b").await.unwrap();
}

#[tokio::test]
async fn a_handle_that_was_never_given_out_finds_no_login() {
    let fixture = Fixture::new();
    let started = fixture.started().await;
    let body = form(&[("SAMLResponse", "_a"), ("RelayState", "AAAAAAAAAAAAAAAAAAAAAA")]);
    let failed = fixture.post(&suomifi_name(), &body, Some(&started.browser)).await.unwrap_err();
    assert_eq!((&failed.error, client_error(&failed)), (&LoginError::LoginExpired, None));
    assert_eq!(fixture.idp.script(|script| script.callbacks), 0);
}

#[tokio::test]
async fn a_form_that_cannot_be_an_answer_is_refused_before_anything_is_looked_up() {
    let fixture = crate::saml_upstream::fixture();
    let started = fixture.started().await;
    let relay = started.relay_state.as_str();
    let calls = fixture.store.calls();
    let answer = ("SAMLResponse", "_a");
    let missing = || LoginError::Upstream(CallbackError::MessageMissing("SAMLResponse"));
    let foreign = |what| LoginError::Upstream(CallbackError::NotBegunHere(what));
    let repeated = |name| LoginError::Upstream(CallbackError::Repeated(RepeatedParamError(name)));
    let huge = "A".repeat(3 * silta_saml::MESSAGE_LIMIT + 1024);
    for (body, reason) in [
        (form(&[("RelayState", relay)]), missing()),
        (form(&[("SAMLResponse", ""), ("RelayState", relay)]), missing()),
        (form(&[answer]), foreign(ForeignRelayState::Missing)),
        (form(&[answer, ("RelayState", "")]), foreign(ForeignRelayState::Missing)),
        (form(&[answer, ("RelayState", "https://shop.example/")]), foreign(ForeignRelayState::Url)),
        (form(&[answer, ("RelayState", &relay[1..])]), foreign(ForeignRelayState::Other)),
        (form(&[answer, answer, ("RelayState", relay)]), repeated("SAMLResponse")),
        (form(&[answer, ("RelayState", relay), ("RelayState", relay)]), repeated("RelayState")),
        ("SAMLResponse=%".to_owned(), LoginError::Form(ParamsError::BadEscape)),
        (format!("SAMLResponse={huge}"), LoginError::Form(ParamsError::TooLong)),
    ] {
        let browser = Some(&started.browser);
        let failed = fixture.post(&suomifi_name(), &body, browser).await.unwrap_err();
        assert_eq!((&failed.error, client_error(&failed)), (&reason, None));
        // Who sends such answers is to be found.
        let class = failed.error.class();
        assert_eq!(class, ErrorClass::Idp, "{reason}");
        let line = format!("nobody refused at suomifi: {}", failed.error.reason());
        assert_eq!(fixture.audit.last(), line);
    }
    assert_eq!(fixture.store.calls(), calls);
}

#[tokio::test]
async fn the_longest_message_fits_into_the_form_however_it_is_escaped() {
    let started = Fixture::new().started().await;
    // `form` escapes every octet.
    let longest = "A".repeat(silta_saml::MESSAGE_LIMIT);
    let callback = Callback::from_form(&callback_body(&started, &longest)).unwrap();
    assert_eq!(callback.one("SAMLResponse").unwrap(), Some(longest.as_str()));
}

#[tokio::test]
async fn a_login_waits_for_its_answer_for_half_an_hour_and_no_longer() {
    let fixture = Fixture::new();
    let (in_time, late) = (fixture.started().await, fixture.started().await);
    let half_an_hour = seconds(30 * 60);
    fixture.clock.set(NOON + half_an_hour - seconds(1));
    fixture.finish(&in_time, "_a").await.unwrap();
    fixture.clock.set(NOON + half_an_hour);
    let failed = fixture.finish(&late, "_b").await.unwrap_err();
    assert_eq!((&failed.error, client_error(&failed)), (&LoginError::LoginExpired, None));
    assert_eq!(failed.error.class(), ErrorClass::User);
    assert_eq!(fixture.audit.last(), "nobody refused at nobody: login_expired");
}

#[tokio::test]
async fn a_login_is_answered_once() {
    let fixture = Fixture::new();
    let started = fixture.started().await;
    fixture.finish(&started, "_a").await.unwrap();
    for assertion in ["_a", "_b"] {
        let failed = fixture.finish(&started, assertion).await.unwrap_err();
        assert_eq!((&failed.error, client_error(&failed)), (&LoginError::AlreadyUsed, None));
        assert_eq!(fixture.audit.last(), "nobody refused at nobody: already_used");
    }
    assert_eq!(fixture.idp.script(|script| script.callbacks), 1);
}

#[tokio::test]
async fn an_answer_at_the_address_of_another_upstream_ends_the_login_unread() {
    let eidas = UpstreamName::parse("eidas").unwrap();
    let fixture = Fixture::with(|settings| {
        let other = settings.upstreams[&suomifi_name()].adapter.clone();
        settings.upstreams.insert(eidas.clone(), configured(other));
    });
    let started = fixture.started().await;
    let body = callback_body(&started, "_a");
    let failed = fixture.post(&eidas, &body, Some(&started.browser)).await.unwrap_err();
    assert_eq!(failed.error, LoginError::WrongUpstream);
    assert_eq!(client_error(&failed).as_deref(), Some("server_error"));
    assert_eq!(fixture.audit.last(), "shop refused at suomifi: wrong_upstream");
    let failed = fixture.finish(&started, "_a").await.unwrap_err();
    assert_eq!(failed.error, LoginError::AlreadyUsed);
    assert_eq!(fixture.idp.script(|script| script.callbacks), 0);
}

#[tokio::test]
async fn an_answer_at_an_address_of_no_upstream_is_refused_and_ends_nothing() {
    let fixture = Fixture::new();
    let started = fixture.started().await;
    let calls = fixture.store.calls();
    let (nowhere, body) = (UpstreamName::parse("nowhere").unwrap(), callback_body(&started, "_a"));
    let failed = fixture.post(&nowhere, &body, Some(&started.browser)).await.unwrap_err();
    assert_eq!((&failed.error, client_error(&failed)), (&LoginError::Misconfigured, None));
    assert_eq!(fixture.audit.last(), "nobody refused at nobody: misconfigured");
    assert_eq!(fixture.store.calls(), calls, "nothing is looked up");
    fixture.finish(&started, "_a").await.unwrap();
}

#[tokio::test]
async fn an_answer_by_another_method_than_its_binding_has_ends_nothing() {
    let fixture = crate::saml_upstream::fixture();
    let started = fixture.started().await;
    let calls = fixture.store.calls();
    let callback = Callback::from_query(&callback_body(&started, "_a"));
    let browser = |_: &_| Some(started.browser.clone());
    let finished =
        fixture.broker.finish_login((&suomifi_name(), source_of(1)), callback, browser).await;
    let failed = finished.unwrap_err();
    let expected = LoginError::Upstream(CallbackError::WrongMethod);
    assert_eq!((&failed.error, client_error(&failed)), (&expected, None));
    assert_eq!(failed.error.class(), ErrorClass::Idp);
    assert_eq!(fixture.audit.last(), "nobody refused at suomifi: wrong_method");
    assert_eq!(fixture.store.calls(), calls, "nothing is looked up");
}

#[tokio::test]
async fn a_request_of_a_protocol_that_nobody_speaks_here_is_answered_by_a_page() {
    let fixture = Fixture::new();
    let request = InboundRequest::Query("client_id=shop");
    let started = fixture.broker.start_login(Protocol::Saml, request, source_of(1)).await;
    let failed = started.unwrap_err();
    assert_eq!((&failed.error, client_error(&failed)), (&LoginError::Misconfigured, None));
    assert_eq!(fixture.store.calls(), 0);
}

#[tokio::test]
async fn a_refused_answer_ends_the_login_and_tells_the_client_whose_move_it_is() {
    let status = ResponseError::Status;
    let mismatch = || Mismatch { expected: vec![], received: None };
    for (rejected, error, class) in [
        (ResponseError::Message(MessageError::NotBase64), "server_error", ErrorClass::Idp),
        (ResponseError::WrongAudience(mismatch()), "server_error", ErrorClass::Idp),
        (status(StatusError::AuthnFailed), "access_denied", ErrorClass::User),
        (
            status(StatusError::NoAuthnContext),
            "unmet_authentication_requirements",
            ErrorClass::User,
        ),
        (status(StatusError::NoPassive), "login_required", ErrorClass::User),
        (status(StatusError::UnknownPrincipal), "access_denied", ErrorClass::User),
        (status(StatusError::RequestDenied), "server_error", ErrorClass::Idp),
        (status(StatusError::NoAvailableIdp), "server_error", ErrorClass::Idp),
        (reported(StatusMeaning::Cancelled), "access_denied", ErrorClass::User),
        (reported(StatusMeaning::ConsentRefused), "access_denied", ErrorClass::User),
        (reported(StatusMeaning::TimedOut), "access_denied", ErrorClass::User),
        (reported(StatusMeaning::WrongCredentials), "access_denied", ErrorClass::User),
        (reported(StatusMeaning::AccountSuspended), "access_denied", ErrorClass::User),
        (reported(StatusMeaning::OtherIdentity), "access_denied", ErrorClass::User),
        (reported(StatusMeaning::SuspectedFraud), "access_denied", ErrorClass::User),
        (
            reported(StatusMeaning::NoAuthnContext),
            "unmet_authentication_requirements",
            ErrorClass::User,
        ),
        (reported(StatusMeaning::Requester), "server_error", ErrorClass::Idp),
        (
            ResponseError::UnsignedFailure { claims: StatusError::AuthnFailed },
            "server_error",
            ErrorClass::Idp,
        ),
        (
            ResponseError::UnsolicitedFailure { claims: StatusError::AuthnFailed },
            "server_error",
            ErrorClass::Idp,
        ),
        (
            ResponseError::WeakAuthnContext(mismatch()),
            "unmet_authentication_requirements",
            ErrorClass::User,
        ),
        (
            ResponseError::NotFresh { authenticated: NOON, needed: NOON },
            "login_required",
            ErrorClass::User,
        ),
    ] {
        let fixture = Fixture::new();
        let started = fixture.started().await;
        fixture.idp.script(|script| script.callback_error = Some(rejected.clone().into()));
        let failed = fixture.finish(&started, "_a").await.unwrap_err();
        assert_eq!(failed.error, LoginError::Upstream(rejected.clone().into()));
        assert_eq!((client_error(&failed).as_deref(), failed.error.class()), (Some(error), class));
        assert_eq!(query_param(failed.answer.as_ref().unwrap(), "state").as_deref(), Some(STATE));
        let line = format!("shop refused at suomifi: {}", rejected.reason());
        assert_eq!(fixture.audit.last(), line);
        // The person sees the reference under which the login began.
        let references = fixture.audit.references();
        assert_eq!(references, vec![Some(failed.reference.to_string()); 2]);

        fixture.idp.script(|script| script.callback_error = None);
        let again = fixture.finish(&started, "_a").await.unwrap_err();
        assert_eq!(again.error, LoginError::AlreadyUsed);
        assert!(fixture.store.all("code").is_empty());
    }
}

/// A failure in words of a federation's own.
fn reported(meaning: StatusMeaning) -> ResponseError {
    ResponseError::NationalStatus { meaning, name: "ErrorCode nr1".to_owned() }
}

#[tokio::test]
async fn a_client_is_told_whether_a_page_was_missing_or_the_authentication_was_old() {
    let not_fresh = ResponseError::NotFresh { authenticated: NOON, needed: NOON };
    for (rejected, sentence) in [
        (
            ResponseError::Status(StatusError::NoPassive),
            "the person has no session at the identity provider; send the request without \
             prompt=none",
        ),
        (not_fresh, "the person was not authenticated as recently as asked; try again"),
        (reported(StatusMeaning::Cancelled), "the person cancelled the login"),
        (reported(StatusMeaning::SuspectedFraud), "the login was cancelled or did not succeed"),
    ] {
        let fixture = Fixture::new();
        let started = fixture.started().await;
        fixture.idp.script(|script| script.callback_error = Some(rejected.into()));
        let failed = fixture.finish(&started, "_a").await.unwrap_err();
        let told = query_param(failed.answer.as_ref().unwrap(), "error_description").unwrap();
        assert_eq!(told, format!("{sentence} (reference {})", failed.reference));
    }
}

#[tokio::test]
async fn an_assertion_counts_once_whichever_login_it_is_carried_to() {
    let fixture = Fixture::new();
    let (first, second) = (fixture.started().await, fixture.started().await);
    fixture.finish(&first, "_a").await.unwrap();
    let failed = fixture.finish(&second, "_a").await.unwrap_err();
    assert_eq!(failed.error, LoginError::Replayed);
    assert_eq!(client_error(&failed).as_deref(), Some("server_error"));
    assert_eq!(fixture.audit.last(), "shop refused at suomifi: replayed");
    assert_eq!(fixture.store.all("code").len(), 1);
}

#[tokio::test]
async fn two_identity_providers_may_use_the_same_id() {
    let fixture = Fixture::new();
    fixture.finish(&fixture.started().await, "_a").await.unwrap();
    fixture.idp.script(|script| script.issuer = "https://other.example/entity");
    fixture.finish(&fixture.started().await, "_a").await.unwrap();
}

#[tokio::test]
async fn a_used_assertion_is_remembered_until_it_could_not_be_presented_any_more() {
    let fixture = Fixture::new();
    fixture.finish(&fixture.started().await, "_a").await.unwrap();
    let second = fixture.started().await;
    // The last instant at which the identity provider's answer is still taken.
    fixture.clock.advance(Duration::from_mins(5));
    let failed = fixture.finish(&second, "_a").await.unwrap_err();
    assert_eq!(failed.error, LoginError::Replayed);
}

#[tokio::test]
async fn of_64_answers_to_one_login_exactly_one_gets_a_code() {
    let fixture = Fixture::new();
    let started = fixture.started().await;
    let mut browsers = JoinSet::new();
    for tab in 0..64 {
        let callback = Callback::from_form(&callback_body(&started, &format!("_{tab}")));
        let (broker, cookie) = (fixture.broker.clone(), started.browser.clone());
        browsers.spawn(async move {
            broker.finish_login((&suomifi_name(), source_of(1)), callback, |_| Some(cookie)).await
        });
    }
    let (codes, faults): (Vec<_>, Vec<_>) =
        browsers.join_all().await.into_iter().partition(Result::is_ok);
    assert_eq!((codes.len(), faults.len()), (1, 63));
    for failed in faults {
        let failed = failed.unwrap_err();
        // Those that came before the winner had left its mark see the login as gone.
        let reasons = [LoginError::AlreadyUsed, LoginError::LoginExpired];
        assert!(reasons.contains(&failed.error), "{failed:?}");
        assert_eq!(client_error(&failed), None);
    }
    assert_eq!(fixture.idp.script(|script| script.callbacks), 1);
    assert_eq!(fixture.store.all("code").len(), 1);
}

#[tokio::test]
async fn of_64_logins_with_one_assertion_exactly_one_gets_a_code() {
    let fixture = Fixture::new();
    let mut browsers = JoinSet::new();
    for _ in 0..64 {
        let started = fixture.started().await;
        let callback = Callback::from_form(&callback_body(&started, "_a"));
        let broker = fixture.broker.clone();
        browsers.spawn(async move {
            let at = (&suomifi_name(), source_of(1));
            broker.finish_login(at, callback, |_| Some(started.browser)).await
        });
    }
    let (codes, faults): (Vec<_>, Vec<_>) =
        browsers.join_all().await.into_iter().partition(Result::is_ok);
    assert_eq!((codes.len(), faults.len()), (1, 63));
    assert!(faults.into_iter().all(|one| one.unwrap_err().error == LoginError::Replayed));
}

#[tokio::test]
async fn a_code_goes_to_the_redirect_of_its_own_request() {
    let fixture = Fixture::new();
    let kiosk = [("client_id", "kiosk"), ("redirect_uri", KIOSK_CALLBACK)];
    let logins = [
        (fixture.start(&[("redirect_uri", SECOND_CALLBACK)]).await.unwrap(), SECOND_CALLBACK),
        (fixture.start(&kiosk).await.unwrap(), KIOSK_CALLBACK),
        (fixture.started().await, CALLBACK),
    ];
    let mut codes = BTreeSet::new();
    for (started, callback) in logins {
        let location = fixture.finish(&started, callback).await.unwrap();
        let joint = if callback.contains('?') { '&' } else { '?' };
        let start = format!("{callback}{joint}code=");
        assert!(url(&location).starts_with(&start), "{}", url(&location));
        codes.insert(query_param(&location, "code").unwrap());
    }
    assert_eq!(codes.len(), 3);
}

#[tokio::test]
async fn the_acr_and_the_instant_are_those_of_the_answer_and_not_of_the_request() {
    let fixture = Fixture::new();
    let started = fixture.start(&[("acr_values", "urn:example:loa:high")]).await.unwrap();
    let location = fixture.finish(&started, "_a").await.unwrap();
    let tokens = fixture.redeem(&query_param(&location, "code").unwrap(), &[]).await.unwrap();
    assert_eq!(claims(&tokens)["acr"], ACR);
}

/// The decision comes before the login is taken, so the person can bring the same callback again.
#[tokio::test]
async fn a_callback_that_there_is_no_room_for_leaves_its_login_alone() {
    let fixture = Fixture::new();
    let started = fixture.started().await;
    fixture.idp.script(|script| {
        script.not_ready = Some(CallbackError::Oidc(OidcCallbackError::Busy));
    });
    for _ in 0..2 {
        let failed = fixture.finish(&started, "_assertion").await.unwrap_err();
        assert_eq!((failed.error.reason(), failed.answer), ("provider_busy", None));
        assert_eq!(failed.error.class(), ErrorClass::Operator);
        assert_eq!(fixture.audit.last(), "nobody refused at suomifi: provider_busy");
    }
    fixture.idp.script(|script| script.not_ready = None);
    fixture.finish(&started, "_assertion").await.unwrap();
    // Whoever has no login open says nothing about the upstream.
    fixture.idp.script(|script| {
        script.not_ready = Some(CallbackError::Oidc(OidcCallbackError::Busy));
    });
    let failed = fixture.finish(&started, "_assertion").await.unwrap_err();
    assert_eq!(failed.error, LoginError::AlreadyUsed);
}

#[test]
fn an_outage_is_the_upstreams_unless_the_browser_alone_says_so() {
    let code = AuthorizationErrorCode::TemporarilyUnavailable;
    for (error, is_outage) in [
        (OidcCallbackError::Signing(SignerError::OpenSsl), true),
        (OidcCallbackError::Provider(ProviderError::KeysStatus(500)), true),
        (OidcCallbackError::Refused(code), false),
        (OidcCallbackError::UnknownLevel, false),
    ] {
        let refused = LoginError::Upstream(error.clone().into());
        assert_eq!(refused.is_upstreams_outage(), is_outage, "{error:?}");
        assert!(LoginError::UpstreamNotReady(error.into()).is_upstreams_outage());
    }
}
